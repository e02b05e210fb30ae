"""What the run of an import does with each file: what is copied, linked, skipped, removed, and tried again."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from core_process import SECONDS, CoreProcess
from held_imports import AT_ONCE, HeldImports
from importing import assets, begin, ended, imported, settings
from stored import published, rows, until

MIB = 2**20


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("importing")


@pytest.fixture(scope="module")
def core(place: Path) -> Iterator[HeldImports]:
    settings(place / "home", place, limits={"upload_bytes": 3 * MIB})
    running = HeldImports(place / "home")
    yield running
    running.kill()


@pytest.fixture
def folder(place: Path, request: pytest.FixtureRequest) -> Path:
    made = place / request.node.name
    made.mkdir()
    return made


def write(folder: Path, **texts: str) -> None:
    """Files with these texts, written some time ago."""
    for name, text in texts.items():
        path = folder / f"{name}.txt"
        path.write_text(text)
        os.utime(path, (time.time() - 100, time.time() - 100))


def test_equal_files_are_stored_once_and_a_re_run_copies_nothing_and_says_so(
    core: CoreProcess, folder: Path
) -> None:
    write(folder, first="equal in both", second="equal in both", third="another text")
    result = imported(core, path=str(folder))
    assert (result["copied"], result["here"], result["failed"]) == (2, 1, 0)
    assert [(each["file"], each["outcome"]) for each in result["lines"]] == [("second.txt", "duplicate")]
    again = imported(core, path=str(folder))
    assert (again["copied"], again["linked"], again["here"]) == (0, 0, 3)
    log = core.client.get(f"/v1/jobs/{again['job_id']}/log").json()["items"]
    assert any(each["message"].startswith("Nothing was copied") for each in log)


def test_what_is_asked_for_anew_is_linked_without_a_copy(core: CoreProcess, folder: Path) -> None:
    write(folder, tagged="a text to tag")
    imported(core, path=str(folder))
    result = imported(core, path=str(folder), tags=["later"])
    assert (result["copied"], result["linked"], result["here"]) == (0, 1, 0)
    assert ("tagged.txt", ("later",)) in {(each[0], each[2]) for each in assets(core)}


def test_a_file_that_changed_since_the_plan_is_skipped_and_comes_with_a_retry(
    core: CoreProcess, folder: Path
) -> None:
    write(folder, kept="as it was planned", changed="before", gone="not for long")
    planned = ended(core, begin(core, path=str(folder), dry_run=True))
    write(folder, changed="another text by now")
    (folder / "gone.txt").unlink()
    result = imported(core, plan_job_id=planned["job_id"])
    assert (result["copied"], result["skipped"], result["failed"]) == (1, 1, 1)
    assert {(each["file"], each["outcome"], each["code"]) for each in result["lines"]} == {
        ("changed.txt", "skipped", "changed"),
        ("gone.txt", "failed", "gone"),
    }
    retried = imported(core, retry_job_id=result["job_id"])
    assert (retried["done"], retried["copied"]) == (1, 1)
    names = {each[0] for each in assets(core)}
    assert {"kept.txt", "changed.txt"} <= names
    assert "gone.txt" not in names


def test_a_retry_of_an_import_in_which_nothing_failed_is_refused(core: CoreProcess, folder: Path) -> None:
    write(folder, plain="nothing is wrong with it")
    result = imported(core, path=str(folder))
    answer = core.client.post("/v1/assets/bulk-import", json={"retry_job_id": result["job_id"]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/retry_job_id")


def test_a_move_removes_what_is_stored_and_nothing_else(core: CoreProcess, folder: Path) -> None:
    write(folder, moved="a text that moves", copy="a text that moves")
    (folder / "large.bin").write_bytes(bytes(4 * MIB))
    (folder / "_meta.json").write_text('{"tags": ["moved"]}')
    result = imported(core, path=str(folder), mode="move")
    assert (result["copied"], result["removed"], result["skipped"]) == (1, 2, 1)
    assert sorted(each.name for each in folder.iterdir()) == ["_meta.json", "large.bin"]
    sha256 = hashlib.sha256(b"a text that moves").hexdigest()
    stored = core.home.root / "assets" / "sha256" / sha256[:2] / sha256[2:4] / sha256
    assert (stored.read_text(), stored.stat().st_nlink) == ("a text that moves", 1)


def test_a_move_leaves_a_file_whose_stored_bytes_are_damaged(core: CoreProcess, folder: Path) -> None:
    write(folder, precious="a text that there is once only")
    imported(core, path=str(folder))
    sha256 = hashlib.sha256(b"a text that there is once only").hexdigest()
    stored = core.home.root / "assets" / "sha256" / sha256[:2] / sha256[2:4] / sha256
    stored.chmod(0o644)
    stored.write_text("a text that there is once ONLY")
    result = imported(core, path=str(folder), mode="move")
    assert (result["removed"], [each["code"] for each in result["lines"]]) == (0, ["not_verified"])
    assert (folder / "precious.txt").exists()


def test_the_changes_of_an_import_are_known_by_its_job(core: CoreProcess, folder: Path) -> None:
    write(folder, known="a text whose changes are known")
    result = imported(core, path=str(folder))
    found = core.client.get("/v1/changesets", params={"job_id": result["job_id"], "limit": 500}).json()
    assert {each["operation"] for each in found["items"]} == {"core.bulk_import"}


def test_an_import_is_cancelled_while_it_copies_and_leaves_nothing_half(
    core: HeldImports, folder: Path
) -> None:
    for number in range(2 * AT_ONCE):
        write(folder, **{f"{number}": f"the text of number {number}"})
    core.hold(after=1)
    job_id = begin(core, path=str(folder))
    until(lambda: f"'copied': {AT_ONCE}" in str(core.client.get(f"/v1/jobs/{job_id}").json()["progress"]))
    held = len(rows(core.home, "SELECT * FROM objects"))
    until(lambda: len(published(core.home)) >= held + AT_ONCE)  # a second batch, which has no rows yet
    asked = time.monotonic()
    core.client.post(f"/v1/jobs/{job_id}/cancel")
    assert ended(core, job_id)["state"] == "cancelled"
    assert time.monotonic() - asked < SECONDS
    core.release()
    assert list((core.home.root / "assets" / "arriving").iterdir()) == []
    assert published(core.home) == sorted(
        sha256 for (sha256,) in rows(core.home, "SELECT sha256 FROM objects")
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MiB."""
    disk = tmp_path / "small"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], check=True)
    yield disk
    until(
        lambda: subprocess.run(["umount", str(disk)], check=False, stderr=subprocess.DEVNULL).returncode == 0
    )


