"""Whatever a client may send or get has an example in the contract, and the example is true: it fits its schema, and a
body that names no record is taken as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from running_core import OPERATIONS, RunningCore

from faceforge_server.contract_routes import openapi_document
from faceforge_storage.database.ids import ID_PATTERN

DOCUMENT: dict[str, Any] = json.loads(json.dumps(openapi_document(list(OPERATIONS.values()))))
DESCRIBED = [
    (f"{method.upper()} {path}", operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
EVERY = pytest.mark.parametrize(
    "operation", [each for _, each in DESCRIBED], ids=[name for name, _ in DESCRIBED]
)
VERBS = {
    "Change",
    "Define",
    "Download",
    "Find",
    "Give",
    "Link",
    "List",
    "Make",
    "Put",
    "Read",
    "Register",
    "Relate",
}
VERBS |= {
    "Append",
    "Ask",
    "Begin",
    "Bring",
    "Cancel",
    "End",
    "Go",
    "Claim",
    "Fail",
    "Hand",
    "Let",
    "Pause",
    "Say",
    "Try",
}
VERBS |= {"Remove", "Revoke", "Sign", "Take", "Tell", "Upload", "Write"}


def followed(node: Any) -> Any:
    """The node, or what it refers to."""
    while isinstance(node, dict) and "$ref" in node:
        target: Any = DOCUMENT
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        node = target
    return node


def wrong(schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with a value by a schema of the document."""
    whole = {**schema, "components": DOCUMENT["components"]}
    return [
        each.message
        for each in Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(value)
    ]


def examples(holder: dict[str, Any]) -> list[Any]:
    """The examples of a media type, or of a parameter's or a header's schema."""
    if "example" in holder:
        return [holder["example"]]
    schema = holder.get("schema", {})
    found = holder.get("examples") or schema.get("examples") or followed(schema).get("examples", [])
    return [followed(each)["value"] for each in found.values()] if isinstance(found, dict) else found


def media_types(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for holder in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from followed(holder).get("content", {}).values()


@EVERY
def test_each_body_and_answer_has_an_example_that_fits(operation: dict[str, Any]) -> None:
    for media_type in media_types(operation):
        assert examples(media_type)
        for value in examples(media_type):
            assert wrong(media_type["schema"], value) == []


@EVERY
def test_each_parameter_and_header_has_an_example_that_fits(operation: dict[str, Any]) -> None:
    headers = [
        each
        for answer in operation["responses"].values()
        for each in followed(answer).get("headers", {}).values()
    ]
    for each in (*operation.get("parameters", ()), *headers):
        assert examples(each), each
        for value in examples(each):
            assert wrong(each["schema"], value) == [], each


@EVERY
def test_each_answer_has_a_media_type_that_generators_know_or_no_body(operation: dict[str, Any]) -> None:
    for status, answer in operation["responses"].items():
        content = followed(answer).get("content", {})
        known = {"application/json", "application/problem+json", "application/octet-stream"}
        assert not content or next(iter(content)) in known
        assert bool(content) != (
            status in ("204", "304", "307")
            or ("head" in operation["operationId"] and status < "4")
            or (operation["operationId"], status) == ("beginUpload", "201")  # it says where, in a header
        )
        assert all("schema" in each for each in content.values())


def test_each_summary_is_short_plain_and_begins_with_a_verb() -> None:
    for name, operation in DESCRIBED:
        summary = operation["summary"]
        assert summary.partition(" ")[0] in VERBS, (name, summary)
        assert "`" not in summary, name
        assert len(summary) <= 72, name


def test_ids_are_unique_and_each_tag_is_described() -> None:
    ids = [operation["operationId"] for _, operation in DESCRIBED]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[a-z][A-Za-z]*", each) for each in ids)
    described = {each["name"] for each in DOCUMENT["tags"] if each["description"].endswith(".")}
    assert described == {tag for _, operation in DESCRIBED for tag in operation["tags"]}


PATTERNS = {
    "If-Match": ['"3"', '"3-5b38cd"', "*"],
    "cursor": ["WyJhIl0", "a-_9"],
    "content_hash": ["0" * 64],
    "hex": ["0" * 64, "A" * 64],
}


@pytest.mark.parametrize("name", PATTERNS)
def test_hashes_cursors_and_if_match_have_a_pattern(name: str) -> None:
    found = [
        each["schema"] for _, op in DESCRIBED for each in op.get("parameters", ()) if each["name"] == name
    ]
    assert found
    for schema in found:
        assert all(re.search(schema["pattern"], text) for text in PATTERNS[name])
        assert not any(re.search(schema["pattern"], text) for text in ("", "two words", "ä"))


def test_each_id_has_the_pattern_of_ids() -> None:
    """In an address, in a body and in an answer."""
    properties = [
        (f"{component}.{name}", schema)
        for component, each in DOCUMENT["components"]["schemas"].items()
        for name, schema in each.get("properties", {}).items()
    ]
    parameters = [(each["name"], each["schema"]) for _, op in DESCRIBED for each in op.get("parameters", ())]
    apart = (
        "instance_id",
        "external_id",
        "external_ids",
        "changeset_id",
        "change_id",
        "event_id",
        "record_id",  # of whatever record: that of a link is `asset/entity`
        "record_ids",
        "request_id",
        "plugin_id",  # a name
        "runner_id",
    )
    ids = [
        (name, schema)
        for name, schema in (*properties, *parameters)
        if re.search("_ids?$", name) and not name.endswith(apart)
    ]
    assert len(ids) > 40
    assert [name for name, schema in ids if ID_PATTERN not in json.dumps(schema).replace("\\\\", "\\")] == []


WITHOUT_RECORDS = ["createEntity", "createFieldDefinition", "createRelationType", "createToken"]


@pytest.mark.parametrize("name", WITHOUT_RECORDS)
def test_a_body_is_taken_as_the_example_has_it(core: RunningCore, name: str) -> None:
    operation = OPERATIONS[name]
    described = DOCUMENT["paths"][operation.path][operation.method.lower()]
    (body,) = examples(described["requestBody"]["content"]["application/json"])
    answer = core.request(operation.method, operation.path, json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json().items() >= body.items()
