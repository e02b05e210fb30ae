"""The JSON Schemas of what routes answer and of their parameters, from the types of the GraphQL schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)

from faceforge_schema.declare.connection_types import CURSOR_PATTERN
from faceforge_schema.directives import PATTERN, is_list, item_type
from faceforge_server.rest.documents import shown_fields
from faceforge_server.rest.examples import declared
from faceforge_server.rest.operations import RestOperation
from faceforge_storage.database.ids import ID_PATTERN

Json = dict[str, Any]

SCALARS: dict[str, Json] = {
    "ID": {"type": "string", "pattern": ID_PATTERN},
    "String": {"type": "string"},
    "Int": {"type": "integer", "format": "int32"},
    "Float": {"type": "number"},
    "Boolean": {"type": "boolean"},
    "BigInt": {"type": "integer", "format": "int64"},
    "DateTime": {"type": "string", "format": "date-time"},
    "JSON": {},
    "JSONObject": {"type": "object", "additionalProperties": True},
}


def input_schema(kind: GraphQLInputType) -> Json:
    plain: Any = get_nullable_type(kind)
    if is_list_type(plain):
        return {"type": "array", "items": input_schema(plain.of_type)}
    if isinstance(plain, GraphQLEnumType):
        return {"type": "string", "enum": [name.lower() for name in plain.values]}
    return dict(SCALARS[plain.name])


def component(kind: GraphQLNamedType) -> str:
    return f"{item_type(kind).name}List" if is_list(kind) else kind.name


def answer_schemas(operation: RestOperation) -> Iterator[tuple[str, Json]]:
    """(component name, schema) of everything an operation answers."""
    kind = get_named_type(operation.root_field.type)
    if not isinstance(kind, GraphQLObjectType) or operation.status == 204:
        return
    if operation.is_list:
        item = item_type(kind)
        yield component(kind), _list_schema(item)
        yield from _object_schemas(item)
    else:
        yield from _object_schemas(kind)


def _list_schema(item: GraphQLObjectType) -> Json:
    return {
        "type": "object",
        "description": f"One page of {item.name} records.",
        "required": ["items", "next_cursor", "total"],
        "properties": {
            "items": {"type": "array", "items": {"$ref": f"#/components/schemas/{item.name}"}},
            "next_cursor": {
                "type": ["string", "null"],
                "pattern": CURSOR_PATTERN,
                "description": "Give it as `cursor` for the next page; null on the last one.",
            },
            "total": {
                "type": ["integer", "null"],
                "description": "How many there are in all; null unless `include_total` asked.",
            },
        },
    }


def _object_schemas(kind: GraphQLObjectType) -> Iterator[tuple[str, Json]]:
    properties: Json = {}
    for key, _, field in shown_fields(kind):
        below = get_named_type(field.type)
        if isinstance(below, GraphQLObjectType):
            yield from _object_schemas(below)
        schema = _output_schema(field.type)
        if (pattern := declared(field, PATTERN)) is not None:
            schema["pattern"] = pattern
        properties[key] = {**schema, **({"description": field.description} if field.description else {})}
    yield (
        kind.name,
        {
            "type": "object",
            **({"description": kind.description} if kind.description else {}),
            "required": list(properties),
            "properties": properties,
        },
    )


def _output_schema(kind: GraphQLOutputType) -> Json:
    plain: Any = get_nullable_type(kind)
    if is_list_type(plain):
        schema: Json = {"type": "array", "items": _output_schema(plain.of_type)}
    elif isinstance(plain, GraphQLObjectType):
        schema = {"$ref": f"#/components/schemas/{plain.name}"}
    elif isinstance(plain, GraphQLEnumType):
        schema = {"type": "string", "enum": [name.lower() for name in plain.values]}
    else:
        schema = dict(SCALARS[plain.name])
    if is_non_null_type(kind) or not schema:
        return schema
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    nullable = {**schema, "type": [schema["type"], "null"]}
    return {**nullable, "enum": [*schema["enum"], None]} if "enum" in schema else nullable
