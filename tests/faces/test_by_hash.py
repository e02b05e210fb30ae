"""Assets by hash: every algorithm, by all its digits or the first eight; several that fit are named, none says why."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from blake3 import blake3
from faces import Face
from running_core import RunningCore
from world import World

from faceforge_storage import readings
from faceforge_storage.ingest.reader import Found
from faceforge_storage.readings import Outcome

Read = Callable[[str, dict[str, str]], None]


@pytest.fixture
def read(core: RunningCore) -> Read:
    """Stores hashes of a content, as if a reader had found them."""

    def save(sha256: str, hashes: dict[str, str]) -> None:
        outcome = Outcome(sha256, {"hashes": (1, Found({}, hashes=hashes))})
        core.core.database.writing("core", "read files", lambda tx: readings.save(tx, [outcome], 1000))

    return save


def test_each_hash_finds_the_file(face: Face, world: World, read: Read) -> None:
    data = world.content
    photo, sha256 = world.photo, hashlib.sha256(world.content).hexdigest()
    known = {
        "autov3": hashlib.sha256(data[1:]).hexdigest(),
        "md5": hashlib.md5(data).hexdigest(),
        "crc32": hashlib.sha256(data[2:]).hexdigest()[:8],
    }
    read(sha256, known)
    hashes = {**known, "sha256": sha256, "autov2": sha256[:10], "blake3": blake3(data).hexdigest()}
    for algorithm, hex in hashes.items():
        for given in {hex, hex.upper(), hex[:12], hex[:8], hex[: len(hex) // 2 + 4]}:
            if len(given) >= 8:
                found = face.call("asset_by_hash", algorithm=algorithm, hex=given).ok()
                assert found["asset_id"] == photo, (algorithm, given)


def test_the_oldest_live_asset_on_the_bytes_answers(face: Face, world: World) -> None:
    younger = world.upload(world.content, "b.bin", on_duplicate="new") if world.photo else {}
    asked = {"algorithm": "blake3", "hex": blake3(world.content).hexdigest()}
    assert face.call("asset_by_hash", **asked).ok()["asset_id"] == world.photo
    face.call("delete_asset", asset_id=world.photo).ok()
    assert face.call("asset_by_hash", **asked).ok()["asset_id"] == younger["asset_id"]
    face.call("delete_asset", asset_id=younger["asset_id"]).ok()
    assert face.call("asset_by_hash", **asked).code == "not_found"


def test_several_contents_that_fit_are_named(core: RunningCore, face: Face, world: World, read: Read) -> None:
    """Two models with the same tensors and other headers have the same AutoV3; so have as many as somebody makes."""
    made = [world.upload(world.content + bytes([n]), f"{n}.safetensors") for n in range(12)]
    shared = hashlib.sha256(world.content + b"tensors").hexdigest()
    for each in made[:3]:
        read(each["content_hash"], {"autov3": shared, "md5": each["content_hash"][:32]})
    answer = face.call("asset_by_hash", algorithm="autov3", hex=shared[:10])
    assert (answer.status, answer.code) == (300, "ambiguous_hash")
    problem = core.request("GET", f"/v1/assets/by-hash/autov3:{shared}").json()
    keys = ("asset_id", "filename", "content_hash")
    assert sorted(problem["candidates"], key=str) == sorted(
        ({k: m[k] for k in keys} for m in made[:3]), key=str
    )
    assert problem["detail"] == f"3 files have an autov3 that begins with {shared!r}."
    face.call("delete_asset", asset_id=made[0]["asset_id"]).ok()
    face.call("delete_asset", asset_id=made[1]["asset_id"]).ok()
    assert face.call("asset_by_hash", algorithm="autov3", hex=shared).ok()["asset_id"] == made[2]["asset_id"]
    for each in made:
        read(each["content_hash"], {"crc32": shared[:8]})
    problem = core.request("GET", f"/v1/assets/by-hash/crc32:{shared[:8]}").json()
    assert len(problem["candidates"]) == 10
    assert problem["detail"].startswith("10 files")


def test_in_graphql_the_candidates_stand_in_the_extensions(
    core: RunningCore, world: World, read: Read
) -> None:
    made = [world.upload(world.content + bytes([n])) for n in range(2)]
    shared = hashlib.md5(world.content).hexdigest()
    for each in made:
        read(each["content_hash"], {"md5": shared})
    query = f'{{ assetByHash(algorithm: "md5", hex: "{shared}") {{ id }} }}'
    (error,) = core.request("POST", "/graphql", json={"query": query}).json()["errors"]
    assert error["extensions"]["code"] == "ambiguous_hash"
    found = {each["asset_id"] for each in error["extensions"]["candidates"]}
    assert found == {each["asset_id"] for each in made}


def test_what_is_not_found_says_how_many_files_are_unread(core: RunningCore, world: World) -> None:
    assert world.photo

    def problem(algorithm: str, hex: str) -> dict[str, Any]:
        answer = core.request("GET", f"/v1/assets/by-hash/{algorithm}:{hex}")
        assert answer.status_code == 404
        found: dict[str, Any] = answer.json()
        return found

    waiting = core.core.database.reading(readings.unread)
    assert waiting
    assert f" {waiting} files are still unread" in problem("md5", "0" * 32)["detail"]
    assert "unread" not in problem("sha256", "0" * 64)["detail"]

    def forget(tx: Any) -> None:
        for each in readings.next_pending(tx.connection, 10_000):
            readings.save(tx, [Outcome(each.sha256, {})], 1000)

    core.core.database.writing("core", "read files", forget)
    assert "reading.hash_all_files" in problem("crc32", "0" * 8)["hint"]
    assert "reading.hash_all_files" not in problem("blake3", "0" * 64)["hint"]


def test_head_tells_whether_there_is_one(core: RunningCore, world: World) -> None:
    assert world.photo
    found = core.request("HEAD", f"/v1/assets/by-hash/blake3:{blake3(world.content).hexdigest()[:16]}")
    assert (found.status_code, found.content) == (200, b"")
    assert core.request("HEAD", f"/v1/assets/by-hash/blake3:{'0' * 16}").status_code == 404
