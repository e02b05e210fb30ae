"""An upload is checked on a snapshot and written once: it takes the writer a single time."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from running_core import RunningCore
from world import World

from faceforge_storage.objects.store import ObjectStore


def upload(core: RunningCore, content: bytes, **fields: str) -> httpx.Response:
    form = {"file": ("a.txt", content), **{name: (None, text) for name, text in fields.items()}}
    return core.request("POST", "/v1/assets/upload", files=form)


@pytest.fixture
def written(core: RunningCore, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The operations that have taken the writer since."""
    operations: list[str] = []
    write = core.core.database.write

    def noted(actor: str, operation: str, work: Callable[[Any], Any]) -> Any:
        operations.append(operation)
        return write(actor, operation, work)

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
            hashes.append(stored.sha256)
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
