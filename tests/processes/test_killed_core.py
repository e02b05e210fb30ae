"""A Core that is killed keeps every asset it has acknowledged, and nothing of another but the whole (D1, D9)."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
from core_process import SECONDS, CoreProcess, run
from doomed_core import dying
from dying_core import ARMED
from stored import assert_all_is_whole, digest, objects, put, rows

HERE = Path(__file__).parent
KILLED = -getattr(signal, "SIGKILL", signal.SIGTERM)


@pytest.mark.parametrize(
    ("moment", "rows_after", "objects_after"),
    [
        ("while staging", 1, 1),
        ("after the sync", 1, 1),
        ("after publishing", 1, 2),  # bytes without a row are harmless
        ("in the transaction", 1, 2),
        ("after the commit", 2, 2),
        ("after the answer", 2, 2),
    ],
)
def test_a_kill_in_an_upload_loses_nothing_acknowledged_and_keeps_nothing_half(
    tmp_path: Path, moment: str, rows_after: int, objects_after: int
) -> None:
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True)
    # It reads no files: what it noted of the first one, as soon as it is to die, would be the write in which it dies.
    (config / "core.json").write_text('{"reading": {"workers": 0}}')
    core = dying(moment)(tmp_path / "home")
    early, doomed = b"early" * 300_000, b"doomed" * 500_000
    acknowledged = [put(core.client, early, "early.bin").raise_for_status().json()]
    (core.home.root / ARMED).touch()
    try:
        answer = put(core.client, doomed, "doomed.bin")
    except httpx.TransportError:
        assert moment != "after the answer"
    else:
        assert moment == "after the answer"
        assert answer.status_code == 201
        acknowledged.append(answer.json())
    assert core.wait() == KILLED, core.terminal()
    core.kill()

    again = CoreProcess(tmp_path / "home")
    found = assert_all_is_whole(again.client, again.home)
    held = {asset["asset_id"]: asset["content_hash"] for asset in found}
    assert {each["asset_id"]: each["content_hash"] for each in acknowledged}.items() <= held.items()
    assert set(held.values()) <= {digest(early), digest(doomed)}
    assert (len(found), len(objects(again.home))) == (rows_after, objects_after)
    journalled = rows(
        again.home, "SELECT record_id FROM changes WHERE record_type = 'asset' AND verb = 'insert'"
    )
    assert {record for (record,) in journalled} == set(held)
    repeated = put(again.client, doomed, "doomed.bin")
    assert repeated.status_code == (200 if rows_after == 2 else 201)
    assert len(objects(again.home)) == 2
    again.kill()


def test_a_kill_under_load_loses_nothing_acknowledged(tmp_path: Path) -> None:
    core = CoreProcess(tmp_path / "home")
    acknowledged: dict[str, str] = {}
    enough = threading.Event()

    def upload(number: int) -> None:
        try:
            for turn in range(1000):
                content = f"{number} {turn} ".encode() * 20_000
                answer = put(core.client, content, f"{number}-{turn}.bin").raise_for_status().json()
                assert answer["content_hash"] == digest(content)
                acknowledged[answer["asset_id"]] = answer["content_hash"]
                if len(acknowledged) >= 12:
                    enough.set()
        except httpx.TransportError:
            return

    threads = [threading.Thread(target=upload, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    assert enough.wait(SECONDS)
    core.process.kill()
    for thread in threads:
        thread.join()
    core.kill()
    again = CoreProcess(tmp_path / "home")
    found = {
        asset["asset_id"]: asset["content_hash"] for asset in assert_all_is_whole(again.client, again.home)
    }
    assert acknowledged.items() <= found.items()
    assert len(found) <= len(acknowledged) + len(threads)
    again.kill()


MOMENTS = [
    ("when it is opened", False),
    ("when it is written", False),
    ("before it has its name", False),
    ("when it has its name", True),
]


def dies_writing(file: str, moment: str, *words: str) -> None:
    command = [sys.executable, str(HERE / "dying_writer.py"), file, moment, *words]
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    assert done.returncode == KILLED, done.stderr.decode()


@pytest.mark.parametrize(("moment", "new"), MOMENTS)
def test_a_kill_while_the_token_changes_leaves_the_old_or_the_new_settings(
    tmp_path: Path, moment: str, new: bool
) -> None:
    config = tmp_path / "home" / "config" / "core.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"network": {"allowed_hosts": ["nas.local"]}, "of mine": [1]}))
    before = run("token", "show", home=tmp_path / "home").stdout.strip()
    dies_writing("core.json", moment, "token", "rotate", "--home", str(tmp_path / "home"))
    held = json.loads(config.read_text())
    assert (held["network"], held["of mine"]) == ({"allowed_hosts": ["nas.local"]}, [1])
    assert (held["auth"]["install_token"] != before) == new
    assert run("token", "show", home=tmp_path / "home").stdout.strip() == held["auth"]["install_token"]
    assert run("token", "rotate", home=tmp_path / "home").returncode == 0
    if os.name != "nt":
        assert {stat.S_IMODE(file.stat().st_mode) for file in config.parent.glob("*core.json*")} == {0o600}


@pytest.mark.parametrize(("moment", "new"), MOMENTS)
def test_a_kill_while_the_ports_are_told_leaves_the_old_or_the_new_ports(
    tmp_path: Path, moment: str, new: bool
) -> None:
    home = tmp_path / "home"
    ports = home / "config" / "ports.json"
    ports.parent.mkdir(parents=True)
    ports.write_text(json.dumps({"url": "of an earlier run"}))
    dies_writing("ports.json", moment, "serve", "--port", "0", "--home", str(home))
    found = json.loads(ports.read_text())
    assert (found["url"] != "of an earlier run") == new


@pytest.mark.parametrize("moment", ["when it is written", "before it has its name"])
def test_a_kill_at_the_very_first_start_is_no_hindrance(tmp_path: Path, moment: str) -> None:
    home = tmp_path / "home"
    dies_writing("core.json", moment, "serve", "--port", "0", "--home", str(home))
    assert not (home / "config" / "core.json").exists()
    core = CoreProcess(home)
    assert core.client.get("/v1/system/info").status_code == 200
    core.kill()
