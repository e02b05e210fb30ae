"""Relations: one of a kind between two, symmetric or not, of types that register themselves."""

from __future__ import annotations

from typing import Any

import pytest
from faces import Answer, Face
from running_core import RunningCore
from world import World


def relate(face: Face, src: str, dst: str, kind: str, **more: Any) -> Answer:
    ends = {"src_entity_id": src, "dst_entity_id": dst, "relationship_type": kind}
    return face.call("create_relationship", input={**ends, **more})


@pytest.mark.parametrize(("kind", "either_way"), [("friend", True), ("sibling", True), ("parent", False)])
def test_an_equal_relation_is_refused_with_the_id_of_the_first(
    face: Face, world: World, kind: str, either_way: bool
) -> None:
    first = relate(face, world.ada, world.bob, kind).ok()["relationship_id"]
    for src, dst, refused in ((world.ada, world.bob, True), (world.bob, world.ada, either_way)):
        answer = relate(face, src, dst, kind)
        assert (answer.code == "relationship_exists") == refused
        if refused:
            assert answer.status == 409
            assert first in answer.problem["detail"]
    assert relate(face, world.ada, world.bob, kind, valid_from="2001").code is None
    assert relate(face, world.ada, world.bob, kind, valid_from="2001").code == "relationship_exists"
    assert relate(face, world.ada, world.bob, world.named("other")).code is None


def test_a_change_that_makes_two_relations_equal_is_refused(face: Face, world: World) -> None:
    relate(face, world.ada, world.bob, "friend").ok()
    made = [
        relate(face, world.bob, world.ada, "friend", valid_from="2001").ok(),
        relate(face, world.bob, world.ada, "manager").ok(),
    ]
    for each, patch in zip(made, ({"valid_from": None}, {"relationship_type": "friend"}), strict=True):
        answer = face.call("update_relationship", relationship_id=each["relationship_id"], input=patch)
        assert (answer.status, answer.code) == (409, "relationship_exists")


def test_an_entity_may_be_related_to_itself_and_counts_once(
    core: RunningCore, face: Face, world: World
) -> None:
    made = relate(face, world.bob, world.bob, "friend").ok()["relationship_id"]
    assert relate(face, world.bob, world.bob, "friend").code == "relationship_exists"
    found = face.call("relationships", entity_id=world.bob, include_total=True).ok()
    assert (found["total"], [each["relationship_id"] for each in found["items"]]) == (1, [made])
    query = f'{{ entity(entityId: "{world.bob}") {{ relationships {{ totalCount nodes {{ other {{ id }} }} }} }} }}'
    response = core.request("POST", "/graphql", json={"query": query}).json()["data"]["entity"]
    assert response["relationships"] == {"totalCount": 1, "nodes": [{"other": {"id": world.bob}}]}


def test_a_relation_is_seen_from_both_ends_and_leads_to_the_other(
    core: RunningCore, face: Face, world: World
) -> None:
    made = relate(face, world.ada, world.bob, "mentor").ok()["relationship_id"]
    for entity, other in ((world.ada, world.bob), (world.bob, world.ada)):
        listed = face.call("relationships", entity_id=entity, relationship_type="mentor").ok()["items"]
        assert [each["relationship_id"] for each in listed] == [made]
        query = """query ($id: ID!) { entity(entityId: $id) { relationships(relationshipType: "mentor") { nodes {
            srcEntity { id } dstEntity { id } other { id } type { name inverse symmetric } } } } }"""
        response = core.request("POST", "/graphql", json={"query": query, "variables": {"id": entity}}).json()
        (node,) = response["data"]["entity"]["relationships"]["nodes"]
        assert (node["srcEntity"]["id"], node["dstEntity"]["id"]) == (world.ada, world.bob)
        assert node["other"]["id"] == other
        assert node["type"] == {"name": "mentor", "inverse": "student", "symmetric": False}


