"""Promises that are easily broken by a second look: what is unique stays unique, what is bounded stays bounded."""

from __future__ import annotations

from pathlib import Path

import pytest
from faces import Answer, Face, both_faces
from running_core import RunningCore, running_core
from world import World


def test_a_unique_value_given_away_meanwhile_stands_against_a_restore(face: Face, world: World) -> None:
    key = world.named("passport")
    face.call(
        "create_field_definition", input={"field_key": key, "field_type": "string", "unique": True}
    ).ok()
    first = _with_field(face, key, "X1")
    face.call("delete_entity", entity_id=first).ok()
    second = _with_field(face, key, "X1")
    response = face.call("restore_entity", entity_id=first)
    assert (response.status, response.code) == (409, "field_value_taken")
    face.call("update_entity", entity_id=second, input={"fields": {key: "X2"}}).ok()
    assert face.call("restore_entity", entity_id=first).ok()["deleted_at"] is None


@pytest.mark.parametrize("old", [["a", "b"], {"a": 1}, [], {}])
def test_a_value_from_before_its_key_was_unique_comes_back(face: Face, world: World, old: object) -> None:
    """A list or an object fits no key that is unique, so it is nobody's double."""
    key = world.named("passport")
    first, second = _with_field(face, key, old), _with_field(face, key, [1])
    face.call("delete_entity", entity_id=first).ok()
    asked = {"field_key": key, "field_type": "string", "unique": True}
    face.call("create_field_definition", input=asked).ok()
    assert face.call("restore_entity", entity_id=first).ok()["fields"] == {key: old}
    assert face.call("entity", entity_id=second).ok()["fields"] == {key: [1]}


def _with_field(face: Face, key: str, value: object) -> str:
    made = face.call("create_entity", input={"display_name": "U", "fields": {key: value}}).ok()
    return str(made["entity_id"])


def test_an_expression_that_would_take_ages_takes_no_time(face: Face, world: World) -> None:
    """With Python's engine this value takes longer than anybody waits, and no time limit can stop it."""
    key = world.named("code")
    definition = {"field_key": key, "field_type": "string", "regex": "^(a+)+$"}
    face.call("create_field_definition", input=definition).ok()
    response = face.call("create_entity", input={"display_name": "E", "fields": {key: "a" * 500 + "b"}})
    assert (response.status, response.code, response.places) == (422, "invalid_input", (f"/fields/{key}",))
    assert _with_field(face, key, "a" * 500)


@pytest.mark.parametrize("regex", ["(", r"(?=a)b", r"(a)\1"])
def test_an_expression_that_is_not_understood_is_refused(face: Face, world: World, regex: str) -> None:
    definition = {"field_key": world.named("code"), "field_type": "string", "regex": regex}
    response = face.call("create_field_definition", input=definition)
    assert (response.status, response.places) == (422, ("/regex",))


def test_a_level_that_grows_by_links_is_refused(tmp_path: Path) -> None:
    """`links` is no page, so only what was read tells how much there is."""
    with running_core(tmp_path / "home", limits={"query_objects": 1000}) as core:
        world = World(core)
        people = [{"display_name": str(number), "create": True} for number in range(40)]
        photo = world.upload(b"crowd", meta={"entities": people})["asset_id"]
        text = """query ($id: ID!) { asset(assetId: $id) { links { entity { assets(first: 20) { nodes {
            links { entity { id } } } } } } } }"""
        response = core.request("POST", "/graphql", json={"query": text, "variables": {"id": photo}}).json()
        assert {error["extensions"]["code"] for error in response["errors"]} == {"query_too_complex"}


def test_a_patch_may_name_what_the_record_names_already(face: Face, world: World) -> None:
    photo = world.upload(world.named("face").encode())["asset_id"]
    ada = face.call("create_entity", input={"display_name": "A", "primary_thumbnail_asset_id": photo}).ok()
    face.call("delete_asset", asset_id=photo).ok()
    same = {"primary_thumbnail_asset_id": photo, "display_name": "B"}
    assert face.call("update_entity", entity_id=ada["entity_id"], input=same).ok()["display_name"] == "B"


