"""The commands do the same whether Core runs or not, and tell a stranger what went wrong."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from core_process import CoreProcess, run

from faceforge_server.cli import COMMANDS
from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.home.home import open_home


@pytest.fixture(params=["while Core runs", "while Core does not run"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "home"
    core = CoreProcess(place) if request.param == "while Core runs" else None
    if core is None:
        open_home(place)
    yield place
    if core:
        core.kill()


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoreProcess]:
    started = CoreProcess(tmp_path_factory.mktemp("standing") / "home")
    yield started
    started.kill()


def test_a_token_lives_and_dies(root: Path) -> None:
    made = run("token", "create", "--name", "comfy", "--permission", "assets:read", home=root)
    assert made.returncode == 0
    assert made.stdout.startswith("ff_")
    assert run("token", "list", home=root).stdout.split("\t")[:2] == ["comfy", "assets:read"]
    assert run("token", "revoke", "comfy", home=root).returncode == 0


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["token", "create", "--name", "x", "--permission", "all:all"], "there is no such permission"),
        (["token", "revoke", "nobody"], "There is no token named nobody"),
        (["token", "rotate", "nobody"], "There is no token named nobody"),
        (["backup", "--to", __file__], "exists already"),
        (["backup", "--to", f"{__file__}/copy.sqlite3"], "failed"),
        (["backup", "--to", "/proc/foo/copy.sqlite3"], "failed"),
    ],
)
def test_what_cannot_be_done_is_refused_plainly(core: CoreProcess, words: list[str], reason: str) -> None:
    refused = run(*words, home=core.home.root)
    assert refused.returncode == 1
    assert reason in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


@pytest.mark.parametrize(
    "words",
    [
        ["token", "show"],
        ["token", "create", "--name", "comfy", "--permission", "assets:read"],
        ["token", "list"],
        ["token", "link"],
        ["token", "revoke", "comfy"],
        ["token", "rotate"],
        ["token", "rotate", "comfy"],
        ["backup"],
    ],
    ids=" ".join,
)
def test_a_command_that_asks_for_what_is_there_makes_no_home(tmp_path: Path, words: list[str]) -> None:
    refused = run(*words, home=tmp_path / "mistyped")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"no FaceForge data directory at {tmp_path / 'mistyped'}" in refused.stderr
    assert not (tmp_path / "mistyped").exists()


def test_two_tokens_do_not_share_a_name(core: CoreProcess) -> None:
    words = ["token", "create", "--name", "comfy", "--permission", "assets:read"]
    assert run(*words, home=core.home.root).returncode == 0
    refused = run(*words, home=core.home.root)
    assert (refused.returncode, refused.stdout) == (1, "")


def test_a_backup_is_a_whole_database(root: Path, tmp_path: Path) -> None:
    run("token", "create", "--name", "kept", "--permission", "assets:read", home=root)
    target = tmp_path / "copy" / "core.sqlite3"
    assert run("backup", "--to", str(target), home=root).returncode == 0
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("SELECT name FROM tokens").fetchall() == [("kept",)]


def test_a_token_works_and_a_rotated_one_does_not(core: CoreProcess) -> None:
    def status(token: str) -> int:
        headers = {"Authorization": f"Bearer {token.strip()}"}
        return httpx.get(f"{core.url}/v1/entities", headers=headers, trust_env=False).status_code

    made = run("token", "create", "--name", "x", "--permission", "entities:read", home=core.home.root).stdout
    assert status(made) == 200
    rotated = run("token", "rotate", "x", home=core.home.root).stdout
    assert (status(made), status(rotated)) == (401, 200)
    install = run("token", "rotate", home=core.home.root).stdout
    assert (status(core.token), status(install)) == (401, 200)


def test_a_link_signs_in_once(core: CoreProcess) -> None:
    printed = run("token", "link", home=core.home.root).stdout
    code = printed.strip().removeprefix(f"{core.url}/sign-in/")
    answers = [
        httpx.post(f"{core.url}/v1/sessions", json={"code": code}, trust_env=False).status_code
        for _ in range(2)
    ]
    assert answers == [201, 401]


def test_a_link_needs_a_core_that_runs(tmp_path: Path) -> None:
    open_home(tmp_path / "home")
    refused = run("token", "link", home=tmp_path / "home")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "No Core runs on" in refused.stderr


def test_migrate_brings_a_new_home_up_to_date_and_then_has_nothing_to_do(tmp_path: Path) -> None:
    assert "was brought" in run("migrate", home=tmp_path / "home").stdout
    assert "is up to date" in run("migrate", home=tmp_path / "home").stdout


@pytest.mark.parametrize("words", [[], ["--help"], *([name, "--help"] for name in COMMANDS)])
def test_help_explains(words: list[str]) -> None:
    shown = run(*words)
    assert shown.returncode == 0
    assert shown.stdout.startswith("Usage: faceforge")


@pytest.mark.parametrize(
    "words", [["fly"], ["serve", "--bogus"], ["serve", "--port", "many"], ["token", "create"]]
)
def test_words_that_are_not_understood_end_with_2(words: list[str], tmp_path: Path) -> None:
    refused = run(*words)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "home").exists()


def test_a_command_loads_no_web_framework_to_show_a_token() -> None:
    code = (
        "import sys; sys.argv = ['faceforge', 'token', 'show']; from faceforge_server.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'starlette', 'strawberry', 'uvicorn', 'sqlalchemy'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"
