"""How GraphQL's names read in REST: snake_case, and the paging words of lists. One mapping, both ways."""

from __future__ import annotations

from graphql import GraphQLEnumType, GraphQLNamedType
from strawberry.utils.str_converters import to_snake_case

from faceforge_schema.directives import Resource, directive_of

LISTS = {"first": "limit", "after": "cursor"}
"""Arguments of lists that REST calls otherwise."""


def argument_name(name: str, *, of_list: bool) -> str:
    """The query or path parameter of a GraphQL argument."""
    return (of_list and LISTS.get(name)) or to_snake_case(name)


def field_name(parent: GraphQLNamedType, name: str) -> str:
    """The JSON key of a GraphQL field: `id` is named after its noun."""
    record = directive_of(parent, Resource)
    return record.id if record is not None and name == "id" else to_snake_case(name)


def enum_words(kind: GraphQLEnumType) -> dict[str, str]:
    """REST word -> GraphQL name of an enum's members."""
    return {name.lower(): name for name in kind.values}
