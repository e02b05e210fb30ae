"""Trash, restore and purge: what belongs to a trashed record is hidden everywhere, and comes back with it."""

from __future__ import annotations

from typing import Any

import pytest
from faces import Face, snake
from nouns import NOUNS, ROWS
from running_core import OPERATIONS, RunningCore
from world import World


def everything_seen(core: RunningCore, face: Face, world: World) -> dict[str, Any]:
    """Each place where Ada's links, facts and relations may be seen."""
    below = core.request(
        "POST",
        "/graphql",
        json={
            "query": """query ($bob: ID!, $photo: ID!) {
                entity(entityId: $bob) { relationships { totalCount nodes { id } edges { node { id } } } }
                asset(assetId: $photo) {
                    linkedEntities { totalCount nodes { id } } linkedEntityIds links { entityId }
                } }""",
            "variables": {"bob": world.bob, "photo": world.photo},
        },
    ).json()["data"]

    def ids(operation: str, key: str, **asked: Any) -> list[str] | str | None:
        answer = face.call(operation, **asked)
        return answer.code or [each[key] for each in answer.result["items"]]

    return {
        "below others": below,
        "facts": ids("descriptors", "descriptor_id", ids=[world.fact]),
        "facts of it": ids("entity_descriptors", "descriptor_id", entity_id=world.ada),
        "a fact": face.call("descriptor", descriptor_id=world.fact).status,
        "relations": ids("relationships", "relationship_id", entity_id=world.bob),
        "relations by id": ids("relationships", "relationship_id", ids=[world.relation]),
        "a relation": face.call("relationship", relationship_id=world.relation).status,
        "assets of it": ids("assets", "asset_id", entity_id=world.ada),
        "assets below it": ids("entity_assets", "asset_id", entity_id=world.ada),
        "links": face.call("asset", asset_id=world.photo).ok()["links"],
        "linked": face.call("asset", asset_id=world.photo).ok()["linked_entity_ids"],
        "by its external id": ids("entities", "entity_id", external_id=f"test:{world.named('ada')}"),
        "by its name": ids("entities", "entity_id", ids=[world.ada]),
        "itself": face.call("entity", entity_id=world.ada).status,
    }


HIDDEN = {
    "facts": [],
    "facts of it": "not_found",
    "a fact": 404,
    "relations": [],
    "relations by id": [],
    "a relation": 404,
    "assets of it": [],
    "assets below it": "not_found",
    "links": [],
    "linked": [],
    "by its external id": [],
    "by its name": [],
    "itself": 404,
}


def test_what_belongs_to_a_trashed_entity_is_hidden_and_comes_back(
    core: RunningCore, face: Face, world: World
) -> None:
    assert all((world.fact, world.relation, world.photo))
    before = everything_seen(core, face, world)
    assert before["links"] == [{"entity_id": world.ada, "role": "portrait"}]
    face.call("delete_entity", entity_id=world.ada).ok()
    hidden = everything_seen(core, face, world)
    assert hidden.pop("below others") == {
        "entity": {"relationships": {"totalCount": 0, "nodes": [], "edges": []}},
        "asset": {"linkedEntities": {"totalCount": 0, "nodes": []}, "linkedEntityIds": [], "links": []},
    }
    assert hidden == HIDDEN
    for operation, arguments in (
        ("update_entity", {"entity_id": world.ada, "input": {"display_name": "x"}}),
        ("update_descriptor", {"descriptor_id": world.fact, "input": {"note": "x"}}),
        ("delete_descriptor", {"descriptor_id": world.fact}),
        ("update_relationship", {"relationship_id": world.relation, "input": {"source": "x"}}),
        ("delete_relationship", {"relationship_id": world.relation}),
        ("link_asset", {"entity_id": world.ada, "asset_id": world.photo}),
        ("unlink_asset", {"entity_id": world.ada, "asset_id": world.photo}),
        ("create_descriptor", {"entity_id": world.ada, "input": {"field_key": "k", "value": 1}}),
    ):
        assert face.call(operation, **arguments).code == "not_found", operation
    restored = face.call("restore_entity", entity_id=world.ada).ok()
    assert (restored["deleted_at"], restored["version"]) == (None, 3)
    assert everything_seen(core, face, world) == before


def test_a_trashed_asset_is_hidden_and_comes_back(core: RunningCore, face: Face, world: World) -> None:
    photo, ada = world.photo, world.ada
    face.call("update_entity", entity_id=ada, input={"primary_thumbnail_asset_id": photo}).ok()
    face.call("update_descriptor", descriptor_id=world.fact, input={"evidence_asset_id": photo}).ok()
    derived = {"filename": "d", "on_duplicate": "new", "derived_from_asset_id": photo}
    small = face.call("create_asset", input={"content_hash": world.photo_hash, **derived}).ok()["asset_id"]

    def seen() -> Any:
        query = """query ($ada: ID!, $fact: ID!, $small: ID!) {
            entity(entityId: $ada) { assets { totalCount nodes { id } } primaryThumbnail { id } }
            descriptor(descriptorId: $fact) { evidenceAsset { id } }
            asset(assetId: $small) { derivedFrom { id } } }"""
        variables = {"ada": ada, "fact": world.fact, "small": small}
        response = core.request("POST", "/graphql", json={"query": query, "variables": variables}).json()
        listed = face.call("entity_assets", entity_id=ada).ok()["items"]
        by_hash = face.call("asset_by_hash", algorithm="sha256", hex=world.photo_hash).ok()["asset_id"]
        return response["data"], [each["asset_id"] for each in listed], by_hash

    before = seen()
    assert before[0]["entity"]["primaryThumbnail"] == {"id": photo}
    assert (before[1], before[2]) == ([photo], photo)
    face.call("delete_asset", asset_id=photo).ok()
    assert seen() == (
        {
            "entity": {"assets": {"totalCount": 0, "nodes": []}, "primaryThumbnail": None},
            "descriptor": {"evidenceAsset": None},
            "asset": {"derivedFrom": None},
        },
        [],
        small,
    )
    assert core.request("GET", f"/v1/assets/{photo}/download").status_code == 404
    assert face.call("signed_url", asset_id=photo).code == "not_found"
    # The record itself still tells what it points at.
    assert face.call("entity", entity_id=ada).ok()["primary_thumbnail_asset_id"] == photo
    face.call("restore_asset", asset_id=photo).ok()
    assert seen() == before