def test_an_asset_is_not_made_from_itself(face: Face, world: World) -> None:
    photo, sketch = world.photo, world.sketch

    def patched(source: str) -> Answer:
        return face.call("update_asset", asset_id=photo, input={"derived_from_asset_id": source})

    response = patched(photo)
    assert (response.status, response.code, response.places) == (
        422,
        "invalid_input",
        ("/derived_from_asset_id",),
    )
    # The same bytes again are the asset that is there.
    sent = {"content_hash": world.photo_hash, "filename": "again.png"}
    for source, place in (
        ({"derived_from_asset_id": photo}, "/derived_from_asset_id"),
        ({"sidecar": {"derived_from": photo}}, "/sidecar/derived_from"),
    ):
        response = face.call("create_asset", input={**sent, **source})
        assert (response.status, response.code, response.places) == (422, "invalid_input", (place,))
        copy = face.call("create_asset", input={**sent, **source, "on_duplicate": "new"}).ok()
        assert copy["derived_from_asset_id"] == photo
    assert face.call("asset", asset_id=photo).ok()["derived_from_asset_id"] is None
    assert patched(sketch).ok()["derived_from_asset_id"] == sketch


def test_an_owner_is_merged(face: Face, world: World) -> None:
    photo = world.upload(world.named("owned").encode())["asset_id"]

    def patched(owner: dict[str, str] | None) -> object:
        return face.call("update_asset", asset_id=photo, input={"owner": owner}).ok()["owner"]

    assert patched({"type": "plugin", "id": "ff.sd"}) == {"type": "plugin", "id": "ff.sd"}
    assert patched({"type": "entity"}) == {"type": "entity", "id": "ff.sd"}
    assert patched(None) == {"type": "system", "id": None}


def test_an_idempotency_key_is_one_on_both_faces(core: RunningCore) -> None:
    rest, graphql = both_faces(core)
    first = rest.call("create_entity", input={"display_name": "Once"}, idempotency_key="both").ok()
    again = graphql.call("create_entity", input={"display_name": "Once"}, idempotency_key="both").ok()
    assert again["entity_id"] == first["entity_id"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"display_name": "x", "fields": {"n": ' + "9" * 41 + "}}", "invalid_json"),
        ('{"display_name": "x", "fields": {"n": ' + "[" * 120 + "]" * 120 + "}}", "invalid_input"),
    ],
)
def test_what_could_not_be_given_back_is_refused(core: RunningCore, body: str, code: str) -> None:
    headers = {"content-type": "application/json"}
    response = core.request("POST", "/v1/entities", content=body, headers=headers)
    assert (response.status_code in (400, 422), response.json()["code"]) == (True, code)


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("digits", [40, 41, 400])
def test_a_number_is_as_long_as_the_other_face_takes_it(core: RunningCore, sign: str, digits: int) -> None:
    number = sign + "9" * digits
    body = f'{{"display_name": "x", "fields": {{"n": [{number}]}}}}'
    headers = {"content-type": "application/json"}
    response = core.request("POST", "/v1/entities", content=body, headers=headers)
    query = (
        f'mutation {{ createEntity(input: {{displayName: "x", fields: {{n: [{number}]}}}}) {{ fields }} }}'
    )
    answer = core.request("POST", "/graphql", json={"query": query}).json()
    if digits == 40:
        kept = {"n": [int(number)]}
        assert response.json()["fields"] == answer["data"]["createEntity"]["fields"] == kept
    else:
        assert response.json()["code"] == "invalid_json"
        assert answer["errors"][0]["extensions"]["code"] == "graphql_validation_failed"
        assert "more than 40 digits" in response.json()["detail"]
        assert "more than 40 digits" in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("path", "name", "value"), [("entities", "external_id", "abc"), ("descriptors", "as_of", "2015-02-30")]
)
def test_a_parameter_that_an_operation_refuses_is_placed_in_the_query(
    core: RunningCore, path: str, name: str, value: str
) -> None:
    (fault,) = core.request("GET", f"/v1/{path}?{name}={value}").json()["errors"]
    assert (fault["in"], fault["pointer"]) == ("query", f"/{name}")


def test_a_query_finds_words_in_aliases_and_no_brackets_around_them(face: Face, world: World) -> None:
    alias = 'say "' + world.named("hi") + '" \\now'
    made = face.call("create_entity", input={"display_name": "Quiet", "aliases": [alias]}).ok()
    found = [each["entity_id"] for each in face.call("entities", q=alias.upper()).ok()["items"]]
    assert found == [made["entity_id"]]
    assert face.call("entities", q='["say').ok()["items"] == []
