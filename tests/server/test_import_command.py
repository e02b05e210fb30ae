"""`faceforge import`, `jobs` and `job` on a Core that runs: what they print, and with which code they end."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from core_process import COMMAND, SECONDS, CoreProcess, run
from held_imports import HeldImports

from faceforge_storage.home.home import open_home


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeldImports]:
    place = tmp_path_factory.mktemp("importing")
    root = place / "home"
    (root / "config").mkdir(parents=True)
    settings = {"import": {"roots": [str(place.parent)]}}
    (root / "config" / "core.json").write_text(json.dumps(settings))
    started = HeldImports(root)
    yield started
    started.kill()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files, of which one has a name that would steer a terminal."""
    place = tmp_path / "my pictures"
    place.mkdir()
    for name in ("one.txt", "two \U0001f680.txt", "three \x1b[31m.txt"):
        (place / name).write_text(f"{tmp_path} {name}")
    return place


def job_ids(printed: str) -> list[str]:
    return re.findall(r"\b[0-9a-f]{12}\b", printed)


def test_a_folder_is_planned_shown_and_brought_in(core: CoreProcess, folder: Path) -> None:
    done = run("import", str(folder), "--tag", "holiday", home=core.home.root)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert "Found 3 files" in done.stdout
    assert "3  new" in done.stdout
    found = core.client.get("/v1/assets", params={"tag": "holiday"}).json()["items"]
    assert {each["filename"] for each in found} >= {"one.txt", "two \U0001f680.txt"}
    again = run("import", str(folder), home=core.home.root)
    assert again.returncode == 0
    assert "3  here already" in again.stdout


def test_a_plan_brings_nothing_in_until_it_is_run(core: CoreProcess, folder: Path) -> None:
    planned = run("import", str(folder), "--plan", home=core.home.root)
    assert planned.returncode == 0, planned.stderr
    names = {each["filename"] for each in core.client.get("/v1/assets?limit=500").json()["items"]}
    (job_id,) = job_ids(planned.stdout)
    done = run("import", "--job", job_id, home=core.home.root)
    assert done.returncode == 0, done.stderr
    assert len(core.client.get("/v1/assets?limit=500").json()["items"]) > len(names)


@pytest.mark.needs("mkfifo")
def test_what_cannot_be_read_is_shown_and_told_by_the_exit_code(core: CoreProcess, folder: Path) -> None:
    os.mkfifo(folder / "pipe \x1b[2J.txt")
    done = run("import", str(folder), home=core.home.root)
    assert done.returncode == 3, done.stdout
    assert "1  cannot be read" in done.stdout
    assert "It is no regular file: pipe \\x1b[2J.txt" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


def test_an_import_needs_a_core_that_runs(tmp_path: Path, folder: Path) -> None:
    open_home(tmp_path / "home")
    refused = run("import", str(folder), home=tmp_path / "home")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "No Core runs on" in refused.stderr
    assert "faceforge serve" in refused.stderr


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "Name a folder"),
        (["folder", "--job", "0"], "not both"),
        (["folder", "--decide", "a=b"], "--decide belongs to a plan"),
        (["--job", "0", "--decide", "a"], "KEY=VALUE"),
        (["--job", "0", "--hidden"], "A plan runs as it was made"),
    ],
)
def test_words_that_contradict_each_other_end_with_2(words: list[str], reason: str) -> None:
    refused = run("import", *words)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert reason in refused.stderr


def test_a_folder_that_may_not_be_read_is_refused_plainly(core: CoreProcess) -> None:
    refused = run("import", "/\x1b[2J", home=core.home.root)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Traceback" not in refused.stderr
    assert "\x1b" not in refused.stderr


def test_jobs_are_a_table_and_each_can_be_looked_at(core: CoreProcess, folder: Path) -> None:
    run("import", str(folder), home=core.home.root)
    listed = run("jobs", "--state", "succeeded", home=core.home.root)
    assert listed.returncode == 0
    head, newest, *_ = listed.stdout.splitlines()
    assert head.split() == ["ID", "STATE", "TYPE", "MADE", "PROGRESS"]
    assert newest.split()[1:3] == ["succeeded", "core.bulk_import"]
    assert newest.endswith("my pictures: 3 copied")
    shown = run("job", newest.split()[0], home=core.home.root)
    assert shown.returncode == 0
    assert re.search(r"^state +succeeded$", shown.stdout, re.MULTILINE)
    assert re.search(r"^import +my pictures: 3 copied$", shown.stdout, re.MULTILINE)
    assert "plan_asset_id" not in shown.stdout
    followed = run("job", newest.split()[0], "--follow", home=core.home.root)
    assert followed.returncode == 0
    assert re.search(r"^\d\d:\d\d:\d\d info ", followed.stdout, re.MULTILINE)


def test_whoever_reads_only_the_beginning_gets_no_traceback(core: CoreProcess, folder: Path) -> None:
    run("import", str(folder), "--plan", home=core.home.root)
    words = [*COMMAND, "jobs", "--home", str(core.home.root)]
    read, written = os.pipe()
    os.close(read)
    ended = subprocess.run(
        words, check=False, stdout=written, stderr=subprocess.PIPE, text=True, timeout=SECONDS
    )
    os.close(written)
    assert (ended.returncode, ended.stderr) == (1, "")


def test_a_job_that_is_not_there_is_said(core: CoreProcess) -> None:
    refused = run("job", "0" * 12, home=core.home.root)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "no job whose id begins with" in refused.stderr


def test_ctrl_c_leaves_the_import_going_and_says_how_to_stop_it(core: HeldImports, folder: Path) -> None:
    core.hold(after=0)
    words = [*COMMAND, "import", str(folder), "--home", str(core.home.root)]
    started = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert started.stderr is not None
    started.stderr.readline()  # it has begun to show how far it is
    started.send_signal(signal.SIGINT)
    _, said = started.communicate(timeout=SECONDS)
    assert started.returncode == 130
    assert "Traceback" not in said
    assert "goes on" in said
    (job_id, _) = job_ids(said)
    stopped = run("job", job_id, "--cancel", home=core.home.root)
    assert stopped.returncode == 0
    core.release()


def test_a_command_that_asks_a_running_core_loads_no_web_framework(core: CoreProcess) -> None:
    code = (
        "import sys; sys.argv = ['faceforge', 'jobs']; from faceforge_server.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'starlette', 'strawberry', 'uvicorn', 'sqlalchemy'} & set(sys.modules)))"
    )
    words = [sys.executable, "-c", code]
    environment = {"FACEFORGE_HOME": str(core.home.root)}
    shown = subprocess.run(words, capture_output=True, text=True, check=True, env=environment)
    assert shown.stdout.splitlines()[-1] == "[]"
