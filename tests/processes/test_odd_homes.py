"""Whatever lies in a data directory, a start ends in a server or in a plain refusal, never in a traceback (A6, B8)."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from core_process import COMMAND, CoreProcess, run
from stored import assert_all_is_whole, put

from faceforge_storage.token_secrets import new_secret

REFUSED: dict[str, tuple[bytes, str]] = {
    "infinite seconds": (b'{"limits": {"shutdown_seconds": Infinity}}', "Infinity"),
    "too many seconds": (b'{"limits": {"shutdown_seconds": 1e300}}', "limits.shutdown_seconds"),
    "a number beyond every float": (b'{"limits": {"query_seconds": 1e400}}', "1e400"),
    "not a number": (b'{"limits": {"query_seconds": NaN}}', "NaN"),
    "too many bytes": (b'{"limits": {"json_bytes": 99999999999999999999}}', "limits.json_bytes"),
    "a NUL in a path": (b'{"paths": {"db_dir": "a\\u0000b"}}', "U+0000"),
    "half a surrogate pair in a path": (b'{"paths": {"logs_dir": "a\\ud800"}}', "surrogate"),
    "half a surrogate pair in a key": (b'{"a\\udfff": 1}', "surrogate"),
    "a NUL in the host": (b'{"network": {"bind_host": "a\\u0000"}}', "U+0000"),
    "a name that is too long": (json.dumps({"paths": {"db_dir": "x" * 5000}}).encode(), "cannot be made"),
    "100,000 nested lists": (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "deep"),
    "100,000 nested objects": (b'{"a": ' * 100_000 + b"1" + b"}" * 100_000, "deep"),
    "400 nested lists": (b'{"a": ' + b"[" * 400 + b"]" * 400 + b"}", "deep"),
    "a key twice": (b'{"network": {"core_port": 1, "core_port": 2}}', "twice"),
    "an install token that can be guessed": (b'{"auth": {"install_token": "x"}}', "next start makes one"),
    "an install token of blanks": (b'{"auth": {"install_token": "   "}}', "next start makes one"),
    "an install token too short": (b'{"auth": {"install_token": "ff_' + b"a" * 42 + b'"}}', "43 or more"),
}
"""What `config/core.json` holds, and a part of what is said of it."""


def config(root: Path, text: bytes) -> Path:
    (root / "config").mkdir(parents=True)
    (root / "config" / "core.json").write_bytes(text)
    return root


def assert_refused_plainly(root: Path, expected: str) -> None:
    """A start says why it does not, in the two lines of every refusal."""
    command = [*COMMAND, "serve", "--port", "0", "--home", str(root)]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert refused.returncode == 1, refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stderr.startswith("faceforge: ")
    assert expected in refused.stderr, refused.stderr[:1000]
    assert len(refused.stderr) < 7000


@pytest.mark.parametrize("name", REFUSED)
def test_settings_that_cannot_be_used(tmp_path: Path, name: str) -> None:
    text, expected = REFUSED[name]
    assert_refused_plainly(config(tmp_path / "home", text), expected)


def test_a_place_for_the_ports_that_is_a_directory(tmp_path: Path) -> None:
    root = config(tmp_path / "home", b"{}")
    (root / "config" / "ports.json").mkdir()
    assert_refused_plainly(root, "ports.json is a directory")


@pytest.mark.parametrize("name", ["core.json", "core.lock", "core.json.lock"])
def test_a_file_of_the_settings_that_is_a_directory(tmp_path: Path, name: str) -> None:
    (tmp_path / "home" / "config" / name).mkdir(parents=True)
    assert_refused_plainly(tmp_path / "home", name.removesuffix(".lock"))


def test_a_user_that_is_not_there(tmp_path: Path) -> None:
    refused = run("serve", "--port", "0", home=Path("~nobody-has-this-name/home"))
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    assert "cannot be used" in refused.stderr


STRAY: dict[str, Callable[[Path], object]] = {
    "a directory": lambda place: (place / "@eaDir" / "deep").mkdir(parents=True),
    "a directory with a name of ours": lambda place: [
        (place / name).mkdir(parents=True) for name in (f"staged-{'0' * 32}.part", "0" * 32)
    ],
    "a dangling link": lambda place: (place / f"staged-{'1' * 32}.part").symlink_to(place / "nowhere"),
    "a dangling link with the name of an arrival": lambda place: (place / ("1" * 32)).symlink_to("nowhere"),
    "a file of somebody else": lambda place: (place / "notes.txt").write_text("mine"),
}


@pytest.mark.parametrize("name", STRAY)
def test_what_core_did_not_make_is_passed_over(tmp_path: Path, name: str) -> None:
    root = tmp_path / "home"
    places = [root / "tmp", root / "assets" / "arriving"]
    for place in places:
        place.mkdir(parents=True)
        STRAY[name](place)
    lying = [sorted(each.name for each in place.iterdir()) for place in places]
    for place in places:
        (place / f"staged-{'2' * 32}.part").write_text("left by a crash")
        (place / ("2" * 32)).write_text("left by a crash")
    core = CoreProcess(root)
    try:
        assert put(core.client, b"new", "new.bin").status_code == 201
        left = [{each.name for each in place.iterdir()} for place in places]
        assert left == [{*lying[0], "2" * 32}, {*lying[1], f"staged-{'2' * 32}.part"}]
    finally:
        core.kill()


@pytest.mark.parametrize("name", ["tmp", "assets/arriving"])
def test_a_folder_that_is_cleared_away_is_made_again(tmp_path: Path, name: str) -> None:
    core = CoreProcess(tmp_path / "home")
    try:
        assert put(core.client, b"before", "before.bin").status_code == 201
        shutil.rmtree(core.home.root / name)
        answers = [put(core.client, f"after {n}".encode(), "after.bin") for n in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert len(assert_all_is_whole(core.client, core.home)) == 3
    finally:
        core.kill()


def test_a_weak_token_written_while_core_runs_opens_nothing(tmp_path: Path) -> None:
    core = CoreProcess(tmp_path / "home")
    try:
        for weak in ("x", ""):
            core.home.settings_file.write_text(json.dumps({"auth": {"install_token": weak}}))
            with_it = core.client.get("/v1/entities", headers={"Authorization": f"Bearer {weak or 'x'}"})
            assert with_it.status_code == 401
            assert core.client.get("/v1/entities").status_code == 200
        good = new_secret()
        core.home.settings_file.write_text(json.dumps({"auth": {"install_token": good}}))
        assert core.client.get("/v1/entities").status_code == 401
        renewed = core.client.get("/v1/entities", headers={"Authorization": f"Bearer {good}"})
        assert renewed.status_code == 200
    finally:
        core.kill()