def test_an_unknown_type_registers_itself_and_stays(face: Face, world: World) -> None:
    kind = world.named("arch-enemy")
    assert face.call("relation_type", name=kind).code == "not_found"
    made = relate(face, world.ada, world.bob, kind).ok()
    response = face.call("relation_type", name=kind).ok()
    assert (response["inverse"], response["symmetric"], response["label"]) == (None, False, None)
    assert face.call("delete_relation_type", name=kind).code == "in_use"
    face.call("delete_entity", entity_id=world.ada).ok()
    assert face.call("delete_relation_type", name=kind).code == "in_use", "it comes back with the entity"
    face.call("restore_entity", entity_id=world.ada).ok()
    face.call("delete_relationship", relationship_id=made["relationship_id"]).ok()
    assert face.call("delete_relation_type", name=kind).code is None
    patched = relate(face, world.ada, world.bob, "friend").ok()["relationship_id"]
    face.call("update_relationship", relationship_id=patched, input={"relationship_type": kind}).ok()
    assert face.call("relation_type", name=kind).code is None


def test_a_refused_relation_registers_no_type(face: Face, world: World) -> None:
    kind = world.named("never")
    assert relate(face, world.ada, "0" * 64, kind).code == "unknown_reference"
    assert (
        relate(face, world.ada, world.bob, kind, valid_from="2001", valid_to="2000").code == "invalid_input"
    )
    assert face.call("relation_type", name=kind).code == "not_found"


@pytest.mark.parametrize("name", ["", " ", "A", "a b", "ä", "-a", "a" * 64, "a.b", "a/b"])
def test_a_type_has_a_plain_name(face: Face, world: World, name: str) -> None:
    for answer in (
        face.call("create_relation_type", input={"name": name}),
        relate(face, world.ada, world.bob, name),
    ):
        assert (answer.status, answer.code) == (422, "invalid_input")


@pytest.mark.parametrize(
    ("first", "last", "accepted"),
    [
        ("2015", "2015", True),
        ("2015-05", "2015", True),
        ("2015", "2015-01", True),
        ("2015-05-31", "2015-05", True),
        ("2015-05-31", "2015-05-31", True),
        ("2015-02", "2015-01-31", False),
        ("2016", "2015-12-31", False),
        ("0001", "9999", True),
        ("2015-5", None, False),
        ("2015-13", None, False),
        ("2015-02-30", None, False),
        ("0000", None, False),
        ("15", None, False),
        ("2015-05-31T00:00", None, False),
        ("\N{FULLWIDTH DIGIT TWO}015", None, False),
        ("2015\n", None, False),
        ("", None, False),
    ],
)
def test_spans_are_partial_dates_in_order(
    face: Face, world: World, first: str, last: str | None, accepted: bool
) -> None:
    span = {"valid_from": first, "valid_to": last}
    answers = [
        relate(face, world.ada, world.bob, "friend", **span),
        face.call("create_descriptor", entity_id=world.ada, input={"field_key": "k", "value": 1, **span}),
    ]
    for answer in answers:
        assert (answer.code is None) == accepted, answer
        if not accepted:
            assert (answer.status, answer.code) == (422, "invalid_input")
            assert answer.places[0] in ("/valid_from", "/valid_to")


def test_links_are_one_for_each_pair_with_a_role(face: Face, world: World) -> None:
    photo, bob = world.photo, world.bob
    which = {"asset_id": photo, "entity_id": bob}
    roles = []
    for body in (None, {}, {"role": "friend"}, {}, {"role": None}, {"role": "x"}):
        asked = {} if body is None else {"input": body}
        links = face.call("link_asset", **which, **asked).ok()["links"]
        assert [each["entity_id"] for each in links] == [world.ada, bob]
        roles.append(links[1]["role"])
    assert roles == [None, None, "friend", "friend", None, "x"]
    for _ in range(2):
        assert face.call("unlink_asset", **which).status == 204
    assert face.call("asset", asset_id=photo).ok()["linked_entity_ids"] == [world.ada]
