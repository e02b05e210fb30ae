"""A store on a disk that is unmounted, replaced or emptied: no byte is taken, and nothing counts as deleted."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from core_process import CoreProcess
from stored import digest, put, rows, until, wait_until_read

from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.home.home import Home
from faceforge_storage.objects.marker import MARKER

KEPT, SECRET = b"kept", b"secret"

Disk = tuple[Path, Callable[[], None], Callable[[], None]]
"""The directory of the files, what takes it away, and what brings it back."""


def run(*words: str) -> None:
    subprocess.run(words, check=True)


@pytest.fixture(
    params=[pytest.param("mounted", marks=pytest.mark.needs("root")), "a directory", "emptied"],
)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """A disk of its own, or a directory that is renamed away, without or with an empty one in its place."""
    place, aside = tmp_path / "disk", tmp_path / "aside"
    place.mkdir()
    if request.param == "mounted":
        # A mount that can be unmounted without losing what is on it: another name of a directory.
        aside.mkdir()
        run("mount", "--bind", str(aside), str(place))
        yield place, lambda: run("umount", str(place)), lambda: run("mount", "--bind", str(aside), str(place))
        subprocess.run(["umount", str(place)], check=False, stderr=subprocess.DEVNULL)
        return

    def take() -> None:
        place.rename(aside)
        if request.param == "emptied":
            place.mkdir()

    def bring() -> None:
        if request.param == "emptied":
            place.rmdir()  # which fails when anything was written there
        aside.rename(place)

    yield place, take, bring


def home_on(root: Path, place: Path) -> Path:
    (root / "config").mkdir(parents=True)
    (root / "config" / "core.json").write_text(json.dumps({"paths": {"assets_dir": str(place)}}))
    return root


def started(root: Path, place: Path) -> CoreProcess:
    core = CoreProcess(root)
    core.home = Home(root, core.home.paths.model_copy(update={"assets_dir": str(place)}))
    return core


def store_state(core: CoreProcess) -> str:
    [store] = core.client.get("/v1/system/info").raise_for_status().json()["stores"]
    return str(store["state"])


def is_away(answer: httpx.Response, core: CoreProcess) -> bool:
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (503, "store_away"), answer.text
    assert "paths.assets_dir" in problem["hint"]
    assert str(core.home.root.parent) not in answer.text
    return True


def content_of(core: CoreProcess, asset: dict[str, Any]) -> bytes:
    return core.client.get(f"/v1/assets/{asset['asset_id']}/download").raise_for_status().content


def test_a_store_that_goes_away_and_comes_back(disk: Disk, tmp_path: Path) -> None:
    place, take, bring = disk
    core = started(home_on(tmp_path / "home", place), place)

    def assert_nothing_is_written() -> None:
        assert not place.exists() or list(place.iterdir()) == []

    try:
        take()  # while it has no file yet
        assert is_away(put(core.client, b"lost?", "lost.bin"), core)
        assert_nothing_is_written()
        bring()
        asset, secret = (put(core.client, each, "a.bin").raise_for_status().json() for each in (KEPT, SECRET))
        assert store_state(core) == "present"
        wait_until_read(core.client)
        take()
        before = rows(core.home, "SELECT count(*) FROM changesets")
        assert is_away(put(core.client, b"lost?", "lost.bin"), core)
        assert is_away(put(core.client, KEPT, "twice.bin", on_duplicate="new"), core)
        assert is_away(core.client.get(f"/v1/assets/{asset['asset_id']}/download"), core)
        assert rows(core.home, "SELECT count(*) FROM changesets") == before
        assert core.client.get(f"/v1/assets/{asset['asset_id']}").json()["content_hash"] == digest(KEPT)
        assert store_state(core) == "away"
        core.client.delete(f"/v1/assets/{secret['asset_id']}").raise_for_status()
        core.client.post(f"/v1/assets/{secret['asset_id']}/purge").raise_for_status()
        assert_nothing_is_written()
        bring()
        assert content_of(core, asset) == KEPT
        again = put(core.client, b"lost?", "lost.bin")
        assert again.status_code == 201, again.text
        assert content_of(core, again.json()) == b"lost?"
        assert store_state(core) == "present"
        until(lambda: rows(core.home, "SELECT * FROM freed_bytes") == [])
        assert list(place.rglob(digest(SECRET))) == [], "what was purged goes when the store is back"
        assert "Traceback" not in core.log()
    finally:
        core.kill()


def test_core_starts_while_its_store_is_away_and_notices_that_it_is_back(tmp_path: Path) -> None:
    """An installation from before there were markers: the empty directory gets none, that with the files does."""
    place, aside = tmp_path / "disk", tmp_path / "aside"
    root = home_on(tmp_path / "home", place)
    core = started(root, place)
    try:
        asset = put(core.client, KEPT, "kept.bin").raise_for_status().json()
        core.kill()
        (place / MARKER).unlink()
        with closing(sqlite3.connect(core.home.database_file)) as connection, connection:
            connection.execute("DELETE FROM stores")
        place.rename(aside)
        place.mkdir()
        core = started(root, place)
        assert core.client.get(f"/v1/assets/{asset['asset_id']}").json()["content_hash"] == digest(KEPT)
        assert store_state(core) == "away"
        assert is_away(put(core.client, b"lost?", "lost.bin"), core)
        place.rmdir()  # which fails when anything was written there
        aside.rename(place)
        until(lambda: store_state(core) == "present")
        assert content_of(core, asset) == KEPT
        assert put(core.client, b"more", "more.bin").status_code == 201
        assert (place / MARKER).is_file()
        assert "Traceback" not in core.log()
    finally:
        core.kill()
