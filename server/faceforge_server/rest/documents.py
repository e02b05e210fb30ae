"""Writes the GraphQL document behind a route, and how its answer becomes a REST body.

What a body shows is one rule: leaf fields and value objects. Another resource is there by its id, which is a leaf of
its own; fields with arguments, and lists of resources, are GraphQL's only. So a type has one form, and nothing recurs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from faceforge_schema.directives import Resource, directive_of, is_list, item_type
from faceforge_server.rest.names import field_name

Shape = Callable[[Any], Any]
"""What turns a GraphQL value into its REST form."""

TOTAL = "include_total"
PAGE = {"nodes", "pageInfo", "totalCount"}
"""The fields that a list must have to be a page of REST."""


@dataclass(frozen=True)
class Answer:
    """What a route asks the schema for: the selection below its root field, and the shape of the result."""

    selection: str
    shape: Shape | None


def shown_fields(kind: GraphQLObjectType) -> Iterator[tuple[str, str, GraphQLField]]:
    """(REST key, GraphQL name, field) of what a body of this type shows."""
    for name, field in kind.fields.items():
        below = get_named_type(field.type)
        if not field.args and (is_leaf_type(below) or is_value_object(below)):
            yield field_name(kind, name), name, field


def is_value_object(kind: GraphQLNamedType) -> bool:
    """Whether a type is part of what holds it, rather than a record of its own or a list of such."""
    return isinstance(kind, GraphQLObjectType) and directive_of(kind, Resource) is None and not is_list(kind)


def answer_of(field: GraphQLField) -> Answer:
    """What to select of a root field for REST; raises TypeError for a list that has no pages."""
    kind = get_named_type(field.type)
    if not isinstance(kind, GraphQLObjectType):
        return Answer("", None)
    if is_list(kind):
        if not kind.fields.keys() >= PAGE:
            raise TypeError(f"{kind} is a list without {', '.join(sorted(PAGE - kind.fields.keys()))}")
        item = item_type(kind)
        paging = f"pageInfo {{ endCursor hasNextPage }} totalCount @include(if: ${TOTAL})"
        selection = f"{{ nodes {_selection(item)} {paging} }}"
        return Answer(selection, _list_shape(_shape(item)))
    return Answer(_selection(kind), _shape(kind))


def _selection(kind: GraphQLObjectType) -> str:
    parts = []
    for key, name, field in shown_fields(kind):
        below = get_named_type(field.type)
        inner = _selection(below) if isinstance(below, GraphQLObjectType) else ""
        parts.append(f"{key}: {name} {inner}" if key != name else f"{name} {inner}")
    return "{ " + " ".join(parts) + " }"


def _list_shape(item: Shape | None) -> Shape:
    def shape(value: dict[str, Any]) -> dict[str, Any]:
        info = value["pageInfo"]
        nodes = value["nodes"]
        return {
            "items": [item(node) for node in nodes] if item else nodes,
            "next_cursor": info["endCursor"] if info["hasNextPage"] else None,
            "total": value.get("totalCount"),
        }

    return shape


def _shape(kind: GraphQLNamedType) -> Shape | None:
    """The shape of one value of a type; None when it is the same in both faces, so that nothing walks it."""
    if isinstance(kind, GraphQLEnumType):
        return str.lower
    if not isinstance(kind, GraphQLObjectType):
        return None
    changed = {}
    for key, _, field in shown_fields(kind):
        below = _shape(get_named_type(field.type))
        if below is not None:
            changed[key] = _each(below) if is_list_type(get_nullable_type(field.type)) else below
    if not changed:
        return None

    def shape(value: dict[str, Any]) -> dict[str, Any]:
        for key, below in changed.items():
            if value[key] is not None:
                value[key] = below(value[key])
        return value

    return shape


def _each(item: Shape) -> Shape:
    return lambda values: [item(value) for value in values]
