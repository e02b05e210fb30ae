"""An upload is checked on a snapshot and written once: it takes the writer a single time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import httpx
import pytest
from running_core import RunningCore
from world import World

from faceforge_storage.errors import NoSpace
from faceforge_storage.objects.store import ObjectStore
from faceforge_storage.scheduling.fair_queue import OWN, Turn


def upload(core: RunningCore, content: bytes, **fields: str) -> httpx.Response:
    form = {"file": ("a.txt", content), **{name: (None, text) for name, text in fields.items()}}
    return core.request("POST", "/v1/assets/upload", files=form)


@pytest.fixture
def written(core: RunningCore, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The operations that have taken the writer since, without what Core does by itself meanwhile."""
    operations: list[str] = []
    write = core.core.database.write

    def noted(turn: Turn, actor: str, operation: str, work: Callable[[Any], Any]) -> Any:
        if turn != OWN:
            operations.append(operation)
        return write(turn, actor, operation, work)

    monkeypatch.setattr(core.core.database, "write", noted)
    return operations


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], list[str]]:
    """Do something between the publication of the bytes and the write; answers the hashes of what was published."""

    def between(work: Callable[[], object]) -> list[str]:
        hashes: list[str] = []
        publish = ObjectStore.publish

        def and_then(store: ObjectStore, staged: Any) -> Any:
            stored = publish(store, staged)
            hashes.extend(each.sha256 for each in stored)
            work()
            return stored

        monkeypatch.setattr(ObjectStore, "publish", and_then)
        return hashes

    return between


def test_a_file_takes_the_writer_once(core: RunningCore, world: World, written: list[str]) -> None:
    meta = json.dumps({"entities": [{"display_name": "New", "create": True}]})
    entity = world.ada
    written.clear()
    assert upload(core, b"once", entity_id=entity, meta=meta).status_code == 201
    assert written == ["createAsset"]


def test_what_is_refused_does_not_take_the_writer(
    core: RunningCore, written: list[str], published: Callable[[Callable[[], object]], list[str]]
) -> None:
    hashes = published(lambda: None)
    assert upload(core, b"refused", entity_id="0" * 64).json()["code"] == "unknown_reference"
    assert (written, hashes) == ([], [])


def test_what_changed_since_the_check_is_refused_in_the_write(
    core: RunningCore, world: World, published: Callable[[Callable[[], object]], list[str]]
) -> None:
    entity = world.make("create_entity", input={"display_name": "Going"})["entity_id"]
    hashes = published(lambda: core.core.database.writing("t", "trash", lambda tx: trash(tx, entity)))
    answer = upload(core, b"too late", entity_id=entity)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_reference")
    assert answer.json()["errors"][0]["pointer"] == "/entity_id/0"
    assert core.request("GET", f"/v1/assets?content_hash={hashes[0]}").json()["items"] == []
    assert not stored(core, b"too late")


def trash(tx: Any, entity: str) -> None:
    from faceforge_storage import entities
    from faceforge_storage.database import records, tables

    records.trash(tx, tables.entities, entities.get(tx.connection, entity), None)


def test_two_new_entities_of_one_sidecar_cannot_have_the_same_unique_value(
    core: RunningCore, world: World, published: Callable[[Callable[[], object]], list[str]]
) -> None:
    """The first is not stored when the second is checked."""
    key = world.named("code")
    world.make("create_field_definition", input={"field_key": key, "field_type": "string", "unique": True})
    new = {"display_name": "Twin", "create": True, "fields": {key: "same"}}
    hashes = published(lambda: None)
    answer = upload(core, b"twins", meta=json.dumps({"entities": [new, new]}))
    assert (answer.status_code, answer.json()["code"]) == (409, "field_value_taken")
    assert answer.json()["errors"][0]["pointer"] == f"/meta/entities/1/fields/{key}"
    assert hashes == []


def test_an_entity_that_the_sidecar_makes_can_be_named_again_in_it(core: RunningCore, world: World) -> None:
    external = {"namespace": "test", "value": world.named("x")}
    new = {"display_name": "Made", "create": True, "external_id": external}
    meta = json.dumps({"entities": [new, {"external_id": external, "role": "again"}, new]})
    answer = upload(core, b"named again", meta=meta)
    assert answer.status_code == 201, answer.text
    assert len(answer.json()["linked_entity_ids"]) == 1


@pytest.mark.parametrize("name", ["tag", "role", "kind", "entity_id", "derived_from_asset_id"])
def test_a_field_with_a_character_that_no_database_holds_is_refused(core: RunningCore, name: str) -> None:
    for answer, place in (
        (upload(core, b"nul", **{name: "a\0b"}), "body"),
        (core.request("PUT", "/v1/assets/upload", params={name: "a\0b"}, content=b"nul"), "query"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
        assert [(each["pointer"], each["in"]) for each in answer.json()["errors"]] == [(f"/{name}", place)]


def test_an_unknown_field_is_named_as_it_was_sent(core: RunningCore) -> None:
    answer = core.request("PUT", "/v1/assets/upload", params={"a/b~": "x"}, content=b"x")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/a~1b~0"]
    assert upload(core, b"x", entity_ids="x").json()["errors"][0]["pointer"] == "/entity_ids"


def stored(core: RunningCore, content: bytes) -> bool:
    """Whether the file of these bytes is in the store."""
    digest = hashlib.sha256(content).hexdigest()
    return (core.core.home / "assets" / "sha256" / digest[:2] / digest[2:4] / digest).exists()


@pytest.fixture
def failing(core: RunningCore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every create of an asset finds the disk of the database full."""
    write = core.core.database.write

    async def full(turn: Turn, actor: str, operation: str, work: Callable[[Any], Any]) -> Any:
        if operation == "createAsset":
            raise NoSpace("full")
        return await write(turn, actor, operation, work)

    monkeypatch.setattr(core.core.database, "write", full)


@pytest.mark.usefixtures("failing")
def test_of_an_upload_whose_write_fails_no_bytes_stay(core: RunningCore) -> None:
    assert upload(core, b"no room").json()["code"] == "no_space"
    assert not stored(core, b"no room")


def test_bytes_that_another_asset_has_stay_when_a_write_fails(
    core: RunningCore, request: pytest.FixtureRequest
) -> None:
    assert upload(core, b"held").status_code == 201
    request.getfixturevalue("failing")
    assert upload(core, b"held", on_duplicate="new").json()["code"] == "no_space"
    assert stored(core, b"held")


def test_uploads_of_the_same_bytes_where_some_fail_keep_what_an_asset_has(
    core: RunningCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody withdraws bytes that somebody else has just published and not yet written a row for."""
    write, attempt = core.core.database.write, count()

    async def every_second_fails(turn: Turn, actor: str, operation: str, work: Callable[[Any], Any]) -> Any:
        if operation == "createAsset" and next(attempt) % 2:
            raise NoSpace("full")
        return await write(turn, actor, operation, work)

    monkeypatch.setattr(core.core.database, "write", every_second_fails)
    with ThreadPoolExecutor(8) as pool:
        for number in range(10):
            content = f"together {number}".encode()
            answers = list(pool.map(lambda _, content=content: upload(core, content).status_code, range(8)))
            assert 201 in answers
            assert stored(core, content)
