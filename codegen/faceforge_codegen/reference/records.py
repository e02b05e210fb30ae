"""The page of records and inputs: every type that REST sends or takes, with its fields."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)
from strawberry.utils.str_converters import to_snake_case

from faceforge_codegen.reference.markdown import cell, one_line, record_link
from faceforge_schema.directives import is_list, item_type
from faceforge_server.rest import RestOperation
from faceforge_server.rest.documents import shown_fields

INTRODUCTION = """# Records and inputs

What REST sends and takes, name by name. GraphQL has the same in camelCase, except that a record's own id is called
`id` there. **Inputs** are the bodies of REST and the argument `input` of GraphQL; an unknown key is refused. In a
*Patch*, an absent key keeps what is there and null clears it, where null is allowed.

An *id* is 64 lower-case hex digits; a *moment* is RFC 3339 in UTC, such as `2026-01-31T08:09:10.000000Z`; a *whole
number* may have 64 bits.
"""
PLAIN = {
    "BigInt": "whole number",
    "Boolean": "true or false",
    "DateTime": "moment",
    "Float": "number",
    "ID": "id",
    "Int": "whole number",
    "JSON": "any JSON value",
    "JSONObject": "JSON object",
    "String": "text",
}
"""Scalar -> what a reader who is no programmer may call it."""
Named = GraphQLObjectType | GraphQLInputObjectType


def page(routes: list[RestOperation], openapi: dict[str, Any]) -> str:
    return INTRODUCTION + "".join(_sections(routes, openapi["components"]["schemas"]))


def _sections(routes: list[RestOperation], schemas: dict[str, Any]) -> Iterator[str]:
    records: dict[str, Any] = {}
    inputs: dict[str, Any] = {}
    for route in routes:
        kind = get_named_type(route.root_field.type)
        if isinstance(kind, GraphQLObjectType) and route.status != 204:
            _gather(item_type(kind) if is_list(kind) else kind, records)
        if route.body_type is not None:
            _gather(route.body_type, inputs)
    yield "\n## Records\n"
    for name, record in sorted(records.items()):
        yield _section(name, record.description, list(_record_rows(record)))
    yield "\n## Inputs\n"
    for name, body in sorted(inputs.items()):
        yield _section(name, body.description, list(_input_rows(body, schemas[name])))


def _gather(kind: Any, found: dict[str, Any]) -> None:
    """Add a type, and those that its fields hold."""
    if kind.name in found:
        return
    found[kind.name] = kind
    is_record = isinstance(kind, GraphQLObjectType)
    fields = [field for _, _, field in shown_fields(kind)] if is_record else kind.fields.values()
    for field in fields:
        below = get_named_type(field.type)
        if isinstance(below, Named):
            _gather(below, found)


def _section(name: str, description: str | None, rows: list[str]) -> str:
    table = "\n".join(["| name | type | meaning |", "|---|---|---|", *rows])
    return f"\n### {name}\n\n{one_line(description)}\n\n{table}\n"


def _record_rows(record: GraphQLObjectType) -> Iterator[str]:
    for key, _, field in shown_fields(record):
        null = "" if is_non_null_type(field.type) else " or null"
        yield f"| `{key}` | {_type(field.type)}{null} | {cell(field.description)} |"


def _input_rows(body: GraphQLInputObjectType, schema: dict[str, Any]) -> Iterator[str]:
    """Whether null, a default or bounds are allowed is known to the JSON Schema, not to GraphQL."""
    for name, field in body.fields.items():
        key = to_snake_case(name)
        described = schema["properties"][key]
        kind = _type(field.type) + (" or null" if _takes_null(described) else "")
        notes = [" **Required.**"] if key in schema.get("required", ()) else []
        if described.get("default") not in (None, [], {}):
            notes.append(f" Default: `{json.dumps(described['default'])}`.")
        yield f"| `{key}` | {kind} | {cell(field.description)}{''.join(notes)} |"


def _takes_null(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "null" or any(_takes_null(each) for each in schema.get("anyOf", ()))


def _type(kind: Any) -> str:
    plain = get_nullable_type(kind)
    if is_list_type(plain):
        return f"list of {_type(plain.of_type)}"
    if isinstance(plain, GraphQLEnumType):
        return ", ".join(f"`{name.lower()}`" for name in plain.values)
    if isinstance(plain, Named):
        return record_link(plain.name, "")
    return PLAIN[plain.name]
