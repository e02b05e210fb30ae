"""U1: each mutation writes exactly one changeset, and it is the difference of the database before and after."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from database_dump import (
    Difference,
    changes_of,
    changesets_after,
    derived,
    difference,
    everything,
    last_changeset,
    records,
    replayed,
)
from faces import Face, both_faces, snake
from noun import Bad
from nouns import ROWS
from running_core import OPERATIONS, RunningCore, running_core
from sqlalchemy import insert, text, update
from sqlalchemy.exc import OperationalError
from world import World

from faceforge_storage.database.tables import RECORDS, asset_links, changes, entities

MUTATIONS = sorted(snake(name) for name, each in OPERATIONS.items() if each.root == "mutation")
REFUSED = [(name, each) for name in MUTATIONS for each in ROWS[name].bad]


class Watched:
    """What one call does to the database."""

    def __init__(self, core: RunningCore, act: Callable[[], Any]) -> None:
        self.core = core
        last, before = last_changeset(core), records(core)
        self.answer = act()
        self.difference = difference(before, records(core))
        self.changesets = changesets_after(core, last)

    def check(self, operation: str) -> None:
        """One changeset, by this operation, that is the difference: of what was purged without values."""
        assert len(self.changesets) == 1, self.changesets
        (changeset,) = self.changesets
        assert (changeset.actor, snake(changeset.operation)) == ("install", operation)
        told = changes_of(self.core, changeset.row_id)
        journal = {
            (each.record_type, each.record_row): Difference(each.verb, each.before, each.after)
            for each in told
        }
        assert len(journal) == len(told), "a row has more than one change"
        erased = {(each.record_type, each.record_row) for each in told if each.erased}
        expected = {
            key: Difference(each.verb, None, None) if key in erased else each
            for key, each in self.difference.items()
        }
        assert journal == expected
        assert bool(erased) == operation.startswith("purge")
        assert all(self.difference[key].verb == "delete" for key in erased)
        for each in told:
            self.check_name(each)

    def check_name(self, change: Any) -> None:
        """A change names its record as the world does."""
        told = self.difference[change.record_type, change.record_row]
        public = RECORDS[change.record_type].info.get("public")
        values = {**(told.before or {}), **(told.after or {})}
        if public is None:
            assert change.record_id.count("/") == 1
        elif public in values:
            assert change.record_id == values[public]

    def check_nothing(self) -> None:
        assert self.changesets == []
        assert self.difference == {}


@pytest.mark.parametrize("operation", MUTATIONS)
def test_a_mutation_writes_one_changeset_that_is_the_difference(
    core: RunningCore, face: Face, world: World, operation: str
) -> None:
    arguments = ROWS[operation].good(world)
    if operation.startswith("unlink"):
        face.call("link_asset", **arguments)
    watched = Watched(core, lambda: face.call(operation, **arguments))
    assert watched.answer.code is None, watched.answer
    assert watched.difference, "the row shows no change, so it proves nothing"
    watched.check(operation)


@pytest.mark.parametrize(("operation", "bad"), REFUSED, ids=[f"{name} {each.code}" for name, each in REFUSED])
def test_a_mutation_that_is_refused_writes_nothing(
    core: RunningCore, face: Face, world: World, operation: str, bad: Bad
) -> None:
    arguments = bad.arguments(world)
    before = everything(core)
    answer = face.call(operation, idempotency_key="key-of-a-failure", **arguments)
    assert answer.code == bad.code
    assert everything(core) == before


NOTHING_NEW: dict[str, tuple[str, Callable[[World], dict[str, Any]]]] = {
    "an entity patched with what it has": (
        "update_entity",
        lambda w: {
            "entity_id": w.ada,
            "input": {
                "display_name": "Ada Lovelace",
                "tags": ["mathematician", "poet's child"],
                "fields": {"camelCase": {"innerKey": [1, None]}, "absent": None},
            },
        },
    ),
    "an entity patched with nothing": ("update_entity", lambda w: {"entity_id": w.ada, "input": {}}),
    "an asset patched with what it has": (
        "update_asset",
        lambda w: {"asset_id": w.photo, "input": {"kind": "image.original", "owner": None, "tags": None}},
    ),
    "a fact patched with what it has": (
        "update_descriptor",
        lambda w: {"descriptor_id": w.fact, "input": {"value": "auburn", "confidence": 0.5, "note": None}},
    ),
    "a relation patched with what it has": (
        "update_relationship",
        lambda w: {"relationship_id": w.relation, "input": {"fields": {"since": {}}}},
    ),
    "a relation type patched with what it has": (
        "update_relation_type",
        lambda w: {"name": w.relation_type, "input": {"symmetric": False}},
    ),
    "a definition patched with what it has": (
        "update_field_definition",
        lambda w: {"field_key": w.field_key, "input": {"min": 0, "options": []}},
    ),
    "a token patched with what it has": (
        "update_token",
        lambda w: {"token_id": w.token, "input": {"permissions": ["assets:read"]}},
    ),
    "an entity trashed again": ("delete_entity", lambda w: {"entity_id": w.trashed}),
    "an asset trashed again": ("delete_asset", lambda w: {"asset_id": w.trashed_photo}),
    "a live entity restored": ("restore_entity", lambda w: {"entity_id": w.ada}),
    "a live asset restored": ("restore_asset", lambda w: {"asset_id": w.photo}),
    "a link made again": ("link_asset", lambda w: {"asset_id": w.photo, "entity_id": w.ada}),
    "a link made again with its role": (
        "link_asset",
        lambda w: {"asset_id": w.photo, "entity_id": w.ada, "input": {"role": "portrait"}},
    ),
    "no link taken away": ("unlink_asset", lambda w: {"asset_id": w.photo, "entity_id": w.bob}),
    "the same bytes taken in again": (
        "create_asset",
        lambda w: {"input": {"content_hash": w.photo_hash, "filename": "other", "entity_ids": [w.ada]}},
    ),
}


@pytest.mark.parametrize("name", NOTHING_NEW)
def test_a_mutation_that_changes_nothing_writes_nothing(
    core: RunningCore, face: Face, world: World, name: str
) -> None:
    operation, arguments_of = NOTHING_NEW[name]
    arguments = arguments_of(world)
    watched = Watched(core, lambda: face.call(operation, **arguments))
    assert watched.answer.code is None, watched.answer
    watched.check_nothing()


def test_only_creates_rotations_and_removals_cannot_be_repeated_without_a_change() -> None:
    covered = {operation for operation, _ in NOTHING_NEW.values()}
    assert set(MUTATIONS) - covered == {
        *(each for each in MUTATIONS if each.startswith("create_") and each != "create_asset"),
        "rotate_token",
        "revoke_token",
        "delete_descriptor",
        "delete_field_definition",
        "delete_relation_type",
        "delete_relationship",
        "purge_entity",
        "purge_asset",
    }


def test_a_key_that_is_used_again_writes_nothing(core: RunningCore, face: Face, world: World) -> None:
    for operation in (each for each in MUTATIONS if OPERATIONS_STATUS[each] == 201):
        key = f"{face.name} {operation}"
        arguments = ROWS[operation].good(world)
        first = Watched(core, lambda: face.call(operation, idempotency_key=key, **arguments))  # noqa: B023  # called at once
        first.check(operation)
        again = Watched(core, lambda: face.call(operation, idempotency_key=key, **arguments))  # noqa: B023  # called at once
        again.check_nothing()
        # A secret is told once, even to one who asks again.
        told = {**first.answer.ok(), **({"secret": None} if operation == "create_token" else {})}
        assert (again.answer.status, again.answer.ok()) == (201, told)


OPERATIONS_STATUS = {snake(name): each.status for name, each in OPERATIONS.items()}


def test_what_comes_along_is_in_the_same_changeset(core: RunningCore, face: Face, world: World) -> None:
    """An unknown relation type that registers itself; all that a sidecar makes; what pointed at a purged asset."""
    named = {"src_entity_id": world.ada, "dst_entity_id": world.bob, "relationship_type": world.named("new")}
    related = Watched(core, lambda: face.call("create_relationship", input=named))
    related.check("create_relationship")
    assert {kind for kind, _ in related.difference} == {"relationship", "relation_type"}

    sidecar = {
        "entities": [world.bob, {"display_name": "From a sidecar", "create": True, "role": "friend"}],
        "derived_from": world.photo,
    }
    uploaded = Watched(core, lambda: world.upload(world.content + b"?", "new.txt", meta=sidecar))
    uploaded.check("create_asset")
    kinds = sorted(kind for kind, _ in uploaded.difference)
    assert kinds == ["asset", "asset_link", "asset_link", "entity", "object"]

    face.call("update_entity", entity_id=world.bob, input={"primary_thumbnail_asset_id": world.photo}).ok()
    face.call("update_descriptor", descriptor_id=world.fact, input={"evidence_asset_id": world.photo}).ok()
    face.call("delete_asset", asset_id=world.photo).ok()
    purged = Watched(core, lambda: face.call("purge_asset", asset_id=world.photo))
    purged.check("purge_asset")
    happened = sorted((kind, each.verb) for (kind, _), each in purged.difference.items())
    assert happened == [
        ("asset", "delete"),
        ("asset", "update"),
        ("asset_link", "delete"),
        ("descriptor", "update"),
        ("entity", "update"),
    ]


def test_several_mutations_in_one_document_are_a_changeset_each_until_one_fails(core: RunningCore) -> None:
    last = last_changeset(core)
    made = " ".join(
        f'm{place}: createEntity(input: {{displayName: "{name}"}}) {{ id }}'
        for place, name in enumerate(NAMES)
    )
    told = core.request("POST", "/graphql", json={"query": f"mutation {{ {made} }}"}).json()
    assert [each["path"] for each in told["errors"]] == [["m2"]]
    assert told["data"] is None
    assert len(changesets_after(core, last)) == 2


NAMES = ("A", "B", "", "D")


@pytest.mark.parametrize("noun", ["entity", "asset"])
def test_a_purge_erases_values_from_everywhere(
    core: RunningCore, face: Face, world: World, noun: str
) -> None:
    secret = f"nobody-may-know-{noun}-{face.name}"
    entity = face.call(
        "create_entity",
        idempotency_key=f"{secret[:3]} {noun} {face.name}",
        input={
            "display_name": secret if noun == "entity" else "stays",
            "tags": [secret] if noun == "entity" else [],
            "external_ids": [{"namespace": "x", "value": secret}] if noun == "entity" else [],
        },
    ).ok()["entity_id"]
    asset = world.upload(world.content + noun.encode() + face.name.encode(), "a.txt")["asset_id"]
    if noun == "asset":
        face.call(
            "update_asset", asset_id=asset, input={"filename": secret, "user_metadata": {"said": secret}}
        ).ok()
    face.call("link_asset", entity_id=entity, asset_id=asset, input={"role": secret}).ok()
    if noun == "entity":
        fact = {"field_key": "k", "value": secret}
        made = face.call("create_descriptor", entity_id=entity, idempotency_key=f"fact {secret}", input=fact)
        face.call("update_descriptor", descriptor_id=made.ok()["descriptor_id"], input={"note": secret}).ok()
        ends = {"src_entity_id": entity, "dst_entity_id": world.bob, "relationship_type": "friend"}
        face.call("create_relationship", input={**ends, "fields": {"said": secret}}).ok()
        # What was taken away before is told of in the journal only, and is to go from there too.
        gone = face.call(
            "create_descriptor", entity_id=entity, input={"field_key": "k", "value": secret}
        ).ok()
        face.call("delete_descriptor", descriptor_id=gone["descriptor_id"]).ok()
        made = face.call("create_relationship", input={**ends, "source": secret, "valid_from": "2001"}).ok()
        face.call("delete_relationship", relationship_id=made["relationship_id"]).ok()
    other = world.photo if noun == "entity" else world.bob
    pair = (
        {"entity_id": entity, "asset_id": other}
        if noun == "entity"
        else {"entity_id": other, "asset_id": asset}
    )
    face.call("link_asset", **pair, input={"role": secret}).ok()
    face.call("unlink_asset", **pair).ok()
    asked = {f"{noun}_id": entity if noun == "entity" else asset}
    face.call(f"delete_{noun}", **asked).ok()
    face.call(f"purge_{noun}", **asked).ok()
    # Keys are what a client chose to say, the rest is what it said.
    left = {
        name: [row for row in rows if secret in row.replace(f"fact {secret}", "")]
        for name, rows in everything(core).items()
    }
    assert {name: rows for name, rows in left.items() if rows} == {}
    # That something was there, is told.
    told = face.call("changes", record_id=next(iter(asked.values()))).ok()["items"]
    assert told[0]["verb"] == "delete"
    assert all(each["erased"] for each in told)


def test_the_guard_refuses_whatever_does_not_come_through_the_gateway(
    core: RunningCore, world: World
) -> None:
    database = core.core.database
    assert world.ada
    before = everything(core)
    for statement in (
        update(entities).values(display_name="forged"),
        insert(changes).values(changeset_row=1),
        asset_links.delete(),
        text("UPDATE entities SET display_name = 'forged'"),
        text("  delete from changes"),
        text("REPLACE INTO entity_tags VALUES ('a', 1)"),
        text("WITH a AS (SELECT 1) UPDATE entities SET display_name = 'forged'"),
        text("/* a comment */ UPDATE entities SET display_name = 'forged'"),
        text("-- a comment\nDELETE FROM entities"),
    ):
        with pytest.raises(RuntimeError, match="gateway"), database.writer.begin() as db:
            db.execute(statement)
        with pytest.raises(OperationalError, match="readonly"), database.readers.begin() as db:
            db.execute(statement)
    assert everything(core) == before


def test_the_journal_replayed_gives_the_tables_and_triggers_keep_the_indexes(tmp_path: Any) -> None:
    """Every mutation in turn, then: the first state and the journal give the last state."""
    with running_core(tmp_path / "replay") as core:
        start, last = records(core), last_changeset(core)
        for number, operation in enumerate(MUTATIONS):
            world = World(core, number)
            for face in both_faces(core):
                # A refusal of the second face, of a name that is taken now, is as good as a change.
                face.call(operation, **ROWS[operation].good(world))
            kept, expected = derived(core)
            assert kept == expected, operation
        assert replayed(core, start, last) == records(core)


def test_the_journal_tells_changes_in_public_words(face: Face, world: World) -> None:
    assert world.relation
    for kind, record in (("relationship", world.relation), ("asset_link", None)):
        assert world.photo
        told = face.call("changes", record_type=kind, first=1).ok()["items"][0]
        assert told["record_id"] == (record or f"{world.photo}/{world.ada}")
        assert told["after"].keys() >= (
            {"src_entity_id", "dst_entity_id"} if record else {"asset_id", "entity_id"}
        )
        assert not [key for key in told["after"] if key.endswith("row") or key == "row_id"]
        assert told["after"].get("src_entity_id", world.ada) == world.ada
    assert world.token
    assert "secret" not in json.dumps(face.call("changes", record_type="token", first=500).ok())
