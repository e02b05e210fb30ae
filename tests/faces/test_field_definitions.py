"""Field definitions: every type says yes and no alike on both faces, to entities and to facts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faces import Answer, Face, both_faces
from running_core import RunningCore, running_core
from sqlalchemy import text
from world import UNKNOWN, World

from faceforge_schema.fields.definitions import FieldType

DAY, MOMENT = "2024-02-29", "2024-02-29T23:59:59Z"

TYPES: dict[str, tuple[dict[str, Any], list[Any], list[Any]]] = {
    "string": (
        {"min": 2, "max": 4, "regex": "^[a-zä]+$"},
        ["ab", "ääää"],
        ["a", "abcde", "A1", 5, None, True, ["ab"], "x" * 1001],
    ),
    "text": ({"max": 3}, ["", "a\nb"], ["abcd", 5, {}]),
    "integer": (
        {"min": -1, "max": 2**53},
        [0, -1, 2.0, 2**53],
        [1.5, "1", True, -2, 2**53 + 1, [1], None, 10**30],
    ),
    "number": ({"min": 0, "max": 1}, [0, 0.5, 1], [-0.1, 1.1, "0.5", False, {}]),
    "boolean": ({}, [True, False], ["true", 0, 1, []]),
    "date": ({}, [DAY, "0001-01-01"], ["2023-02-29", "2024", "2024-2-9", "20240229", MOMENT, 5, ""]),
    "datetime": (
        {},
        [MOMENT, "2024-02-29T23:59:59.5+02:00", "2024-02-29t23:59:59z"],
        [DAY, "2024-02-29T24:00:00Z", "2024-02-29T23:59:59", "2023-02-29T00:00:00Z", "now", 5],
    ),
    "enum": ({"options": ["red", "Blue"]}, ["red", "Blue"], ["blue", "", 5, ["red"]]),
    "url": (
        {},
        ["http://a.example/x?y#z", "https://ä.example", "https://[::1]:8080/"],
        [
            "ftp://a.example",
            "javascript:alert(1)",
            "http://",
            "//a.example",
            "a.example",
            "http://a.example/ b",
            5,
        ],
    ),
    "entity_ref": ({}, [lambda w: w.bob], [UNKNOWN, "x", 5, lambda w: w.trashed, lambda w: w.photo]),
    "asset_ref": ({}, [lambda w: w.photo], [UNKNOWN, "x", lambda w: w.trashed_photo, lambda w: w.bob]),
    "json": ({}, [{"aB": [1, None]}, [], "x", 0, False], []),
}
YES = [(kind, value) for kind, (_, good, _) in TYPES.items() for value in good]
NO = [(kind, value) for kind, (_, _, bad) in TYPES.items() for value in bad]


def meant(value: Any, world: World) -> Any:
    return value(world) if callable(value) else value


def shown(value: Any) -> str:
    return "a record" if callable(value) else repr(value)[:24]


def define(face: Face, world: World, kind: str, **more: Any) -> str:
    key = world.named(f"f_{kind}_{face.name}")
    parts = {**TYPES[kind][0], **more}
    face.call("create_field_definition", input={"field_key": key, "field_type": kind, **parts}).ok()
    return key


def given(face: Face, key: str, value: Any, **more: Any) -> Answer:
    return face.call("create_entity", input={"display_name": "x", "fields": {key: value}, **more})


def test_every_type_has_rows() -> None:
    assert {each.value for each in FieldType} == set(TYPES)


@pytest.mark.parametrize(("kind", "value"), YES, ids=[f"{kind} {shown(value)}" for kind, value in YES])
def test_a_value_that_fits_is_kept_as_it_is(face: Face, world: World, kind: str, value: Any) -> None:
    key, value = define(face, world, kind, scope="both"), meant(value, world)
    made = given(face, key, value).ok()
    assert made["fields"] == {key: value}
    assert type(made["fields"][key]) is type(value)
    patched = face.call("update_entity", entity_id=world.bob, input={"fields": {key: value}}).ok()
    assert patched["fields"] == {key: value}
    fact = face.call("create_descriptor", entity_id=world.bob, input={"field_key": key, "value": value})
    assert fact.ok()["value"] == value


@pytest.mark.parametrize(("kind", "value"), NO, ids=[f"{kind} {shown(value)}" for kind, value in NO])
def test_a_value_that_does_not_fit_is_refused_with_its_place(
    face: Face, world: World, kind: str, value: Any
) -> None:
    key, value = define(face, world, kind, scope="both"), meant(value, world)
    answers = [
        (given(face, key, value), f"/fields/{key}"),
        (face.call("update_entity", entity_id=world.bob, input={"fields": {key: value}}), f"/fields/{key}"),
    ]
    if value is None:
        # On an entity a null is no value at all.
        assert [answer.ok()["fields"] for answer, _ in answers] == [{}, {}]
        answers = []
    fact = {"field_key": key, "value": value}
    answers.append((face.call("create_descriptor", entity_id=world.bob, input=fact), "/value"))
    for answer, place in answers:
        if value is None and face.name == "graphql":
            # The schema itself says that a fact's value is never null.
            assert (answer.status, answer.code) == (400, "graphql_validation_failed")
            continue
        assert answer.status == 422, answer
        assert answer.code in ("invalid_input", "unknown_reference")
        assert set(answer.places) == {place}


@pytest.mark.parametrize("kind", TYPES)
def test_a_multiple_field_holds_a_list_and_names_the_item_that_is_wrong(
    face: Face, world: World, kind: str
) -> None:
    _, good, bad = TYPES[kind]
    key = define(face, world, kind, multiple=True, scope="both")
    fitting = [meant(each, world) for each in good]
    assert given(face, key, fitting).ok()["fields"] == {key: fitting}
    assert given(face, key, []).ok()["fields"] == {key: []}
    assert given(face, key, fitting[0]).code == "invalid_input"
    for each in bad:
        if each is None:
            continue
        answer = given(face, key, [fitting[0], meant(each, world)])
        assert answer.status == 422
        assert set(answer.places) in ({f"/fields/{key}/1"}, {f"/fields/{key}"})
    # Facts stand side by side instead: each is one value.
    fact = {"field_key": key, "value": fitting[0]}
    assert face.call("create_descriptor", entity_id=world.bob, input=fact).code is None


def test_required_default_and_unique(fresh: RunningCore) -> None:
    for face in both_faces(fresh):
        key = {word: f"{word}_{face.name}" for word in ("must", "usual", "once")}
        old = face.call("create_entity", input={"display_name": "Old"}).ok()["entity_id"]
        make = {"field_type": "string"}
        face.call("create_field_definition", input={**make, "field_key": key["must"], "required": True}).ok()
        face.call("create_field_definition", input={**make, "field_key": key["usual"], "default": "tea"}).ok()
        face.call("create_field_definition", input={**make, "field_key": key["once"], "unique": True}).ok()

        missing = face.call("create_entity", input={"display_name": "x"})
        assert (missing.code, missing.places) == ("invalid_input", (f"/fields/{key['must']}",))
        # An old record need not have what was asked later; but what it has, it may not lose.
        assert face.call("update_entity", entity_id=old, input={"display_name": "y"}).code is None
        has = {key["must"]: "a"}
        assert face.call("update_entity", entity_id=old, input={"fields": has}).code is None
        lost = face.call("update_entity", entity_id=old, input={"fields": {key["must"]: None}})
        assert lost.places == (f"/fields/{key['must']}",)

        made = face.call(
            "create_entity", input={"display_name": "New", "fields": {**has, key["once"]: "1"}}
        ).ok()
        assert made["fields"] == {key["must"]: "a", key["usual"]: "tea", key["once"]: "1"}
        again = face.call("create_entity", input={"display_name": "New", "fields": {**has, key["once"]: "1"}})
        assert (again.status, again.code) == (409, "field_value_taken")
        assert again.places == (f"/fields/{key['once']}",)
        taken = face.call("update_entity", entity_id=old, input={"fields": {key["once"]: "1"}})
        assert taken.code == "field_value_taken"
        itself = face.call("update_entity", entity_id=made["entity_id"], input={"fields": {key["once"]: "1"}})
        assert itself.code is None
        face.call("delete_entity", entity_id=made["entity_id"]).ok()
        assert face.call("update_entity", entity_id=old, input={"fields": {key["once"]: "1"}}).code is None
        back = face.call("restore_entity", entity_id=made["entity_id"])
        assert (back.status, back.code) == (409, "field_value_taken")
        for each in key.values():
            face.call("delete_field_definition", field_key=each).ok()


def test_a_key_becomes_unique_only_when_no_two_have_the_same(fresh: RunningCore) -> None:
    for face in both_faces(fresh):
        key = f"code_{face.name}"
        made = [given(face, key, "same").ok()["entity_id"] for _ in range(2)]
        asked = {"field_key": key, "field_type": "string", "unique": True}
        assert face.call("create_field_definition", input=asked).code == "field_value_taken"
        face.call("create_field_definition", input={**asked, "unique": False}).ok()
        answer = face.call("update_field_definition", field_key=key, input={"unique": True})
        assert (answer.status, answer.code) == (409, "field_value_taken")
        face.call("delete_entity", entity_id=made[0]).ok()
        assert face.call("update_field_definition", field_key=key, input={"unique": True}).code is None


REFUSED = [
    ({"field_type": "enum"}, "/options"),
    ({"field_type": "string", "options": ["a"]}, "/options"),
    ({"field_type": "enum", "options": ["a", ""]}, "/options/1"),
    ({"field_type": "number", "regex": "a"}, "/regex"),
    ({"field_type": "string", "regex": "("}, "/regex"),
    ({"field_type": "string", "regex": "x" * 1001}, "/regex"),
    ({"field_type": "boolean", "min": 1}, "/min"),
    ({"field_type": "date", "max": 1}, "/max"),
    ({"field_type": "string", "min": 3, "max": 2}, "/max"),
    ({"field_type": "string", "unique": True, "multiple": True}, "/unique"),
    ({"field_type": "json", "unique": True}, "/unique"),
    ({"field_type": "string", "unique": True, "scope": "descriptor"}, "/unique"),
    ({"field_type": "string", "unique": True, "default": "a"}, "/default"),
    ({"field_type": "integer", "default": "a"}, "/default"),
    ({"field_type": "integer", "max": 3, "default": 4}, "/default"),
    ({"field_type": "string", "multiple": True, "default": "a"}, "/default"),
    ({"field_type": "string", "multiple": True, "default": ["a", 5]}, "/default/1"),
    ({"field_type": "string", "label": ""}, "/label"),
]


@pytest.mark.parametrize(("parts", "place"), REFUSED, ids=[str(parts)[:60] for parts, _ in REFUSED])
def test_a_definition_that_contradicts_itself_is_refused(
    face: Face, world: World, parts: dict[str, Any], place: str
) -> None:
    key = world.named("contradiction")
    answer = face.call("create_field_definition", input={"field_key": key, **parts})
    assert (answer.status, answer.code, answer.places) == (422, "invalid_input", (place,))
    assert face.call("field_definition", field_key=key).code == "not_found"


@pytest.mark.parametrize("key", ["", "A", "a-b", "a.b", "1a", "_a", "a" * 64, "ä", "a b", "a\n"])
def test_a_key_has_plain_characters(face: Face, key: str) -> None:
    answer = face.call("create_field_definition", input={"field_key": key, "field_type": "text"})
    assert (answer.status, answer.code, answer.places) == (422, "invalid_input", ("/field_key",))


def test_a_definition_says_its_json_schema(face: Face, world: World) -> None:
    key = define(face, world, "integer", multiple=True)
    response = face.call("field_definition", field_key=key).ok()["json_schema"]
    item = {"type": "integer", "minimum": -1, "maximum": 2**53}
    assert (response["type"], response["items"]) == ("array", item)


def test_scopes_hold_where_they_say(face: Face, world: World) -> None:
    for scope, on_entities, on_facts in (
        ("entity", True, False),
        ("descriptor", False, True),
        ("both", True, True),
    ):
        key = world.named(f"s_{scope}_{face.name}")
        asked = {"field_key": key, "field_type": "integer", "scope": scope}
        face.call("create_field_definition", input=asked).ok()
        assert (given(face, key, "text").code == "invalid_input") == on_entities
        fact = {"field_key": key, "value": "text"}
        answer = face.call("create_descriptor", entity_id=world.ada, input=fact)
        assert (answer.code == "invalid_input") == on_facts
        for asked_for in ("entity", "descriptor"):
            listed = face.call("field_definitions", scope=asked_for, first=500).ok()["items"]
            holds = scope in (asked_for, "both")
            assert (key in {each["field_key"] for each in listed}) == holds


def test_an_indexed_key_has_an_index_that_the_database_uses(
    core: RunningCore, face: Face, world: World
) -> None:
    key = define(face, world, "string", indexed=True)
    name = f"ix_entities_field_{key}"

    def there() -> bool:
        statement = text("SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name = :name")
        found = core.core.database.reading(lambda db: db.execute(statement, {"name": name}).scalar_one())
        return bool(found)

    assert there()
    face.call("update_field_definition", field_key=key, input={"indexed": False}).ok()
    assert not there()
    face.call("update_field_definition", field_key=key, input={"indexed": True}).ok()
    assert there()
    face.call("delete_field_definition", field_key=key).ok()
    assert not there()


def test_what_is_stored_stays_until_it_changes(face: Face, world: World) -> None:
    key = world.named(f"later_{face.name}")
    old = given(face, key, "a word").ok()["entity_id"]
    face.call("create_field_definition", input={"field_key": key, "field_type": "integer"}).ok()
    assert face.call("update_entity", entity_id=old, input={"display_name": "still"}).code is None
    assert face.call("update_entity", entity_id=old, input={"fields": {"other": 1}}).code is None
    assert (
        face.call("update_entity", entity_id=old, input={"fields": {key: "another"}}).code == "invalid_input"
    )
    face.call("delete_field_definition", field_key=key).ok()
    assert face.call("entity", entity_id=old).ok()["fields"][key] == "a word"


@pytest.mark.parametrize(
    ("kind", "old", "new"), [("integer", 1, True), ("integer", 0, False), ("boolean", True, 1)]
)
def test_a_value_that_python_takes_for_the_old_one_is_held_to_its_type(
    face: Face, world: World, kind: str, old: Any, new: Any
) -> None:
    for multiple in (False, True):
        key = world.named(f"f_{multiple}_{face.name}".lower())
        asked = {"field_key": key, "field_type": kind, "multiple": multiple}
        face.call("create_field_definition", input=asked).ok()
        kept, sent = ([old], [new]) if multiple else (old, new)
        made = given(face, key, kept).ok()["entity_id"]
        answer = face.call("update_entity", entity_id=made, input={"fields": {key: sent}})
        assert (answer.status, answer.code) == (422, "invalid_input")
        assert answer.places[0].startswith(f"/fields/{key}")
        assert repr(face.call("entity", entity_id=made).ok()["fields"][key]) == repr(kept)


@pytest.fixture(scope="module")
def rejecting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCore]:
    path: Path = tmp_path_factory.mktemp("rejecting")
    with running_core(path, metadata={"undeclared_fields": "reject"}) as core:
        yield core


def test_undeclared_keys_are_refused_when_the_setting_says_so(rejecting: RunningCore) -> None:
    world = World(rejecting)
    bob = world.make("create_entity", input={"display_name": "Bob"})["entity_id"]
    for face in both_faces(rejecting):
        answer = given(face, "nobody_declared", 1)
        assert (answer.status, answer.code) == (422, "invalid_input")
        assert answer.places == ("/fields/nobody_declared",)
        fact = {"field_key": "nobody_declared", "value": 1}
        assert face.call("create_descriptor", entity_id=bob, input=fact).places == ("/field_key",)
        key = define(face, world, "json", scope="both")
        assert given(face, key, 1).code is None


@pytest.mark.parametrize("regex", ["(a+)+$", "(a|a)*b", "(.*a){20}"])
def test_a_pattern_cannot_stop_core(face: Face, world: World, regex: str) -> None:
    """Either the pattern is refused, or the value is answered."""
    key = world.named("slow")
    asked = {"field_key": key, "field_type": "string", "regex": regex}
    if face.call("create_field_definition", input=asked).code is None:
        assert given(face, key, "a" * 26 + "!").status in (201, 422, 504)