TRASHABLE = {noun.record: noun for noun in NOUNS.values() if noun.trashed is not None}


PATHS = {snake(name): each.path for name, each in OPERATIONS.items()}


def test_every_noun_that_can_be_restored_is_here() -> None:
    assert {f"restore_{noun}" for noun in TRASHABLE} == {each for each in ROWS if each.startswith("restore_")}


@pytest.mark.parametrize("noun", TRASHABLE)
def test_the_trash_is_shown_to_who_asks_for_it(face: Face, world: World, noun: str) -> None:
    which, trashed = TRASHABLE[noun].which, TRASHABLE[noun].trashed
    assert which is not None
    assert trashed is not None
    ((key, live),) = which(world).items()
    ((_, gone),) = trashed(world).items()
    plural = next(
        name for name, each in OPERATIONS.items() if each.is_list and f"{each.path}/{{{key}}}" == PATHS[noun]
    )
    for deleted, expected in (
        (None, {live}),
        ("exclude", {live}),
        ("include", {live, gone}),
        ("only", {gone}),
    ):
        asked = {} if deleted is None else {"deleted": deleted}
        found = face.call(plural, ids=[live, gone], include_total=True, **asked).ok()
        assert {each[key] for each in found["items"]} == expected
        assert found["total"] == len(expected)
        for each in (live, gone):
            assert (face.call(noun, **{key: each}, **asked).code is None) == (each in expected)
    assert face.call(noun, **{key: gone}, deleted="only").ok()["deleted_at"]


@pytest.mark.parametrize("noun", TRASHABLE)
def test_trashing_twice_restoring_twice_and_purging(face: Face, world: World, noun: str) -> None:
    which = TRASHABLE[noun].which
    assert which is not None
    live = which(world)
    assert face.call(f"purge_{noun}", **live).code == "not_in_trash"
    for _ in range(2):
        assert face.call(f"delete_{noun}", **live).status == 204
    trashed = face.call(noun, **live, deleted="include").ok()
    for _ in range(2):
        restored = face.call(f"restore_{noun}", **live).ok()
        assert (restored["deleted_at"], restored["version"]) == (None, trashed["version"] + 1)
    face.call(f"delete_{noun}", **live).ok()
    assert face.call(f"purge_{noun}", **live).status == 204
    for operation in (f"purge_{noun}", f"restore_{noun}", f"delete_{noun}"):
        assert face.call(operation, **live).code == "not_found"
    assert face.call(noun, **live, deleted="include").code == "not_found"


def test_a_purge_takes_links_facts_and_relations_along_and_leaves_files(
    core: RunningCore, face: Face, world: World
) -> None:
    assert all((world.fact, world.relation, world.photo))
    face.call("delete_entity", entity_id=world.ada).ok()
    face.call("purge_entity", entity_id=world.ada).ok()
    assert face.call("relationships", entity_id=world.bob).ok()["items"] == []
    assert face.call("asset", asset_id=world.photo).ok()["links"] == []
    assert core.request("GET", f"/v1/assets/{world.photo}/download").content == world.content


def test_a_purged_asset_is_pointed_at_no_more(face: Face, world: World) -> None:
    photo = world.photo
    face.call("update_entity", entity_id=world.bob, input={"primary_thumbnail_asset_id": photo}).ok()
    face.call("update_descriptor", descriptor_id=world.fact, input={"evidence_asset_id": photo}).ok()
    face.call("delete_asset", asset_id=photo).ok()
    face.call("purge_asset", asset_id=photo).ok()
    assert face.call("entity", entity_id=world.bob).ok()["primary_thumbnail_asset_id"] is None
    assert face.call("descriptor", descriptor_id=world.fact).ok()["evidence_asset_id"] is None


def test_an_external_id_belongs_to_one_live_entity(face: Face, world: World) -> None:
    mine = [{"namespace": "x", "value": world.named("id")}]
    first = face.call("create_entity", input={"display_name": "First", "external_ids": mine}).ok()[
        "entity_id"
    ]
    other = face.call("create_entity", input={"display_name": "Other"}).ok()["entity_id"]
    refused = [
        face.call("create_entity", input={"display_name": "Second", "external_ids": mine}),
        face.call("update_entity", entity_id=other, input={"external_ids": mine}),
    ]
    face.call("delete_entity", entity_id=first).ok()
    second = face.call("create_entity", input={"display_name": "Second", "external_ids": mine}).ok()[
        "entity_id"
    ]
    refused.append(face.call("restore_entity", entity_id=first))
    for answer, holder in zip(refused, (first, first, second), strict=True):
        assert (answer.status, answer.code) == (409, "external_id_taken")
        assert holder in answer.problem["detail"] + answer.problem["hint"]
    face.call("update_entity", entity_id=second, input={"external_ids": None}).ok()
    assert face.call("restore_entity", entity_id=first).ok()["external_ids"] == mine
    twice = {"display_name": "Twice", "external_ids": [{"namespace": "y", "value": world.named("id")}] * 2}
    assert len(face.call("create_entity", input=twice).ok()["external_ids"]) == 1
