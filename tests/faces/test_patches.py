"""A5: a patch tells absent from null, is held to the version it has seen, and without effect it is none."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from faces import Face, snake
from noun import Patch
from nouns import NOUNS, ROWS
from running_core import OPERATIONS, RunningCore
from world import World

PATCHES = {
    operation: noun
    for noun in NOUNS.values()
    for operation in noun.operations
    if noun.patch and operation.startswith("update_")
}
DELETES = sorted(
    snake(name) for name, each in OPERATIONS.items() if each.method == "DELETE" and each.takes_version
)
FOLLOWS = {"primary_thumbnail_asset_id": ("thumbnail",)}
"""Key -> what else is another then."""
EVERY = pytest.mark.parametrize("operation", PATCHES)


def test_every_noun_that_can_be_patched_is_here_with_all_its_keys() -> None:
    patches = {snake(name): each for name, each in OPERATIONS.items() if each.method == "PATCH"}
    assert patches.keys() == PATCHES.keys()
    for name, each in patches.items():
        assert each.takes_version
        assert each.body_type is not None
        keys = {snake(key) for key in each.body_type.fields}
        assert keys == {*rules(name).clears, *rules(name).keeps, *rules(name).apart}, name


def rules(operation: str) -> Patch:
    """How the record that an operation patches is patched."""
    patch = PATCHES[operation].patch
    assert patch is not None
    return patch


def which(operation: str, world: World) -> dict[str, Any]:
    """The arguments that name the record."""
    named = PATCHES[operation].which
    assert named is not None
    return named(world)


def read(face: Face, operation: str, world: World) -> dict[str, Any]:
    found: dict[str, Any] = face.call(operation.removeprefix("update_"), **which(operation, world)).ok()
    return found


def filled(face: Face, operation: str, world: World) -> dict[str, Any]:
    """The record with every key that null can clear set to something."""
    values = {key: value(world) if callable(value) else value for key, value in rules(operation).fill.items()}
    face.call(operation, **which(operation, world), input=values).ok()
    return read(face, operation, world)


@EVERY
def test_an_absent_key_keeps_and_a_null_clears(face: Face, world: World, operation: str) -> None:
    before = filled(face, operation, world)
    for key, cleared in rules(operation).clears.items():
        after = face.call(operation, **which(operation, world), input={key: None}).ok()
        changed = {name for name in after if after[name] != before[name]} - {"version", "updated_at"}
        assert after[key] == cleared
        assert changed <= {key, "json_schema", *FOLLOWS.get(key, ())}
        if before[key] != cleared:
            assert after["version"] == before["version"] + 1
            assert after["updated_at"] > before["updated_at"]
        before = after


@EVERY
def test_a_null_where_there_must_be_something_is_refused(face: Face, world: World, operation: str) -> None:
    before = read(face, operation, world)
    for key in rules(operation).keeps:
        answer = face.call(operation, **which(operation, world), input={key: None})
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
    for key in rules(operation).merges:
        call = partial(patched, face, operation, which(operation, world), key)
        call(None)
        call({"a": {"deep": 1, "deeper": {"x": 1}}, "list": [1, {"y": None}], "none": 1})
        assert call({"a": {"deep": None, "deeper": {"z": 2}}, "list": [3], "none": None, "never": None}) == {
            "a": {"deeper": {"x": 1, "z": 2}},
            "list": [3],
        }
        # An object over a plain value starts from nothing; a null within it is no value either.
        assert call({"list": {"b": {"gone": None, "kept": 1}}})["list"] == {"b": {"kept": 1}}
        assert call({}) == call({"absent": None})
    for key, value in rules(operation).lists.items():
        assert face.call(operation, **which(operation, world), input={key: value}).ok()[key] == value
        assert face.call(operation, **which(operation, world), input={key: []}).ok()[key] == []


@EVERY
def test_a_stale_version_is_refused_and_the_present_one_passes(
    face: Face, world: World, operation: str
) -> None:
    before = read(face, operation, world)
    for wrong in (before["version"] + 1, 0, 2**31 - 1):
        answer = face.call(operation, **which(operation, world), input={}, expected_version=wrong)
        assert (answer.status, answer.code) == (412, "version_conflict"), wrong
        assert answer.problem["hint"]
    answer = face.call(operation, **which(operation, world), input={}, expected_version=before["version"])
    assert answer.ok() == before


@EVERY
def test_of_two_who_read_the_same_version_the_second_is_told(
    face: Face, world: World, operation: str
) -> None:
    seen = read(face, operation, world)["version"]
    change = rules(operation).change
    first = face.call(operation, **which(operation, world), input=change, expected_version=seen)
    assert first.ok()["version"] == seen + 1
    second = face.call(operation, **which(operation, world), input=change, expected_version=seen)
    assert second.code == "version_conflict"
    # The last write wins when no version is sent.
    assert face.call(operation, **which(operation, world), input=change).ok() == first.ok()


@EVERY
def test_a_patch_without_effect_changes_neither_version_nor_moment(
    face: Face, world: World, operation: str
) -> None:
    before = filled(face, operation, world)
    same = {key: before[key] for key in (*rules(operation).clears, *rules(operation).keeps) if key in before}
    for patch in ({}, same):
        assert face.call(operation, **which(operation, world), input=patch).ok() == before
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
    response = core.request("PATCH", f"/v1/entities/{world.ada}", json={}, headers={"if-match": header})
    assert response.status_code == status
    if status == 412:
        assert response.json()["code"] == "version_conflict"


@pytest.mark.parametrize("operation", DELETES)
def test_a_delete_holds_the_version_too(face: Face, world: World, operation: str) -> None:
    arguments = ROWS[operation].good(world)
    assert face.call(operation, **arguments, expected_version=2).code == "version_conflict"
    assert face.call(operation, **arguments, expected_version=1).code is None