@pytest.mark.needs("root")
def test_a_full_disk_holds_an_import_up_until_there_is_room(small_disk: Path, tmp_path: Path) -> None:
    """D2: the job says why it waits, and goes on by itself."""
    (tmp_path / "from").mkdir()
    for number in range(10):
        (tmp_path / "from" / f"{number}.bin").write_bytes(os.urandom(2 * MIB))
    filler = small_disk / "filler"
    filler.write_bytes(bytes(14 * MIB))
    settings(
        tmp_path / "home",
        tmp_path,
        paths={"assets_dir": str(small_disk / "files")},
        limits={"disk_reserve_bytes": 0},
    )
    core = CoreProcess(tmp_path / "home")
    try:
        job_id = begin(core, path=str(tmp_path / "from"))
        until(
            lambda: (
                "full" in (core.client.get(f"/v1/jobs/{job_id}").json()["progress"] or {}).get("message", "")
            )
        )
        assert list((small_disk / "files" / "arriving").iterdir()) == []
        filler.unlink()
        job = ended(core, job_id)
        assert (job["state"], job["output"]["result"]["copied"], job["attempt"]) == ("succeeded", 10, 1)
        messages = [each["message"] for each in core.client.get(f"/v1/jobs/{job_id}/log").json()["items"]]
        assert any("full" in each for each in messages)
        assert any("space again" in each for each in messages)
    finally:
        core.kill()
