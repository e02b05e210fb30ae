"""Random data under one schema of every shape of field, to be answered by graphql-core and by levels.

What a field of a thing holds is a function of the world's seed, the thing and the field alone, so both executors see
the same data whatever they ask first. Faults are part of it: errors, nulls where none may be, values that are none of
their type.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from typing import Any
from zlib import crc32

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_leaf_type,
)

from faceforge_executor import (
    BATCH,
    COLUMN,
    UNCHANGED,
    Batch,
    ColumnTable,
    Level,
    ManyPerParent,
    ObjectList,
    OnePerParent,
)

FIELDS = """
  id: ID!  name: String  label: String!  size: Int  weight: Float!  done: Boolean  mood: Mood  moods: [Mood!]
  raw: Any  words: [String]  strict: [String!]!  grid: [[Int!]]
  one: {0}  sure: {0}!  many: [{0}]  all: [{0}!]!  deep: [[{0}!]]!
  node: Node  nodes: [Node!]  either: [Either]
  told(times: Int = 2, mood: Mood, words: [String!]): String
  page(first: Int! = 2): [{0}!]!
"""
SDL = f"""
enum Mood {{ HAPPY SAD }}
scalar Any
interface Node {{ id: ID! label: String! one: Node }}
union Either = A | B
type A implements Node {{ {FIELDS.format("B")} }}
type B implements Node {{ {FIELDS.format("A")} }}
type Query {{ {FIELDS.format("A").replace("id: ID!", "id: ID")} }}
type Mutation {{ {FIELDS.format("B").replace("id: ID!", "id: ID")} }}
"""
LEAVES = ("id", "name", "label", "size", "weight", "done", "mood", "moods", "raw", "words", "strict", "grid")


class Fault(Exception):
    """What went wrong in a world."""


class Thing:
    """An object of a world: a type and a number."""

    def __init__(self, world: World, kind: str, number: int) -> None:
        self.world, self.kind, self.number = world, kind, number

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return raised(self.world.value(self.kind, self.number, name))


def raised(value: Any) -> Any:
    if isinstance(value, Fault):
        raise value
    return value


class World:
    """The data of one seed. `faults` is how often something is wrong, from 0 to 1."""

    def __init__(self, seed: int, faults: float) -> None:
        self.seed, self.faults = seed, faults

    def value(self, kind: str, number: int, name: str, **arguments: Any) -> Any:
        """What a field holds: a leaf, a `Thing`, lists of them; a Fault stands for an error."""
        dice = random.Random(f"{self.seed} {kind} {number} {name} {sorted(arguments.items())}")
        if dice.random() < self.faults / 2:
            return Fault(f"{name} of {kind}{number}")
        shape = SHAPES[kind, name]
        return self._of(dice, shape, kind, name, arguments)

    def _of(self, dice: random.Random, shape: str, kind: str, name: str, arguments: dict[str, Any]) -> Any:
        if dice.random() < self.faults or (dice.random() < 0.15 and not shape.endswith("!")):
            return None
        shape = shape.rstrip("!")
        if shape.startswith("["):
            size = arguments.get("first", dice.randrange(4))
            return [self._of(dice, shape[1:-1], kind, name, {}) for _ in range(size)]
        if dice.random() < self.faults / 2:
            return Fault(f"item of {name}")
        if shape in ("Int", "Float", "String", "ID", "Boolean", "Mood", "Any"):
            is_wrong = dice.random() < self.faults / 2
            return {"no": "such value"} if is_wrong else self._leaf(dice, shape, arguments)
        kinds = {"Node": "AB", "Either": "AB"}.get(shape, shape)
        return Thing(self, dice.choice(kinds), dice.randrange(5))

    def _leaf(self, dice: random.Random, shape: str, arguments: dict[str, Any]) -> Any:
        return {
            "Int": lambda: dice.choice([0, 7, -3, 2.0, True]),
            "Float": lambda: dice.choice([0.5, 3, -2.25]),
            "String": lambda: (
                f"told {sorted(arguments.items())}" if arguments else dice.choice(["a", "b", 5, True])
            ),
            "ID": lambda: dice.choice(["x", "y", 12]),
            "Boolean": lambda: dice.choice([True, False, 1]),
            "Mood": lambda: dice.choice(["HAPPY", "SAD"]),
            "Any": lambda: dice.choice([1, "two", [3, None], {"four": 5.5}]),
        }[shape]()


SHAPES: dict[tuple[str, str], str] = {}
"""(Type, field) -> the type of the field."""


@cache
def plain_schema(asynchronous: bool) -> GraphQLSchema:
    """The schema with a resolver for each object: what graphql-core can execute."""
    schema = _schema()
    for kind, field_name, field in _fields(schema):

        def resolve(value: Any, _info: Any, *, name: str = field_name, **arguments: Any) -> Any:
            thing = _thing(value)
            return raised(thing.world.value(thing.kind, thing.number, name, **arguments))

        async def awaited(value: Any, info: Any, *, ask: Any = resolve, **arguments: Any) -> Any:
            return ask(value, info, **arguments)

        waits = asynchronous and crc32(f"{kind.name}.{field_name}".encode()) % 2
        field.resolve = awaited if waits else resolve
    return schema


@cache
def level_schema(seed: int, asynchronous: bool = False) -> GraphQLSchema:
    """The same schema with columns, batch functions of every kind, tables, and some plain resolvers among them."""
    schema, dice = _schema(), random.Random(seed)
    resolvers = {(kind.name, name): each.resolve for kind, name, each in _fields(plain_schema(asynchronous))}
    for kind, name, field in _fields(schema):
        leaf = is_leaf_type(get_named_type(field.type))
        ways = ["plain", "values", "late"] if asynchronous else ["plain", "values"]
        if leaf and not field.args:
            ways += ["column", "column"]
        if not leaf:
            ways += ["rows", "rows", "objects"]
        way = dice.choice(ways)
        if way == "column":
            field.extensions[COLUMN] = name
        elif way == "plain":
            field.resolve = resolvers[kind.name, name]
        else:
            field.extensions[BATCH] = Batch(_batch(name, way, SHAPES[kind.name, name]))
    return schema


def _batch(name: str, way: str, shape: str) -> Any:
    def values(level: Level) -> list[Any]:
        return [_held(each, name, level.arguments) for each in level.parents.to_list()]

    async def late(level: Level) -> list[Any]:
        return values(level)

    def packed(level: Level) -> Any:
        return _packed(values(level), shape, table=way == "rows")

    return {"values": values, "late": late}.get(way, packed)


def _held(value: Any, name: str, arguments: dict[str, Any]) -> Any:
    """What a field of one object holds; what is no thing has only errors."""
    try:
        thing = _thing(value)
        return thing.world.value(thing.kind, thing.number, name, **arguments)
    except Exception as error:
        return error


def _packed(values: list[Any], shape: str, *, table: bool) -> Any:
    """The values as `OnePerParent` or `ManyPerParent`, when they can be told so: what is at fault cannot."""
    make = _table if table else ObjectList
    if not shape.startswith("["):
        present = [place for place, each in enumerate(values) if each is not None]
        things = [values[place] for place in present]
        if all(isinstance(each, Thing) for each in things):
            return OnePerParent(make(things), present if len(present) < len(values) else None)
    elif "[[" not in shape and all(isinstance(each, list) for each in values):
        items = [each for value in values for each in value]
        if all(isinstance(each, Thing) for each in items):
            return ManyPerParent(make(items), [len(value) for value in values])
    return values


def _table(things: Sequence[Thing]) -> ColumnTable:
    """The things as columns: every leaf that has no arguments, and what tells the thing."""
    columns: dict[str, list[Any]] = {
        name: [each.world.value(each.kind, each.number, name) for each in things] for name in LEAVES
    }
    columns["thing"] = list(things)
    return ColumnTable(columns, len(things), [each.kind for each in things])


def _thing(value: Any) -> Thing:
    thing: Thing = value["thing"] if isinstance(value, dict) else value
    return thing


def _schema() -> GraphQLSchema:
    schema = build_schema(SDL)
    for name in ("Node", "Either"):
        abstract = schema.type_map[name]
        assert isinstance(abstract, GraphQLInterfaceType | GraphQLUnionType)
        abstract.resolve_type = lambda value, _info, _kind: _thing(value).kind
    schema.type_map["Any"].extensions[UNCHANGED] = True
    for kind, field_name, field in _fields(schema):
        SHAPES[kind.name, field_name] = str(field.type)
    return schema


def _fields(schema: GraphQLSchema) -> Any:
    for name in ("A", "B", "Query", "Mutation"):
        kind = schema.type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        for field_name, field in kind.fields.items():
            yield kind, field_name, field
