"""The schema of the worlds, executable: with a resolver for each field, or with all the ways a field can be offered."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any
from zlib import crc32

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from worlds import FIELD_TYPES, OBJECT_TYPES, SDL, Thing

from faceforge_executor import (
    BATCH,
    COLUMN,
    UNCHANGED,
    Batch,
    ColumnTable,
    Level,
    ManyPerParent,
    ObjectList,
    Objects,
    OnePerParent,
)

COLUMNS = [
    name
    for (kind, name), of_type in FIELD_TYPES.items()
    if kind == "A" and name != "echo" and is_leaf_type(get_named_type(of_type))
]
"""The leaves without arguments, which a table of things has as columns."""


@cache
def plain_schema(asynchronous: bool) -> GraphQLSchema:
    """The schema with a resolver for each field, as graphql-core executes it; half of them wait if `asynchronous`."""
    schema = _schema()
    for kind, name, field in _fields(schema):
        waits = asynchronous and crc32(f"{kind}.{name}".encode()) % 2
        field.resolve = _waiting_resolver(name) if waits else _resolver(name)
    return schema


@cache
def level_schema(seed: int, asynchronous: bool = False) -> GraphQLSchema:
    """The schema with each field offered in a way that the seed chooses, plain resolvers among them."""
    schema, dice = _schema(), random.Random(seed)
    resolvers = {(kind, name): field.resolve for kind, name, field in _fields(plain_schema(asynchronous))}
    for kind, name, field in _fields(schema):
        way = dice.choice(_ways(field, asynchronous))
        if way == "resolver":
            field.resolve = resolvers[kind, name]
        elif way == "column":
            field.extensions[COLUMN] = name
        else:
            field.extensions[BATCH] = Batch(BATCH_FUNCTIONS[way](name, field))
    return schema


def _ways(field: GraphQLField, asynchronous: bool) -> list[str]:
    """The ways a field can be offered, those that matter most more than once."""
    ways = ["resolver", "values"]
    if asynchronous:
        ways.append("values later")
    if not is_leaf_type(get_named_type(field.type)):
        ways += ["table", "table", "objects"]
    elif not field.args:
        ways += ["column", "column"]
    return ways


def _resolver(name: str) -> Callable[..., Any]:
    def resolve(parent: Any, _info: Any, **arguments: Any) -> Any:
        return _thing(parent).read(name, arguments)

    return resolve


def _waiting_resolver(name: str) -> Callable[..., Any]:
    async def resolve(parent: Any, _info: Any, **arguments: Any) -> Any:
        return _thing(parent).read(name, arguments)

    return resolve


def _values(name: str, _field: GraphQLField) -> Callable[[Level], list[Any]]:
    """A batch function that returns a value for each parent."""

    def values(level: Level) -> list[Any]:
        return [_held(parent, name, level.arguments) for parent in level.parents.to_list()]

    return values


def _values_later(name: str, field: GraphQLField) -> Callable[[Level], Any]:
    values = _values(name, field)

    async def later(level: Level) -> list[Any]:
        return values(level)

    return later


def _objects(name: str, field: GraphQLField) -> Callable[[Level], Any]:
    """A batch function that returns the objects of all parents as a list, where it can."""
    return _packing(_values(name, field), field, ObjectList)


def _table(name: str, field: GraphQLField) -> Callable[[Level], Any]:
    """A batch function that returns the objects of all parents as columns, where it can."""
    return _packing(_values(name, field), field, _as_columns)


BATCH_FUNCTIONS: dict[str, Callable[[str, GraphQLField], Callable[[Level], Any]]] = {
    "values": _values,
    "values later": _values_later,
    "objects": _objects,
    "table": _table,
}
"""Way of offering a field -> what makes its batch function, of the field and its name."""


def _packing(
    values: Callable[[Level], list[Any]], field: GraphQLField, pack: Callable[[list[Thing]], Objects]
) -> Callable[[Level], Any]:
    """A batch function that returns OnePerParent or ManyPerParent, but plain values where faults are among them."""
    depth = _list_depth(field)

    def packed(level: Level) -> Any:
        found = values(level)
        if depth == 1 and all(isinstance(each, list) for each in found):
            items = [item for each in found for item in each]
            if all(isinstance(item, Thing) for item in items):
                return ManyPerParent(pack(items), [len(each) for each in found])
        elif not depth:
            indexes = [index for index, each in enumerate(found) if each is not None]
            items = [found[index] for index in indexes]
            if all(isinstance(item, Thing) for item in items):
                return OnePerParent(pack(items), indexes if len(indexes) < len(found) else None)
        return found

    return packed


def _list_depth(field: GraphQLField) -> int:
    depth, kind = 0, field.type
    while is_non_null_type(kind) or is_list_type(kind):
        depth += is_list_type(kind)
        kind = kind.of_type
    return depth


def _as_columns(things: Sequence[Thing]) -> ColumnTable:
    columns: dict[str, list[Any]] = {name: [each.held(name, {}) for each in things] for name in COLUMNS}
    columns["thing"] = list(things)  # a row becomes a dict; this is what `_thing` finds in it
    return ColumnTable(columns, len(things), [each.kind for each in things])


def _held(parent: Any, name: str, arguments: dict[str, Any]) -> Any:
    """What a field of a parent holds; an error if it is one, or if the parent is no thing."""
    try:
        return _thing(parent).held(name, arguments)
    except Exception as error:
        return error


def _thing(parent: Any) -> Thing:
    """The thing that a resolver gets as its object, or as a row of a table."""
    thing: Thing = parent["thing"] if isinstance(parent, dict) else parent
    return thing


def _schema() -> GraphQLSchema:
    schema = build_schema(SDL)
    for name in ("Node", "Either"):
        abstract = schema.type_map[name]
        assert isinstance(abstract, GraphQLInterfaceType | GraphQLUnionType)
        abstract.resolve_type = lambda value, _info, _kind: _thing(value).kind
    schema.type_map["Any"].extensions[UNCHANGED] = frozenset({str, int, float, bool, dict, list})
    return schema


def _fields(schema: GraphQLSchema) -> Iterator[tuple[str, str, GraphQLField]]:
    for kind in OBJECT_TYPES:
        described = schema.type_map[kind]
        assert isinstance(described, GraphQLObjectType)
        for name, field in described.fields.items():
            yield kind, name, field
