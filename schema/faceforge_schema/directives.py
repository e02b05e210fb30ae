"""What the schema declares beside GraphQL's own terms: operations and their routes, records, lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import strawberry
from graphql import GraphQLField, GraphQLNamedType, GraphQLObjectType, get_named_type
from strawberry.schema_directive import Location

T = TypeVar("T")

_ITEMS = "__faceforge_items__"
RECORD = "__faceforge_record__"
"""The attribute of a record's class with what the journal calls it."""
DUPLICATE = "duplicate"
"""Key in the metadata of the field that is true when there was nothing to do; the text says what that means."""

EXAMPLE = "example"
"""Key in the metadata of a field or an argument with a value that it may have."""

PATTERN = "pattern"
"""Key in the metadata of a field or an argument with the regular expression that its text fits."""

VOLATILE = "volatile"
"""Key in the metadata of a field whose value depends on more than what is stored, such as the time."""


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="operation",
    description="An operation: its REST route, if it has one, what it needs, and the errors it may answer.",
)
class OperationDirective:
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


MOST_WRAPPERS = 4
"""How many list wrappers may be in one another; more are a circle."""


def directive_of(thing: GraphQLField | GraphQLNamedType, kind: type[T]) -> T | None:
    """The directive of this kind that a field or type of the built schema bears."""
    definition = thing.extensions.get("strawberry-definition")
    return next((each for each in getattr(definition, "directives", ()) if isinstance(each, kind)), None)


def duplicate_mark(kind: GraphQLNamedType) -> tuple[str, str] | None:
    """The field of this type that is true when there was nothing to do, and what that means, if it has one."""
    fields: dict[str, GraphQLField] = kind.fields if isinstance(kind, GraphQLObjectType) else {}
    definitions = {name: field.extensions.get("strawberry-definition") for name, field in fields.items()}
    marked = ((name, getattr(each, "metadata", {}).get(DUPLICATE)) for name, each in definitions.items())
    return next(((name, text) for name, text in marked if text is not None), None)


def record_of(kind: GraphQLNamedType) -> str | None:
    """What the journal calls the records of a type; None for a type that is none."""
    origin = getattr(kind.extensions.get("strawberry-definition"), "origin", None)
    found: str | None = getattr(origin, RECORD, None)
    return found


def list_wrapper(items: str) -> Callable[[type[T]], type[T]]:
    """Declare that a type is a list or a part of one, such as a connection or its edge: reading it is reading its
    items, which `items` is the field of. The printed schema does not show it."""

    def declare(cls: type[T]) -> type[T]:
        setattr(cls, _ITEMS, items)
        return cls

    return declare


def items_field(kind: GraphQLNamedType) -> str | None:
    """The field of a list wrapper that holds its items; None for a type that is none."""
    origin = getattr(kind.extensions.get("strawberry-definition"), "origin", None)
    found: str | None = getattr(origin, _ITEMS, None)
    return found


def is_list(kind: GraphQLNamedType) -> bool:
    """Whether a type is a list wrapper."""
    return items_field(kind) is not None


def item_type(wrapper: GraphQLNamedType) -> GraphQLObjectType:
    """The type of a list wrapper's items, also when a wrapper holds wrappers; raises TypeError for a wrong one."""
    held: GraphQLNamedType = wrapper
    for _ in range(MOST_WRAPPERS):
        items = items_field(held)
        if items is None:
            break
        if not isinstance(held, GraphQLObjectType) or items not in held.fields:
            raise TypeError(f"{held} is declared to have its items in {items}, which is no field of it")
        held = get_named_type(held.fields[items].type)
    if not isinstance(held, GraphQLObjectType) or is_list(held):
        raise TypeError(f"the items of {wrapper} are no objects")
    return held


def holds_items(parent: GraphQLNamedType, name: str, field: GraphQLField) -> bool:
    """Whether a field of a list wrapper leads to its items, at once or by another wrapper: `nodes` and `edges`."""
    items = items_field(parent)
    return items is not None and (name == items or is_list(get_named_type(field.type)))
