"""An import goes on where it was, whenever Core is killed: nothing comes in twice, nothing is lost, also by a move."""

from __future__ import annotations

from pathlib import Path

import pytest
from core_process import CoreProcess
from held_imports import AT_ONCE, HeldImports
from imports import (
    begin,
    brought_in,
    ended,
    held,
    home_that_imports,
    inserts,
    log,
    make_folder,
    published,
    wait_until_in,
)
from stored import assert_all_is_whole, digest, rows

COUNT = 1500


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("brought") / "pictures"
    make_folder(place, COUNT)
    return place


def test_an_import_that_was_killed_at_37_percent_ends_as_one_that_was_not(
    tmp_path: Path, folder: Path
) -> None:
    undisturbed = HeldImports(home_that_imports(tmp_path / "undisturbed", folder))
    assert ended(undisturbed.client, begin(undisturbed.client, folder))["state"] == "succeeded"
    expected, largest = held(undisturbed), max(inserts(undisturbed))
    undisturbed.kill()

    core = HeldImports(home_that_imports(tmp_path / "home", folder))
    core.hold(after=COUNT // AT_ONCE - 2)  # so that it is not over, however fast it is
    job_id = begin(core.client, folder)
    wait_until_in(core, COUNT * 37 // 100)
    core.kill()
    core.release()
    rows_then, objects_then = brought_in(core), len(published(core))
    assert rows_then < COUNT, "it was over before it was killed"
    # What has come in since the last checkpoint is done again; its bytes may lie there already.
    assert objects_then - rows_then <= 2 * largest

    again = HeldImports(tmp_path / "home")
    found = ended(again.client, job_id)
    assert found["state"] == "succeeded", found
    assert held(again) == expected
    assert sum(inserts(again)) == COUNT
    assert brought_in(again) == COUNT
    entries = log(again.client, job_id)
    assert [each["seq"] for each in entries] == list(range(1, len(entries) + 1))
    assert [each["message"] for each in entries if each["message"].startswith("Going on")] != []
    assert_all_is_whole(again.client, again.home)
    again.kill()


def test_a_move_that_is_killed_again_and_again_loses_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "moved"
    made = make_folder(folder, 600, size=20_000)
    root = home_that_imports(tmp_path / "home", folder)
    core = HeldImports(root)
    core.hold(after=2)
    job_id = begin(core.client, folder, mode="move")
    for part in (1, 2):  # a third loss in a row is taken for a fault of the job
        wait_until_in(core, 2 * AT_ONCE * part)
        core.kill()
        assert len(list(folder.rglob("*.bin"))) > 0, "it was over before it was killed"
        assert_nothing_is_lost(core, folder, made)
        core = HeldImports(root)
    core.release()
    assert ended(core.client, job_id)["state"] == "succeeded"
    assert_nothing_is_lost(core, folder, made)
    assert list(folder.rglob("*.bin")) == []
    assert len(assert_all_is_whole(core.client, core.home)) >= 600
    core.kill()


def assert_nothing_is_lost(core: CoreProcess, folder: Path, made: dict[str, str]) -> None:
    """Each file is where it was, or stored with an asset on it."""
    there = {file.name: digest(file.read_bytes()) for file in folder.rglob("*.bin")}
    stored = published(core)
    known = {each for (each,) in rows(core.home, "SELECT content_hash FROM assets WHERE deleted_at IS NULL")}
    lost = [
        name for name, content in made.items() if there.get(name) != content and content not in stored & known
    ]
    assert lost == []
