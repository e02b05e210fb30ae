"""A6: a parameter that does not parse, a text that no database holds and a value of another type are refused with their
place, by both faces; whatever is no fault comes back as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from faces import Face, GraphqlFace
from refusals import assert_refused, places
from running_core import RunningCore
from world import World

DOES_NOT_PARSE = {
    "limit": [
        "ten",
        "1.0",
        "1e1",
        "%201",
        "9" * 5000,
        "\N{ARABIC-INDIC DIGIT FIVE}",
        "",
        "1&limit=2",
    ],
    "q": ["a&q=b", "%00"],
    "tag": ["%00"],
    "include_total": ["yes", "1", "true&include_total=true"],
    "sort_by": ["DISPLAY_NAME", "row_id"],
    "sort_order": ["up"],
    "deleted": ["yes"],
    "updated_since": [
        "yesterday",
        "2026-02-30T00:00:00Z",
        "2026-01-01",
        "0001-01-01T00:00:00%2B23:59",
    ],
}
PARAMETERS = [(name, value) for name, values in DOES_NOT_PARSE.items() for value in values]


@pytest.mark.parametrize(
    ("name", "value"), PARAMETERS, ids=[f"{name}={value[:24]}" for name, value in PARAMETERS]
)
def test_a_parameter_that_does_not_parse(core: RunningCore, name: str, value: str) -> None:
    errors = assert_refused(core.request("GET", f"/v1/entities?{name}={value}"), 422, "invalid_input")
    assert places(errors) == [f"/{name}"]
    assert [each["in"] for each in errors] == ["query"]


# ---- texts

WHEREVER: dict[str, Callable[[Face, World, str], Any]] = {
    "a column": lambda face, _, text: face.call("create_entity", input={"display_name": text}),
    "a value deep in JSON": lambda face, _, text: face.call(
        "create_entity", input={"display_name": "x", "fields": {"a": [{"b": text}]}}
    ),
    "a key in JSON": lambda face, _, text: face.call(
        "create_entity", input={"display_name": "x", "plugin_data": {text: 1}}
    ),
    "a value that is JSON": lambda face, world, text: face.call(
        "create_descriptor", entity_id=world.ada, input={"field_key": "k", "value": text}
    ),
    "a list": lambda face, world, text: face.call(
        "update_entity", entity_id=world.ada, input={"tags": [text]}
    ),
    "a name that is unique": lambda face, _, text: face.call(
        "create_token", input={"name": text, "permissions": []}
    ),
}
NO_TEXT = ["\x00", "a\x00b", "\ud800", "\ude00\ud83d"]
"""A NUL, and halves of surrogate pairs."""


@pytest.mark.parametrize("text", NO_TEXT, ids=ascii)
@pytest.mark.parametrize("place", WHEREVER)
def test_a_text_that_no_database_holds(face: Face, world: World, place: str, text: str) -> None:
    answer = WHEREVER[place](face, world, text)
    assert (answer.status, answer.code) == (422, "invalid_input")


@pytest.mark.parametrize("text", NO_TEXT, ids=ascii)
@pytest.mark.parametrize("name", ["q", "external_id"])
def test_a_filter_that_no_database_holds(core: RunningCore, name: str, text: str) -> None:
    """By GraphQL: an address is UTF-8, which has no halves of pairs; `q=%00` is above."""
    answer = GraphqlFace(core).call("entities", **{name: text})
    assert (answer.status, answer.code) == (422, "invalid_input")


@pytest.mark.parametrize("escape", ["\\u0000", "\\uD800", "\\u{0}", "\\u{D800}", "\\u{110000}"])
def test_an_escape_of_graphql_hides_no_such_text(core: RunningCore, escape: str) -> None:
    query = f'mutation {{ createEntity(input: {{displayName: "x{escape}"}}) {{ id }} }}'
    answer = core.request("POST", "/graphql", json={"query": query}).json()
    refusals = {"graphql_parse_failed", "invalid_input", "graphql_validation_failed"}
    assert answer["errors"][0]["extensions"]["code"] in refusals


COMES_BACK = {
    "letters of all the world": "\N{SNOWMAN} Zoë 日本語 \N{FAMILY}",
    "a change of direction": "\u202egnp.exe",
    "SQL": "'; DROP TABLE entities; --",
    "a script": "<script>alert(1)</script>",
    "control characters": "a\nb\tc\r",
    "an escape written out": "\\u0000 written out",
    "what Unicode assigns to nobody": "\ufffe\uffff",
    "a long text": "x" * 100_000,
    "an empty text": "",
    "keys of every spelling": {
        "camelCase": {"snake_case": {"Kebab-Case": {"": {"__proto__": 1, "$ref": "x"}}}}
    },
    "a value of each type": [[], {}, None, True, False, 0, -0.0, 1e300, 2**62, 0.1, "true"],
    "a number beyond JavaScript's": 9007199254740993,
    "two spellings of one letter": {"é": 1, "e\u0301": 2},
}


@pytest.mark.parametrize("case", COMES_BACK)
def test_a_value_of_the_users_comes_back_as_it_was(face: Face, world: World, case: str) -> None:
    value = COMES_BACK[case]
    values = {"display_name": "keeps", "fields": {"k": value}, "plugin_data": {"p": value}}
    made = face.call("create_entity", input=values).ok()
    found = face.call("entity", entity_id=made["entity_id"]).ok()
    assert json.dumps(found["fields"]) == json.dumps({"k": value})
    assert json.dumps(found["plugin_data"]) == json.dumps({"p": value})
    fact = face.call("create_descriptor", entity_id=world.ada, input={"field_key": "k", "value": value})
    assert json.dumps(fact.ok()["value"]) == json.dumps(value)
    found = face.call("entity_descriptors", entity_id=world.ada, first=1).ok()["items"][0]
    assert json.dumps(found["value"]) == json.dumps(value)


# ---- types

OF_ANOTHER_TYPE: dict[str, list[Any]] = {
    "display_name": [5, None, ["x"], "x" * 501],
    "aliases": [{"0": "x"}, ["x" * 201]],
    "tags": [[str(each) for each in range(1001)], [None], [["x"]]],
    "fields": [[], "x"],
    "external_ids": [
        [{"namespace": "a"}],
        [{"namespace": "a", "value": "1", "more": 1}],
        [5],
    ],
    "plugin_data": [1],
}
VALUES = [(key, value) for key, values in OF_ANOTHER_TYPE.items() for value in values]


@pytest.mark.parametrize(("key", "value"), VALUES, ids=[f"{key}: {str(value)[:20]}" for key, value in VALUES])
def test_a_value_of_another_type(face: Face, key: str, value: Any) -> None:
    answer = face.call("create_entity", input={"display_name": "x", key: value})
    if face.name == "graphql" and answer.status == 400:
        # What GraphQL's own types refuse.
        assert answer.code == "graphql_validation_failed"
    else:
        assert (answer.status, answer.code) == (422, "invalid_input")
        assert answer.places[0].startswith(f"/{key}")


def test_a_number_for_an_id(face: Face) -> None:
    answer = face.call("create_entity", input={"display_name": "x", "primary_thumbnail_asset_id": 5})
    # GraphQL's own rule: a number may stand for an id.
    code = {"rest": "invalid_input", "graphql": "unknown_reference"}[face.name]
    assert (answer.status, answer.code, answer.places) == (422, code, ("/primary_thumbnail_asset_id",))


@pytest.mark.parametrize("number", [1.5, -0.1, 1e308])
def test_a_confidence_beyond_0_and_1(face: Face, world: World, number: float) -> None:
    fact = {"field_key": "k", "value": 1, "confidence": number}
    answer = face.call("create_descriptor", entity_id=world.ada, input=fact)
    assert (answer.status, answer.code, answer.places) == (422, "invalid_input", ("/confidence",))


@pytest.mark.parametrize("word", [True, "0.5"])
def test_a_confidence_that_is_no_number(face: Face, world: World, word: Any) -> None:
    fact = {"field_key": "k", "value": 1, "confidence": word}
    answer = face.call("create_descriptor", entity_id=world.ada, input=fact)
    refusal = {"rest": (422, "invalid_input"), "graphql": (400, "graphql_validation_failed")}[face.name]
    assert (answer.status, answer.code) == refusal
