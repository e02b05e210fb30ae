"""An import among things that go wrong: a full disk, a folder that goes away, the same twice at once; and a stop."""

from __future__ import annotations

import shutil
import signal
import threading
import time
from pathlib import Path

import pytest
from core_process import CoreProcess
from event_source import EventSource
from held_imports import AT_ONCE, HeldImports
from imports import (
    begin,
    brought_in,
    ended,
    held,
    home_that_imports,
    inserts,
    job,
    log,
    make_folder,
    wait_until_in,
)
from small_disks import fill
from stored import assert_all_is_whole, published, rows, until

from faceforge_schema.imports.batches import FIRST_FILES


@pytest.mark.needs("root")
def test_an_import_on_a_disk_that_fills_goes_on_when_there_is_room(small_disk: Path, tmp_path: Path) -> None:
    """Those who follow hear why it waits, whether or not the database, which is on that disk, can take it."""
    folder = tmp_path / "pictures"
    make_folder(folder, 1500)
    core = HeldImports(home_that_imports(small_disk / "home", folder))
    try:
        core.hold(after=2)
        job_id = begin(core.client, folder)
        wait_until_in(core, 2 * AT_ONCE)
        with EventSource(core.url, core.token, "?types=job.progress").begun() as told:
            fill(small_disk / "filler", but=256 * 1024)
            core.release()
            told.first(lambda each: "disk is full" in each["data"]["message"])
        assert job(core.client, job_id)["state"] == "running"
        assert 2 * AT_ONCE <= brought_in(core) < 1500
        (small_disk / "filler").unlink()
        done = ended(core.client, job_id)
        assert (done["state"], done["attempt"]) == ("succeeded", 1), done
        assert done["output"]["result"]["copied"] == 1500
        assert sum(inserts(core)) == brought_in(core) == 1500
        assert any("There is space again" in each["message"] for each in log(core.client, job_id))
        assert_all_is_whole(core.client, core.home)
    finally:
        core.kill()


@pytest.mark.alone
def test_an_import_is_stopped_within_two_seconds_and_keeps_what_is_in(tmp_path: Path) -> None:
    """In the middle of a large file, which takes longer than that wherever it is."""
    folder = tmp_path / "pictures"
    make_folder(folder, FIRST_FILES)
    (folder / "the last").mkdir()
    with (folder / "the last" / "large.bin").open("wb") as file:
        file.truncate(8 << 30)
    core = CoreProcess(home_that_imports(tmp_path / "home", folder))
    try:
        job_id = begin(core.client, folder)
        wait_until_in(core, FIRST_FILES)
        asked = time.monotonic()
        core.client.post(f"/v1/jobs/{job_id}/cancel").raise_for_status()
        found = ended(core.client, job_id)
        assert time.monotonic() - asked < 2
        assert found["state"] == "cancelled"
        assert brought_in(core) == FIRST_FILES
        assert_all_is_whole(core.client, core.home)
    finally:
        core.kill()


def test_the_same_folder_brought_in_twice_at_once_is_there_once(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    made = make_folder(folder, 400)
    core = CoreProcess(home_that_imports(tmp_path / "home", folder))
    try:
        jobs: list[str] = []
        threads = [threading.Thread(target=lambda: jobs.append(begin(core.client, folder))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [ended(core.client, each)["state"] for each in jobs] == ["succeeded"] * 2
        assert sorted(content for _, content, *_ in held(core)["assets"]) == sorted(made.values())
        assert len(held(core)["links"]) == 40
        assert_all_is_whole(core.client, core.home)
    finally:
        core.kill()


def test_a_folder_that_goes_away_is_said_and_comes_in_when_it_is_back(tmp_path: Path) -> None:
    folder = tmp_path / "disk" / "pictures"
    made = make_folder(folder, 1500)
    shutil.copytree(folder, tmp_path / "unplugged")
    core = HeldImports(home_that_imports(tmp_path / "home", folder.parent))
    try:
        core.hold(after=2)
        job_id = begin(core.client, folder)
        wait_until_in(core, 2 * AT_ONCE)
        shutil.rmtree(folder)
        core.release()
        found = ended(core.client, job_id)
        assert found["state"] == "failed" or found["output"]["result"]["failed"] > 0
        assert_all_is_whole(core.client, core.home)
        shutil.move(tmp_path / "unplugged", folder)
        assert ended(core.client, begin(core.client, folder))["state"] == "succeeded"
        assert sorted(content for _, content, *_ in held(core)["assets"]) == sorted(made.values())
        assert sum(inserts(core)) == 1500
    finally:
        core.kill()


def test_core_is_stopped_while_published_bytes_wait_for_their_rows(tmp_path: Path) -> None:
    """It removes them as it stops, and the next start brings those files in again."""
    folder = tmp_path / "pictures"
    make_folder(folder, 400)
    core = HeldImports(home_that_imports(tmp_path / "home", folder))
    try:
        core.hold(after=1)
        job_id = begin(core.client, folder)
        wait_until_in(core, AT_ONCE)
        until(lambda: len(published(core.home)) > 2 * AT_ONCE)  # the plan, and a second batch
        core.signal(signal.SIGTERM)
        assert core.wait() == 0
        hashes = published(core.home)
        assert hashes == sorted(sha256 for (sha256,) in rows(core.home, "SELECT sha256 FROM objects"))
        assert len(hashes) < 2 * AT_ONCE
        core.kill()
        core = HeldImports(core.home.root)
        core.release()
        assert ended(core.client, job_id)["output"]["result"]["copied"] == 400
        assert sum(inserts(core)) == brought_in(core) == 400
        assert_all_is_whole(core.client, core.home)
    finally:
        core.kill()
