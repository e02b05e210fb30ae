"""A purge removes the bytes of an asset from the disk, unless another asset has them, whatever happens beside it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from core_process import CoreProcess
from stored import digest, objects, published, put, rows, until

PURGE = "mutation ($id: ID!) { deleteAsset(assetId: $id) purgeAsset(assetId: $id) }"


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoreProcess]:
    started = CoreProcess(tmp_path_factory.mktemp("purged") / "home")
    yield started
    started.kill()


def by_rest(client: httpx.Client, asset_id: str) -> None:
    client.delete(f"/v1/assets/{asset_id}").raise_for_status()
    client.post(f"/v1/assets/{asset_id}/purge").raise_for_status()


def by_graphql(client: httpx.Client, asset_id: str) -> None:
    asked = {"query": PURGE, "variables": {"id": asset_id}}
    assert "errors" not in client.post("/graphql", json=asked).raise_for_status().json()


def made(client: httpx.Client, content: bytes, **more: str) -> dict[str, Any]:
    asset: dict[str, Any] = put(client, content, "a.bin", **more).raise_for_status().json()
    return asset


@pytest.mark.parametrize("purge", [by_rest, by_graphql])
def test_a_purge_removes_the_file(core: CoreProcess, purge: Any) -> None:
    content = f"purged {purge.__name__}".encode()
    asset = made(core.client, content)
    assert digest(content) in objects(core.home)
    purge(core.client, asset["asset_id"])
    assert digest(content) not in objects(core.home)
    assert rows(core.home, "SELECT * FROM freed_bytes") == []
    assert rows(core.home, f"SELECT 1 FROM objects WHERE sha256 = '{digest(content)}'") == []
    journalled = rows(
        core.home, f"SELECT before, after, erased FROM changes WHERE record_id = '{digest(content)}'"
    )
    assert set(journalled) == {(None, None, 1)}


@pytest.mark.parametrize("other", ["live", "trashed"])
def test_a_purge_keeps_bytes_that_another_asset_has(core: CoreProcess, other: str) -> None:
    content = f"shared {other}".encode()
    first, second = (made(core.client, content, on_duplicate="new")["asset_id"] for _ in range(2))
    if other == "trashed":
        core.client.delete(f"/v1/assets/{second}").raise_for_status()
    by_rest(core.client, first)
    core.client.post(f"/v1/assets/{second}/restore").raise_for_status()
    assert core.client.get(f"/v1/assets/{second}/download").raise_for_status().content == content
    by_rest(core.client, second)
    assert digest(content) not in objects(core.home)


def test_the_purge_of_an_entity_leaves_its_files(core: CoreProcess) -> None:
    entity = core.client.post("/v1/entities", json={"display_name": "Ann"}).json()["entity_id"]
    asset = made(core.client, b"of Ann", entity_id=entity)["asset_id"]
    core.client.delete(f"/v1/entities/{entity}").raise_for_status()
    core.client.post(f"/v1/entities/{entity}/purge").raise_for_status()
    assert core.client.get(f"/v1/assets/{asset}/download").content == b"of Ann"


def test_equal_bytes_that_come_while_they_are_purged_stay(core: CoreProcess) -> None:
    """Each upload that is acknowledged after the purge began has its bytes, until it is purged itself."""
    content = b"again and again" * 1000
    turns, kept = 50, made(core.client, content, on_duplicate="new")["asset_id"]
    for number in range(turns):
        ready = threading.Barrier(2)

        def purge(asset_id: str, ready: threading.Barrier = ready, number: int = number) -> None:
            ready.wait()
            (by_rest, by_graphql)[number % 2](core.client, asset_id)

        def upload(ready: threading.Barrier = ready) -> str:
            ready.wait()
            return str(made(core.client, content, on_duplicate="new")["asset_id"])

        with ThreadPoolExecutor(2) as pool:
            purged, uploaded = pool.submit(purge, kept), pool.submit(upload)
            purged.result()
            kept = uploaded.result()
        answer = core.client.get(f"/v1/assets/{kept}/download")
        assert (answer.status_code, answer.content) == (200, content), number
    by_rest(core.client, kept)
    assert digest(content) not in objects(core.home)


def test_what_a_crash_left_of_a_purge_is_removed_at_the_next_start(tmp_path: Path) -> None:
    """The file cannot be removed, as when Core dies after the commit: its directory is put aside meanwhile."""
    core = CoreProcess(tmp_path / "home")
    try:
        asset = made(core.client, b"left behind")["asset_id"]
        place = core.home.assets_dir
        place.rename(tmp_path / "aside")
        by_rest(core.client, asset)
        assert rows(core.home, "SELECT sha256 FROM freed_bytes") == [(digest(b"left behind"),)]
        core.kill()
        (tmp_path / "aside").rename(place)
        core = CoreProcess(tmp_path / "home")
        put(core.client, b"something else", "b.bin").raise_for_status()
        until(lambda: published(core.home) == [digest(b"something else")])
        until(lambda: rows(core.home, "SELECT sha256 FROM freed_bytes") == [])
    finally:
        core.kill()
