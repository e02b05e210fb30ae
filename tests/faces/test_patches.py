"""A5: a patch tells absent from null, is held to the version it has seen, and without effect it is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from faces import Face, snake
from running_core import OPERATIONS, RunningCore
from world import World


@dataclass(frozen=True)
class Noun:
    """How a noun is patched. `clears`: key -> what null makes of it; `keeps`: keys that refuse null."""

    which: Callable[[World], dict[str, Any]]
    fill: dict[str, Any]
    clears: dict[str, Any]
    keeps: tuple[str, ...] = ()
    merges: tuple[str, ...] = ()
    lists: dict[str, list[Any]] = field(default_factory=dict)
    read: str = ""


NOUNS = {
    "update_entity": Noun(
        lambda w: {"entity_id": w.ada},
        {"primary_thumbnail_asset_id": lambda w: w.photo, "aliases": ["A"], "plugin_data": {"p": {"x": 1}}},
        {
            "primary_thumbnail_asset_id": None,
            "aliases": [],
            "tags": [],
            "external_ids": [],
            "fields": {},
            "plugin_data": {},
        },
        keeps=("display_name",),
        merges=("fields", "plugin_data"),
        lists={"tags": ["x", "y"], "aliases": ["Z"], "external_ids": [{"namespace": "n", "value": "v"}]},
        read="entity",
    ),
    "update_asset": Noun(
        lambda w: {"asset_id": w.photo},
        {
            "tags": ["t"],
            "user_metadata": {"a": {"b": 1}},
            "derived_from_asset_id": lambda w: w.sketch,
            "owner": {"type": "plugin", "id": "ff.x"},
        },
        {
            "tags": [],
            "user_metadata": {},
            "plugin_data": {},
            "derived_from_asset_id": None,
            "owner": {"type": "system", "id": None},
        },
        keeps=("filename", "kind"),
        merges=("user_metadata", "plugin_data"),
        lists={"tags": ["x"]},
        read="asset",
    ),
    "update_field_definition": Noun(
        lambda w: {"field_key": w.field_key},
        {"label": "L", "description": "D", "max": 9, "default": 5},
        {"label": None, "description": None, "min": None, "max": None, "unit": None, "default": None},
        keeps=("scope", "field_type", "required", "multiple", "unique", "indexed", "deprecated"),
        read="field_definition",
    ),
    "update_descriptor": Noun(
        lambda w: {"descriptor_id": w.fact},
        {"valid_to": "1840-05", "source": "S", "note": "N", "evidence_asset_id": lambda w: w.photo},
        {
            "valid_from": None,
            "valid_to": None,
            "source": None,
            "confidence": None,
            "note": None,
            "evidence_asset_id": None,
        },
        keeps=("value",),
        read="descriptor",
    ),
    "update_relationship": Noun(
        lambda w: {"relationship_id": w.relation},
        {"valid_from": "1830", "valid_to": "1840", "confidence": 0.5, "source": "S"},
        {"fields": {}, "valid_from": None, "valid_to": None, "confidence": None, "source": None},
        keeps=("relationship_type",),
        merges=("fields",),
        read="relationship",
    ),
    "update_relation_type": Noun(
        lambda w: {"name": w.relation_type},
        {"inverse": "victim", "label": "L"},
        {"inverse": None, "label": None},
        keeps=("symmetric",),
        read="relation_type",
    ),
    "update_token": Noun(
        lambda w: {"token_id": w.token}, {}, {}, keeps=("name", "permissions"), read="token"
    ),
}
EVERY = pytest.mark.parametrize("operation", NOUNS)


def test_every_noun_that_can_be_patched_is_here_with_all_its_keys() -> None:
    patches = {snake(name): each for name, each in OPERATIONS.items() if each.method == "PATCH"}
    assert patches.keys() == NOUNS.keys()
    for name, each in patches.items():
        assert each.takes_version
        assert each.body_type is not None
        keys = {snake(key) for key in each.body_type.fields}
        noun = NOUNS[name]
        assert keys - {"options", "regex"} == {*noun.clears, *noun.keeps}, name


def read(face: Face, operation: str, world: World) -> dict[str, Any]:
    noun = NOUNS[operation]
    found: dict[str, Any] = face.call(noun.read, **noun.which(world)).ok()
    return found


def filled(face: Face, operation: str, world: World) -> dict[str, Any]:
    """The record with every key that null can clear set to something."""
    noun = NOUNS[operation]
    values = {key: value(world) if callable(value) else value for key, value in noun.fill.items()}
    face.call(operation, **noun.which(world), input=values).ok()
    return read(face, operation, world)


@EVERY
def test_an_absent_key_keeps_and_a_null_clears(face: Face, world: World, operation: str) -> None:
    noun = NOUNS[operation]
    before = filled(face, operation, world)
    for key, cleared in noun.clears.items():
        after = face.call(operation, **noun.which(world), input={key: None}).ok()
        changed = {name for name in after if after[name] != before[name]} - {"version", "updated_at"}
        assert after[key] == cleared
        assert changed <= {key, "json_schema"}
        if before[key] != cleared:
            assert after["version"] == before["version"] + 1
            assert after["updated_at"] > before["updated_at"]
        before = after


@EVERY
def test_a_null_where_there_must_be_something_is_refused(face: Face, world: World, operation: str) -> None:
    noun = NOUNS[operation]
    before = read(face, operation, world)
    for key in noun.keeps:
        answer = face.call(operation, **noun.which(world), input={key: None})
        assert (answer.status, answer.code) in ((422, "invalid_input"), (400, "graphql_validation_failed")), (
            key
        )
        if answer.status == 422:
            assert any(place.startswith(f"/{key}") for place in answer.places)
    assert read(face, operation, world) == before


def patched(face: Face, operation: str, which: dict[str, Any], key: str, value: Any) -> Any:
    """What one key holds after a patch of it."""
    return face.call(operation, **which, input={key: value}).ok()[key]


@EVERY
def test_objects_merge_and_lists_are_replaced_whole(face: Face, world: World, operation: str) -> None:
    noun = NOUNS[operation]
    for key in noun.merges:
        call = partial(patched, face, operation, noun.which(world), key)
        call(None)
        call({"a": {"deep": 1, "deeper": {"x": 1}}, "list": [1, {"y": None}], "none": 1})
        assert call({"a": {"deep": None, "deeper": {"z": 2}}, "list": [3], "none": None, "never": None}) == {
            "a": {"deeper": {"x": 1, "z": 2}},
            "list": [3],
        }
        # An object over a plain value starts from nothing; a null within it is no value either.
        assert call({"list": {"b": {"gone": None, "kept": 1}}})["list"] == {"b": {"kept": 1}}
        assert call({}) == call({"absent": None})
    for key, value in noun.lists.items():
        assert face.call(operation, **noun.which(world), input={key: value}).ok()[key] == value
        assert face.call(operation, **noun.which(world), input={key: []}).ok()[key] == []


@EVERY
def test_a_stale_version_is_refused_and_the_present_one_passes(
    face: Face, world: World, operation: str
) -> None:
    noun = NOUNS[operation]
    before = read(face, operation, world)
    for wrong in (before["version"] + 1, 0, 2**31 - 1):
        answer = face.call(operation, **noun.which(world), input={}, expected_version=wrong)
        assert (answer.status, answer.code) == (412, "version_conflict"), wrong
        assert answer.problem["hint"]
    answer = face.call(operation, **noun.which(world), input={}, expected_version=before["version"])
    assert answer.ok() == before


@EVERY
def test_of_two_who_read_the_same_version_the_second_is_told(
    face: Face, world: World, operation: str
) -> None:
    noun = NOUNS[operation]
    seen = read(face, operation, world)["version"]
    change = {
        "update_entity": {"display_name": "First"},
        "update_asset": {"kind": "first"},
        "update_token": {"permissions": []},
        "update_descriptor": {"note": "first"},
        "update_relationship": {"source": "first"},
    }.get(operation, {"label": "First"})
    first = face.call(operation, **noun.which(world), input=change, expected_version=seen)
    assert first.ok()["version"] == seen + 1
    second = face.call(operation, **noun.which(world), input=change, expected_version=seen)
    assert second.code == "version_conflict"
    # The last write wins when nothing is said of a version.
    assert face.call(operation, **noun.which(world), input=change).ok() == first.ok()


@EVERY
def test_a_patch_without_effect_changes_neither_version_nor_moment(
    face: Face, world: World, operation: str
) -> None:
    noun = NOUNS[operation]
    before = filled(face, operation, world)
    same = {key: before[key] for key in (*noun.clears, *noun.keeps) if key in before}
    for patch in ({}, same):
        assert face.call(operation, **noun.which(world), input=patch).ok() == before
    assert read(face, operation, world) == before


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ('"1"', 200),
        ("*", 200),
        (' "1" ', 200),
        ('"2"', 412),
        ('W/"1"', 412),
        ("1", 412),
        ("", 412),
        ('"1", "2"', 412),
        ('"01"', 200),
        ('"x"', 412),
        ('"' + "9" * 400 + '"', 412),
    ],
)
def test_if_match_is_read_as_http_says(core: RunningCore, world: World, header: str, status: int) -> None:
    told = core.request("PATCH", f"/v1/entities/{world.ada}", json={}, headers={"if-match": header})
    assert told.status_code == status
    if status == 412:
        assert told.json()["code"] == "version_conflict"


def test_deletes_hold_the_version_too(face: Face, world: World) -> None:
    for operation, which in (
        ("delete_descriptor", {"descriptor_id": world.fact}),
        ("delete_relationship", {"relationship_id": world.relation}),
        ("delete_asset", {"asset_id": world.photo}),
        ("delete_entity", {"entity_id": world.bob}),
        ("delete_field_definition", {"field_key": world.field_key}),
        ("delete_relation_type", {"name": world.relation_type}),
        ("revoke_token", {"token_id": world.token}),
    ):
        assert face.call(operation, **which, expected_version=2).code == "version_conflict"
        assert face.call(operation, **which, expected_version=1).code is None
