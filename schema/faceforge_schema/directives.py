"""What the schema tells of itself beside GraphQL's own words: which fields are REST routes, which types are records."""

from __future__ import annotations

from typing import TypeVar

import strawberry
from graphql import GraphQLField, GraphQLNamedType, GraphQLObjectType
from strawberry.schema_directive import Location

T = TypeVar("T")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="rest",
    description="The REST route that the field is also reached by, and what both faces ask of it.",
)
class Rest:
    method: str | None = strawberry.directive_field(name="method")
    path: str | None = strawberry.directive_field(name="path")
    status: int = strawberry.directive_field(name="status")
    errors: list[str] = strawberry.directive_field(name="errors")
    needs: str | None = strawberry.directive_field(name="needs")


@strawberry.schema_directive(
    locations=[Location.OBJECT],
    name="resource",
    description="A record with an address of its own: what its id is called in REST, and what reading it needs.",
)
class Resource:
    id: str = strawberry.directive_field(name="id")
    needs: str = strawberry.directive_field(name="needs")


def directive_of(thing: GraphQLField | GraphQLNamedType, kind: type[T]) -> T | None:
    """The directive of this kind that a field or type of the built schema bears."""
    definition = thing.extensions.get("strawberry-definition")
    return next((each for each in getattr(definition, "directives", ()) if isinstance(each, kind)), None)


def is_list(type_: GraphQLNamedType) -> bool:
    """Whether a type is a connection or an edge of one: a list, which holds nothing of its own."""
    return isinstance(type_, GraphQLObjectType) and type_.name.endswith(("Connection", "Edge"))
