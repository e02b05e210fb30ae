"""A field of an input that has a default may be left out and may be null, in either face; the contract has no default
that a client would have to write down."""

from __future__ import annotations

import json
from typing import Any

import pytest
from faces import Face, camel
from graphql import GraphQLInputObjectType, Undefined, is_required_input_field
from nouns import ROWS
from running_core import CONTRACT, OPERATIONS
from world import World

from faceforge_server.contract_routes import openapi_document

DOCUMENT = json.dumps(openapi_document(list(OPERATIONS.values())))
CREATES = [
    "create_entity",
    "create_asset",
    "create_field_definition",
    "create_relation_type",
    "create_relationship",
    "signed_url",
    "bulk_upsert_entities",
    "bulk_import",
    "create_job",
    "register_job_type",
    "claim_jobs",
    "complete_job",
    "create_schedule",
]
WITHOUT_KEY = {
    "signed_url",
    "bulk_upsert_entities",
    "bulk_import",
    "register_job_type",
    "claim_jobs",
    "complete_job",
}
"""Those that take no idempotency key."""
WITHIN = {"ErrorInput", "ProgressInput", "LogEntryInput"}
"""What is a part of the body of a runner's call; the tests of runners leave out what has a default."""
PLAIN = {"create_field_definition": {"field_type": "text"}}
"""What makes the input of the row fit without its fields that have a default."""
INPUTS = {
    name: kind for name, kind in CONTRACT.graphql.type_map.items() if isinstance(kind, GraphQLInputObjectType)
}


def defaults(kind: GraphQLInputObjectType) -> dict[str, Any]:
    """The fields of an input that have a default other than null, by their names in REST."""
    model = kind.extensions["strawberry-definition"].origin
    return {
        name: field.default
        for name, field in model.model_fields.items()
        if not field.is_required() and field.default is not None
    }


def body_of(operation: str) -> GraphQLInputObjectType:
    found = OPERATIONS[camel(operation)].body_type
    assert found is not None
    return found


def test_every_input_with_defaults_is_the_body_of_a_create_tried_here() -> None:
    having = {name for name, kind in INPUTS.items() if defaults(kind)}
    assert having == {body_of(operation).name for operation in CREATES} | WITHIN


@pytest.mark.parametrize("kind", INPUTS.values(), ids=list(INPUTS))
def test_the_contract_has_no_default_of_an_input_and_says_it_in_words(kind: GraphQLInputObjectType) -> None:
    component = json.loads(DOCUMENT)["components"]["schemas"].get(kind.name, {"properties": {}})
    for name, value in defaults(kind).items():
        field = kind.fields[camel(name)]
        assert not is_required_input_field(field)
        assert "by default." in (field.description or "")
        assert "by default." in component["properties"][name]["description"], value
        assert name not in component.get("required", ())
    assert all(field.default_value is Undefined for field in kind.fields.values())
    assert all("default" not in schema for schema in component["properties"].values())


@pytest.mark.parametrize("operation", CREATES)
def test_null_is_the_default_as_an_absent_key_is(face: Face, world: World, operation: str) -> None:
    arguments = ROWS[operation].good(world)
    kind = body_of(operation)
    given = {**arguments.get("input", {}), **PLAIN.get(operation, {})}
    absent = {key: value for key, value in given.items() if key not in defaults(kind)}
    null = {**absent, **dict.fromkeys(defaults(kind))}
    keyed = {} if operation in WITHOUT_KEY else {"idempotency_key": f"{operation} {world.ada} {face.name}"}
    first = face.call(operation, **{**arguments, "input": absent}, **keyed).ok()
    # With a key, an equal request gets the first answer again; another one would be refused.
    again = face.call(operation, **{**arguments, "input": null}, **keyed).ok()
    assert keyed == {} or again == first


def test_what_is_neither_null_nor_of_the_type_is_refused(face: Face) -> None:
    answer = face.call("create_entity", input={"display_name": "x", "tags": {}})
    assert (answer.status, answer.code) in ((422, "invalid_input"), (400, "graphql_validation_failed"))
