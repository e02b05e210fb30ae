"""Files are read in the background: what is found belongs to the bytes and changes no record."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from database_state import everything, records
from journal_entries import last_changeset
from PIL import ExifTags, Image
from running_core import RunningCore, running_core

from faceforge_storage import readings
from faceforge_storage.database.tables import assets
from faceforge_storage.ingest.isolation.processes import Examine, Examined
from faceforge_storage.ingest.reader import Found, Media
from faceforge_storage.readings import Outcome, cut_off

SECONDS = 30


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCore]:
    """A Core that reads files."""
    with running_core(tmp_path_factory.mktemp("reading"), reading={"workers": 1}) as core:
        yield core


def picture(width: int = 8, taken: str = "2024:05:01 12:00:00", says: str = "") -> bytes:
    file, exif = io.BytesIO(), Image.Exif()
    exif[ExifTags.Base.DateTime] = taken
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    exif[ExifTags.Base.ImageDescription] = says
    Image.new("RGB", (width, 6), "red").save(file, "JPEG", exif=exif)
    return file.getvalue()


def put(core: RunningCore, data: bytes, filename: str = "a.jpg", **form: Any) -> dict[str, Any]:
    answer = core.request("POST", "/v1/assets/upload", files={"file": (filename, data)}, data=form)
    assert answer.status_code in (200, 201), answer.text
    made: dict[str, Any] = answer.json()
    return made


def asset(core: RunningCore, asset_id: str) -> dict[str, Any]:
    found: dict[str, Any] = core.request("GET", f"/v1/assets/{asset_id}").json()
    return found


def wait_until_read(core: RunningCore) -> None:
    end = time.monotonic() + SECONDS
    while core.request("GET", "/v1/system/info").json()["counts"]["unread_files"]:
        assert time.monotonic() < end, "files are still unread"
        time.sleep(0.02)


def state_of(found: dict[str, Any], reader: str) -> tuple[str, str | None]:
    (one,) = [each for each in found["readings"] if each["reader"] == reader]
    return one["state"], one["message"]


def test_a_file_over_which_reading_itself_fails_holds_up_no_other(
    reading: RunningCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes = reading.core.examiner.processes
    read = processes.examine

    async def failing(request: Examine, *, urgent: bool = False) -> Examined:
        if request.file.filename == "harm.jpg":
            raise ValueError("nobody foresaw this")
        return await read(request, urgent=urgent)

    monkeypatch.setattr(processes, "examine", failing)
    harm, other = put(reading, picture(says="harm"), "harm.jpg"), put(reading, picture(says="other"))
    wait_until_read(reading)
    state, message = state_of(asset(reading, harm["asset_id"]), "image")
    assert (state, message) == ("failed", "The reader ended with an error; the log of Core has it.")
    assert state_of(asset(reading, other["asset_id"]), "image") == ("done", None)


def test_what_is_found_stands_beside_the_record_and_changes_nothing_of_it(reading: RunningCore) -> None:
    made = put(reading, picture(width=9))
    before, last = records(reading), last_changeset(reading)
    wait_until_read(reading)
    found = asset(reading, made["asset_id"])
    assert (found["media"]["width"], found["media"]["height"]) == (9, 6)
    assert found["media"]["taken_at"] == "2024-05-01T12:00:00.000000Z"
    assert state_of(found, "image") == ("done", None)
    assert found["extracted_metadata"]["image"]
    assert (found["version"], found["updated_at"]) == (1, made["updated_at"])
    assert (records(reading), last_changeset(reading)) == (before, last)


def test_equal_bytes_are_read_once_and_a_second_asset_on_them_has_it_at_once(reading: RunningCore) -> None:
    data = picture(width=10)
    put(reading, data)
    wait_until_read(reading)
    second = put(reading, data, on_duplicate="new")
    assert second["media"]["width"] == 10
    assert state_of(second, "image") == ("done", None)
    assert reading.request("GET", "/v1/system/info").json()["counts"]["unread_files"] == 0


def test_a_broken_file_is_kept_and_says_what_is_wrong(reading: RunningCore) -> None:
    made = put(reading, picture(width=11)[:200], "broken.jpg")
    wait_until_read(reading)
    found = asset(reading, made["asset_id"])
    state, message = state_of(found, "image")
    assert state == "failed"
    assert message
    assert reading.request("GET", f"/v1/assets/{made['asset_id']}/download").status_code == 200


def test_reading_again_forgets_what_is_not_found_any_more(reading: RunningCore) -> None:
    made = put(reading, picture(width=12))
    wait_until_read(reading)
    where = assets.c.id == made["asset_id"]
    reading.core.database.writing(
        "t", "t", lambda tx: tx.set_derived(assets, where, {"width": 1, "pages": 7})
    )
    assert asset(reading, made["asset_id"])["media"]["pages"] == 7
    answer = reading.request("POST", f"/v1/assets/{made['asset_id']}/reread")
    assert answer.status_code == 200
    wait_until_read(reading)
    media = asset(reading, made["asset_id"])["media"]
    assert (media["width"], media["pages"]) == (12, None)


def test_all_files_or_those_that_failed_are_read_again(reading: RunningCore) -> None:
    put(reading, picture(width=13)[:150], "failed.jpg")
    put(reading, picture(width=13), "fine.jpg")
    wait_until_read(reading)
    total = len({each["content_hash"] for each in reading.request("GET", "/v1/assets").json()["items"]})
    failed = reading.request("POST", "/v1/assets/reread", json={"failed": True}).json()["queued"]
    wait_until_read(reading)
    everyone = reading.request("POST", "/v1/assets/reread").json()["queued"]
    wait_until_read(reading)
    assert 0 < failed < everyone == total


def test_a_list_is_sorted_and_filtered_by_when_pictures_were_taken(reading: RunningCore) -> None:
    for year in ("1999", "2001", "2003"):
        put(reading, picture(taken=f"{year}:01:01 00:00:00"), f"{year}.jpg", kind="image.dated")
    put(reading, b"no date", "none.txt", kind="image.dated")
    wait_until_read(reading)

    def names(**query: str) -> list[str]:
        parameters = {"kind": "image.dated", "sort_by": "taken_at", "sort_order": "asc", **query}
        items = reading.request("GET", "/v1/assets", params=parameters).json()["items"]
        return [each["filename"] for each in items]

    assert names() == ["none.txt", "1999.jpg", "2001.jpg", "2003.jpg"]
    assert names(taken_since="2001-01-01T00:00:00Z") == ["2001.jpg", "2003.jpg"]
    assert names(taken_before="2001-01-01T00:00:00Z") == ["1999.jpg"]


def test_a_purge_takes_along_what_was_read_and_made(reading: RunningCore) -> None:
    word = "what-nobody-may-know"
    made = put(reading, picture(says=word))
    wait_until_read(reading)
    assert any(word in row for row in everything(reading)["readings"])
    reading.request("DELETE", f"/v1/assets/{made['asset_id']}")
    assert reading.request("POST", f"/v1/assets/{made['asset_id']}/purge").status_code == 204
    left = everything(reading)
    for table in ("readings", "contents", "pending_contents"):
        assert not any(made["content_hash"] in row for row in left[table]), table


def test_what_is_purged_while_it_is_read_leaves_nothing(reading: RunningCore) -> None:
    """The reading ends after the purge, so it comes too late to be stored."""
    made = put(reading, picture(width=14))
    wait_until_read(reading)
    outcome = Outcome(made["content_hash"], {"image": (1, Found({"a": 1}, Media(width=1)))})
    reading.request("DELETE", f"/v1/assets/{made['asset_id']}")
    reading.request("POST", f"/v1/assets/{made['asset_id']}/purge")
    reading.core.database.writing("core", "read files", lambda tx: readings.save(tx, [outcome], 1000))
    assert not any(made["content_hash"] in row for row in everything(reading)["readings"])


def test_what_is_long_is_cut_off_with_a_mark_and_kept_whole(reading: RunningCore) -> None:
    made = put(reading, picture(width=15))
    wait_until_read(reading)
    long = {"prompt": "x" * 200_000, "steps": 20}
    outcome = Outcome(made["content_hash"], {"image": (1, Found(long))})
    most = reading.core.settings.limits.extracted_bytes
    reading.core.database.writing("core", "read files", lambda tx: readings.save(tx, [outcome], most))
    shown = asset(reading, made["asset_id"])["extracted_metadata"]["image"]
    assert shown["cut_off"] == ["prompt"]
    assert shown["steps"] == 20
    assert shown["prompt"].endswith("…")
    whole = reading.request("GET", f"/v1/assets/{made['asset_id']}/readings/image").json()
    assert whole["found"] == long


@pytest.mark.parametrize(
    "found",
    [
        {"a": "ä" * 100_000},
        {"a": '"' * 100_000},
        {"a": list(range(50_000)), "b": 1},
        {f"key {n}": n for n in range(20_000)},
        {"a": {"b": "c" * 100_000}, "d": "e" * 100_000},
    ],
)
def test_what_is_shown_has_at_most_its_bytes(found: dict[str, Any]) -> None:
    shown, whole = cut_off(found, 64 * 1024)
    assert whole == found
    assert len(readings.dumps(shown).encode()) <= 64 * 1024
    assert shown["cut_off"]


def test_what_was_read_by_an_older_reader_is_read_again_at_the_next_start(tmp_path: Path) -> None:
    def older(tx: readings.Write) -> None:
        tx.update_unrecorded(readings.readings, readings.readings.c.reader == "image", {"version": 0})
        tx.update_unrecorded(readings.readers, readings.readers.c.name == "image", {"version": 0})

    with running_core(tmp_path, reading={"workers": 1}) as core:
        made = put(core, picture(width=16))
        wait_until_read(core)
        where = assets.c.id == made["asset_id"]
        core.core.database.writing("t", "t", lambda tx: tx.set_derived(assets, where, {"width": 1}))
        core.core.database.writing("t", "t", older)
    with running_core(tmp_path, reading={"workers": 1}) as core:
        end = (
            time.monotonic() + SECONDS
        )  # what waits is not counted until the start has looked for new readers
        while asset(core, made["asset_id"])["media"]["width"] != 16 and time.monotonic() < end:
            time.sleep(0.02)
        assert asset(core, made["asset_id"])["media"]["width"] == 16


def test_files_wait_in_order_until_somebody_reads_them(tmp_path: Path) -> None:
    with running_core(tmp_path) as core:
        made = [put(core, picture(width=20 + n)) for n in range(5)]
        assert {state_of(asset(core, each["asset_id"]), "image")[0] for each in made} == {"pending"}
        waiting = core.core.database.reading(readings.next_pending, 10)
        assert [each.sha256 for each in waiting] == [each["content_hash"] for each in made]
    with running_core(tmp_path, reading={"workers": 1}) as core:
        wait_until_read(core)
        assert [asset(core, each["asset_id"])["media"]["width"] for each in made] == [20, 21, 22, 23, 24]
