"""U1: every mutation writes one changeset, and its changes are the difference of the database before and after."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from database_state import Happened
from faces import Face, snake
from journal_entries import Observed, changesets_after, last_changeset, observe
from nouns import ROWS
from running_core import OPERATIONS, RunningCore
from world import World

from faceforge_storage.database.json_columns import same_json
from faceforge_storage.database.json_difference import Difference, backward, forward
from faceforge_storage.database.json_difference import difference as json_difference
from faceforge_storage.database.tables import RECORDS

pytestmark = pytest.mark.usefixtures("no_job_is_run")
MUTATIONS = sorted(snake(name) for name, each in OPERATIONS.items() if each.root == "mutation")


def assert_one_changeset(observed: Observed, operation: str) -> None:
    """There is one changeset, of this operation by this actor, and its changes are what happened, row by row."""
    assert len(observed.changesets) == 1, observed.changesets
    ((changeset, changes),) = observed.changesets
    assert (changeset.actor, snake(changeset.operation)) == ("install", operation)
    journal = {(each.record_type, each.record_row): each for each in changes}
    assert len(journal) == len(changes), "a row has more than one change"
    assert journal.keys() == observed.difference.keys()
    for key, change in journal.items():
        assert_exact(change, observed.difference[key])
    erased = [key for key, change in journal.items() if change.erased]
    assert bool(erased) == operation.startswith("purge"), "a purge, and nothing else, leaves out the values"
    assert all(observed.difference[key].verb == "delete" for key in erased)
    for change in changes:
        assert_public_name(change, observed.difference[change.record_type, change.record_row])


def assert_exact(change: Any, happened: Happened) -> None:
    """A change is what happened to the row: whole when it is new or gone, else the difference and nothing else."""
    assert change.verb == happened.verb
    if change.erased:
        assert change.before is change.after is change.list_offsets is None
    elif happened.before is None or happened.after is None:
        assert (change.before, change.after, change.list_offsets) == (happened.before, happened.after, None)
    else:
        step = Difference(change.before, change.after, change.list_offsets)
        assert same_json(forward(happened.before, step), happened.after)
        assert same_json(backward(happened.after, step), happened.before)
        assert step == json_difference(happened.before, happened.after)


def assert_public_name(change: Any, happened: Happened) -> None:
    """A change names its record by the id that clients know; a link, which has none, by those of its two ends."""
    public = RECORDS[change.record_type].info.get("public")
    values = {**(happened.before or {}), **(happened.after or {})}
    if public is None:
        assert change.record_id.count("/") == 1
    elif public in values:
        assert change.record_id == values[public]


@pytest.mark.parametrize("operation", MUTATIONS)
def test_every_mutation(core: RunningCore, face: Face, world: World, operation: str) -> None:
    arguments = ROWS[operation].good(world)
    if operation.startswith("unlink"):
        face.call("link_asset", **arguments)
    observed = observe(core, lambda: face.call(operation, **arguments))
    assert observed.answer.code is None, observed.answer
    if not ROWS[operation].recorded:
        assert observed.changed_nothing
        return
    assert observed.difference, "the row changes nothing, so it proves nothing"
    assert_one_changeset(observed, operation)


# ---- what a mutation changes beside its own record is in the same changeset


@dataclass(frozen=True)
class Touching:
    """A call that touches several rows. `before` makes what it needs."""

    operation: str
    call: Callable[[Face, World], Any]
    rows: list[tuple[str, str]]
    before: Callable[[Face, World], Any] = lambda _face, _world: None


def relate_by_an_unknown_type(face: Face, world: World) -> Any:
    ends = {"src_entity_id": world.ada, "dst_entity_id": world.bob}
    return face.call("create_relationship", input={**ends, "relationship_type": world.named("new")})


def upload_with_a_sidecar(_: Face, world: World) -> Any:
    """It links an entity that is there, and one that it makes."""
    made = {"display_name": "From a sidecar", "create": True, "role": "friend"}
    meta = {"entities": [world.bob, made], "derived_from": world.photo}
    return world.upload(world.content + b"?", "new.txt", meta=meta)


def point_at_the_photo_and_trash_it(face: Face, world: World) -> None:
    photo = world.photo
    face.call("update_entity", entity_id=world.bob, input={"primary_thumbnail_asset_id": photo}).ok()
    face.call("update_descriptor", descriptor_id=world.fact, input={"evidence_asset_id": photo}).ok()
    face.call("delete_asset", asset_id=photo).ok()


TOUCHING = {
    "a relationship registers its type": Touching(
        "create_relationship",
        relate_by_an_unknown_type,
        [("relation_type", "insert"), ("relationship", "insert")],
        before=lambda _, world: (world.ada, world.bob),
    ),
    "an upload does what its sidecar asks": Touching(
        "create_asset",
        upload_with_a_sidecar,
        [
            ("asset", "insert"),
            ("asset_link", "insert"),
            ("asset_link", "insert"),
            ("entity", "insert"),
            ("object", "insert"),
        ],
        before=lambda _, world: (world.bob, world.photo),
    ),
    "a purge lets go of what pointed at the asset": Touching(
        "purge_asset",
        lambda face, world: face.call("purge_asset", asset_id=world.photo),
        [
            ("asset", "delete"),
            ("asset", "update"),
            ("asset_link", "delete"),
            ("descriptor", "update"),
            ("entity", "update"),
            ("object", "delete"),
        ],
        before=lambda face, world: (
            face.call("update_asset", asset_id=world.sketch, input={"derived_from_asset_id": world.photo}),
            point_at_the_photo_and_trash_it(face, world),
        ),
    ),
}


@pytest.mark.parametrize("case", TOUCHING)
def test_what_comes_along(core: RunningCore, face: Face, world: World, case: str) -> None:
    touching = TOUCHING[case]
    touching.before(face, world)
    observed = observe(core, lambda: touching.call(face, world))
    assert_one_changeset(observed, touching.operation)
    assert observed.rows == touching.rows


def test_each_mutation_of_a_document_is_a_changeset_until_one_fails(core: RunningCore) -> None:
    last = last_changeset(core)
    names = ["A", "B", "", "D"]
    fields = [
        f"m{place}: createEntity(input: {{displayName: {json.dumps(name)}}}) {{ id }}"
        for place, name in enumerate(names)
    ]
    query = f"mutation {{ {' '.join(fields)} }}"
    answer = core.request("POST", "/graphql", json={"query": query}).json()
    assert answer["data"] is None
    assert [each["path"] for each in answer["errors"]] == [["m2"]]
    assert len(changesets_after(core, last)) == 2


# ---- who reads the journal sees the words of clients, and nothing of the inside


@pytest.mark.parametrize(
    ("record_type", "ends"),
    [("relationship", {"src_entity_id", "dst_entity_id"}), ("asset_link", {"asset_id", "entity_id"})],
)
def test_a_change_shows_public_ids_for_row_numbers(
    face: Face, world: World, record_type: str, ends: set[str]
) -> None:
    record_id = world.relation if record_type == "relationship" else f"{world.photo}/{world.ada}"
    change = face.call("changes", record_type=record_type, first=1).ok()["items"][0]
    assert change["record_id"] == record_id
    assert change["after"].keys() >= ends
    assert world.ada in {change["after"][each] for each in ends}
    assert [key for key in change["after"] if key.endswith("row") or key == "row_id"] == []


def test_a_change_shows_no_secret(face: Face, world: World) -> None:
    assert world.token
    assert "secret" not in json.dumps(face.call("changes", record_type="token", first=500).ok())
