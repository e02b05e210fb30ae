"""A full disk is reported plainly, nothing half-written stays, and Core works again as soon as there is room."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from core_process import LAST_WORDS, SECONDS, CoreProcess, run
from event_source import EventSource
from imports import ended, log
from small_disks import fill
from stored import assert_all_is_whole, put, rows, staged

from faceforge_storage.database.headroom import NAME as HEADROOM
from faceforge_storage.errors import NoSpace
from faceforge_storage.imports.spool import Spool
from faceforge_storage.imports.walk import Entered
from faceforge_storage.jobs.lines import JobLines

MIB = 2**20
JOB = "ab" * 32


def home_with(root: Path, **sections: Any) -> Path:
    """A home with these settings, not started yet."""
    (root / "config").mkdir(parents=True)
    (root / "config" / "core.json").write_text(json.dumps(sections))
    return root


def pieces(size: int) -> Iterator[bytes]:
    """A body whose length is not announced."""
    for _ in range(size // MIB):
        yield os.urandom(MIB)


@pytest.mark.needs("root")
@pytest.mark.parametrize("moved", [None, "assets_dir"], ids=["all on it", "only the files on it"])
def test_a_disk_that_fills_in_an_upload(small_disk: Path, tmp_path: Path, moved: str | None) -> None:
    """On one disk the bytes find no room in staging; on two, no room in their place."""
    paths = {moved: str(small_disk / "files")} if moved else {}
    root = (tmp_path if moved else small_disk) / "home"
    core = CoreProcess(home_with(root, limits={"disk_reserve_bytes": 0}, paths=paths))
    try:
        core.home = type(core.home)(root, core.home.paths.model_copy(update=paths))
        kept = put(core.client, os.urandom(MIB), "kept.bin").raise_for_status().json()
        before = rows(core.home, "SELECT * FROM assets"), rows(core.home, "SELECT * FROM changesets")
        refused = put(core.client, pieces(40 * MIB), "too large.bin")
        assert (refused.status_code, refused.json()["code"]) == (507, "no_space")
        assert (
            rows(core.home, "SELECT * FROM assets"),
            rows(core.home, "SELECT * FROM changesets"),
        ) == before
        assert staged(core.home) == []
        assert [asset["asset_id"] for asset in assert_all_is_whole(core.client, core.home)] == [
            kept["asset_id"]
        ]
        after = put(core.client, pieces(6 * MIB), "small enough.bin")
        assert after.status_code == 201, after.text
        assert len(assert_all_is_whole(core.client, core.home)) == 2
        assert str(root) not in refused.text
    finally:
        core.kill()


@pytest.mark.needs("root")
def test_a_disk_too_full_for_the_database(small_disk: Path, tmp_path: Path) -> None:
    """Records are refused and read on; when there is room again, they are taken, without a restart."""
    root = home_with(tmp_path / "home", paths={"db_dir": str(small_disk)}, limits={"disk_reserve_bytes": 0})
    core = CoreProcess(root)
    try:
        core.home = type(core.home)(root, core.home.paths.model_copy(update={"db_dir": str(small_disk)}))
        kept = core.client.post("/v1/entities", json={"display_name": "kept"}).json()
        filler = small_disk / "filler"
        fill(filler)
        large = {"display_name": "large", "fields": {"x": "y" * 9000}}
        answers = [core.client.post("/v1/entities", json=large) for _ in range(20)]
        refused = [answer for answer in answers if answer.status_code != 201]
        assert refused
        assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(507, "no_space")}
        assert "hint" in refused[0].json()
        upload = put(core.client, b"small", "small.bin")
        assert (upload.status_code, upload.json()["code"]) == (507, "no_space")
        assert staged(core.home) == []
        assert core.client.get(f"/v1/entities/{kept['entity_id']}").json() == kept
        taken = [answer.json()["entity_id"] for answer in answers if answer.status_code == 201]
        filler.unlink()
        again = core.client.post("/v1/entities", json={"display_name": "again"})
        assert again.status_code == 201, again.text
        assert put(core.client, b"small", "small.bin").status_code == 201
        held = {record for (record,) in rows(core.home, "SELECT id FROM entities")}
        assert held == {kept["entity_id"], again.json()["entity_id"], *taken}
        assert len(rows(core.home, "SELECT 1 FROM changesets")) == len(held) + 1
        assert rows(core.home, "PRAGMA integrity_check") == [("ok",)]
        assert "Traceback" not in core.log()
    finally:
        core.kill()


@pytest.mark.needs("root")
def test_an_upsert_on_a_disk_that_is_full_goes_on_when_there_is_room(small_disk: Path) -> None:
    core = CoreProcess(home_with(small_disk / "home", limits={"disk_reserve_bytes": 0}))
    try:
        items = b"".join(b'{"display_name": "Person %d"}\n' % number for number in range(5000))
        asset = put(core.client, items, "items.ndjson").json()
        with EventSource(core.url, core.token, "?types=job.progress").begun() as told:
            fill(small_disk / "filler", but=512 * 1024)
            asked = {"job_type": "core.bulk_upsert", "input_asset_id": asset["asset_id"], "input": {}}
            job_id = core.client.post("/v1/jobs", json=asked).raise_for_status().json()["job_id"]
            told.first(lambda each: "disk is full" in each["data"]["message"])
        (small_disk / "filler").unlink()
        done = ended(core.client, job_id)
        assert (done["state"], done["attempt"]) == ("succeeded", 1), done
        assert done["output"]["created"] == 5000
        assert rows(core.home, "SELECT count(*), count(DISTINCT display_name) FROM entities") == [
            (5000, 5000)
        ]
        assert any("There is space again" in each["message"] for each in log(core.client, job_id))
    finally:
        core.kill()


@pytest.mark.needs("root")
def test_the_notes_of_a_job_are_refused_by_a_full_disk_and_kept_again_when_there_is_room(
    small_disk: Path,
) -> None:
    """What was refused is refused once, not again when the file is closed."""
    filler, noted = small_disk / "filler", [{"file": "x" * 5000}]
    lines, spool = JobLines(small_disk, JOB, 0), Spool(small_disk)
    fill(filler, but=4096)  # a part is written
    with pytest.raises(NoSpace):
        lines.write(noted)
    lines.remove()
    with pytest.raises(NoSpace):
        spool.fill([Entered("x" * 5000, has_defaults=False)], lambda _: None)
    spool.close()
    filler.unlink()
    lines = JobLines(small_disk, JOB, 0)
    lines.size = lines.write(noted)
    assert list(lines) == noted
    lines.remove()


@pytest.mark.needs("root")
def test_a_copy_of_the_database_that_finds_no_room_leaves_nothing(small_disk: Path, tmp_path: Path) -> None:
    core = CoreProcess(tmp_path / "home")
    try:
        fill(small_disk / "filler")
        refused = run("backup", "--to", str(small_disk / "copy.sqlite3"), home=core.home.root)
        assert refused.returncode == 1
        assert "failed" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert [file.name for file in small_disk.iterdir()] == ["filler"]
    finally:
        core.kill()


@pytest.mark.needs("root")
@pytest.mark.parametrize("ended", ["stopped", "killed", "only migrated"])
def test_a_home_on_a_full_disk_can_be_read(small_disk: Path, ended: str) -> None:
    """B8: nothing that a start writes ends it; what would store something is refused, until there is room again."""
    root = small_disk / "home"
    kept: list[str] = []
    if ended == "only migrated":
        assert run("migrate", home=root).returncode == 0
    else:
        first = CoreProcess(home_with(root, limits={"disk_reserve_bytes": 0}))
        kept = [
            first.client.post("/v1/entities", json={"display_name": f"kept {n}"}).json()["entity_id"]
            for n in range(20)
        ]
        kept_file = put(first.client, b"kept", "kept.bin").json()["asset_id"]
        if ended == "stopped":
            first.signal(signal.SIGTERM)
            assert first.wait() == 0
        first.kill()
    filler = small_disk / "filler"
    fill(filler)
    for _ in range(2):
        core = CoreProcess(root)
        try:
            found = core.client.get("/v1/entities?limit=500").raise_for_status().json()["items"]
            assert {each["entity_id"] for each in found} >= set(kept)
            if kept:
                assert core.client.get(f"/v1/assets/{kept_file}/download").content == b"kept"
            large = {"display_name": "large", "fields": {"x": "y" * 100_000}}
            answers = [core.client.post("/v1/entities", json=large) for _ in range(100)]
            refused = [answer for answer in answers if answer.status_code != 201]
            assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(507, "no_space")}
            assert len(refused) > len(answers) / 2  # what the log of a killed Core holds already may be used
            upload = put(core.client, os.urandom(MIB), "large.bin")
            assert (upload.status_code, upload.json()["code"]) == (507, "no_space")
            assert run("token", "list", home=root).returncode == 0
            assert "Traceback" not in core.terminal() + core.log()
            core.signal(signal.SIGTERM)
            assert core.wait() == 0
        finally:
            core.kill()
    filler.unlink()
    core = CoreProcess(root)
    try:
        assert core.client.post("/v1/entities", json={"display_name": "again"}).status_code == 201
        assert rows(core.home, "PRAGMA integrity_check") == [("ok",)]
    finally:
        core.kill()


@contextmanager
def read_only(disk: Path) -> Iterator[None]:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    yield
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)


@contextmanager
def full_without_headroom(disk: Path) -> Iterator[None]:
    (disk / "db" / HEADROOM).unlink(missing_ok=True)  # a version that knew none has filled the disk
    fill(disk / "filler")
    yield
    (disk / "filler").unlink()


@pytest.mark.needs("root")
@pytest.mark.parametrize("log", ["no log left", "a log left"])
@pytest.mark.parametrize("state", [full_without_headroom, read_only])
def test_a_home_on_a_disk_that_takes_no_file_is_read(small_disk: Path, state: Any, log: str) -> None:
    """B8. SQLite would have to make a log, also to read; one that a crash has left is there to be used."""
    root = home_with(small_disk, limits={"disk_reserve_bytes": 0})
    core = CoreProcess(root)
    asset = put(core.client, b"to be read", "read.bin").raise_for_status().json()
    core.client.post("/v1/entities", json={"display_name": "Ann"}).raise_for_status()
    if log == "no log left":
        core.signal(signal.SIGTERM)
        assert core.wait() == 0
    core.kill()
    with state(small_disk):
        reading = Reading(root)
        try:
            [entity] = reading.client.get("/v1/entities").json()["items"]
            assert entity["display_name"] == "Ann"
            download = reading.client.get(f"/v1/assets/{asset['asset_id']}/download")
            assert download.content == b"to be read"
            path = f"/v1/entities/{entity['entity_id']}"
            written = reading.client.patch(path, json={"fields": {"x": "y" * 9000}})
            if log == "no log left":
                assert (written.status_code, written.json()["code"]) == (503, "read_only")
                assert "paths.db_dir" in written.json()["hint"]
            assert put(reading.client, bytes(5000), "new.bin").status_code in (500, 503, 507)
            # A log that is left may have room for a little.
            assert written.status_code == 200 or reading.client.get(path).json() == entity
            assert "Traceback" not in reading.terminal()
        finally:
            reading.kill()
    again = CoreProcess(root)
    assert again.client.post("/v1/entities", json={"display_name": "Bob"}).status_code == 201
    assert len(again.client.get("/v1/entities").json()["items"]) == 2
    again.kill()


class Reading(CoreProcess):
    """A Core on a disk that takes nothing: only its terminal says where it is."""

    def _wait(self) -> None:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            if LAST_WORDS in (printed := self.terminal()):
                self.url = printed.partition("FaceForge Core is at ")[2].splitlines()[0].rstrip("/")
                return
            time.sleep(0.02)
        raise AssertionError(f"Core did not start:\n{self.terminal()}")


@pytest.mark.needs("root")
@pytest.mark.parametrize(
    ("words", "begun"),
    [
        (["serve", "--port", "0"], False),
        (["migrate"], False),
        (["token", "rotate"], True),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "a home" if each else "a new home",
)
def test_a_command_that_must_write_on_a_full_disk_says_so(
    small_disk: Path, begun: bool, words: list[str]
) -> None:
    root = small_disk / "home"
    if begun:
        assert run("migrate", home=root).returncode == 0
    else:
        for each in ("config", "db/backups"):
            (root / each).mkdir(parents=True)
    fill(small_disk / "filler")
    refused = run(*words, home=root)
    assert "Traceback" not in refused.stderr
    assert refused.returncode == 1, refused.stdout
    assert "cannot be" in refused.stderr or "full" in refused.stderr, refused.stderr
    assert "backup" not in refused.stderr


def test_what_would_use_up_the_reserve_is_refused_before_it_is_taken(tmp_path: Path) -> None:
    core = CoreProcess(home_with(tmp_path / "home", limits={"disk_reserve_bytes": 2**60}))
    refused = put(core.client, b"any", "any.bin")
    assert (refused.status_code, refused.json()["code"]) == (507, "no_space")
    assert staged(core.home) == []
    assert core.client.post("/v1/entities", json={"display_name": "still taken"}).status_code == 201
    assert core.client.get("/v1/assets").json()["items"] == []
    core.kill()
