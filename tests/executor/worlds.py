"""Random worlds: objects with every shape of field, and faults among their values, for both executors to read.

The executors ask for fields in different orders and must read the same. So nothing of a world is stored: what a field
holds is worked out of the seed of the world, the object, the field and its arguments, and of nothing else.
"""

from __future__ import annotations

import random
from enum import Enum
from typing import Any

from graphql import GraphQLObjectType, GraphQLOutputType, build_schema, is_list_type, is_non_null_type

FIELDS = """
  id: ID!  name: String  label: String!  size: Int  weight: Float!  done: Boolean  mood: Mood  moods: [Mood!]
  raw: Any  words: [String]  strict: [String!]!  grid: [[Int!]]
  one: {0}  sure: {0}!  many: [{0}]  all: [{0}!]!  deep: [[{0}!]]!
  node: Node  nodes: [Node!]  either: [Either]
  echo(times: Int = 2, mood: Mood, words: [String!]): String
  page(first: Int! = 2): [{0}!]!
"""
"""The fields of an object whose neighbours are of type {0}: leaves and their lists, then objects and their lists."""
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
OBJECT_TYPES = ("A", "B", "Query", "Mutation")
POSSIBLE_TYPES = {"A": "A", "B": "B", "Node": "AB", "Either": "AB"}
"""The name of a type in a field -> the types that its objects may have."""
MOST_ITEMS, NUMBERS = 3, 5
"""The items of a list at most, and the objects of each type: few, so that lists are often empty."""
NULL_SHARE = 0.15
"""How often what may be null is null, without a fault."""


class Fault(Enum):
    """What may be wrong in a world, and how often: the share is of the world's fault rate."""

    FIELD_FAILS = (0.5, "reading a field raises an error")
    NULL = (1.0, "a value is null, or a list, or an item of one, whether its type allows that or not")
    VALUE_FAILS = (0.5, "an error stands in place of a value, or of an item of a list")
    WRONG_TYPE = (0.5, "a leaf holds what is no value of its type")
    NO_LIST = (0.25, "a single value stands where a list must")

    def __init__(self, share: float, meaning: str) -> None:
        self.share, self.meaning = share, meaning


LEAF_VALUES: dict[str, list[Any]] = {
    "Int": [0, 7, -3, 2.0, True],
    "Float": [0.5, 3, -2.25],
    "String": ["a", "b", 5, True],
    "ID": ["x", "y", 12],
    "Boolean": [True, False, 1],
    "Mood": ["HAPPY", "SAD"],
    "Any": [1, "two", [3, None], {"four": 5.5}],
}
"""What the leaves hold. Some of it is of another Python type than the response shows, but can be coerced to it."""
WRONG_VALUE = {"no": "such value"}
"""No value of any of these types but Any."""
NO_LIST = 5


class WorldError(Exception):
    """The error that a fault is."""

    def __init__(self, fault: Fault, where: str) -> None:
        super().__init__(f"{fault.meaning}: {where}")
        self.fault = fault


class Thing:
    """An object of a world: its type, and its number among those of the type. Its attributes are its fields."""

    def __init__(self, world: World, kind: str, number: int) -> None:
        self.world, self.kind, self.number = world, kind, number

    def read(self, field: str, arguments: dict[str, Any]) -> Any:
        """What a field holds; raises WorldError where it is an error."""
        value = self.held(field, arguments)
        if isinstance(value, WorldError):
            raise value
        return value

    def held(self, field: str, arguments: dict[str, Any]) -> Any:
        """What a field holds: a leaf, a Thing, lists of them, or a WorldError."""
        return self.world.value(self.kind, self.number, field, arguments)

    def __getattr__(self, field: str) -> Any:
        if field.startswith("_"):
            raise AttributeError(field)
        return self.read(field, {})


class World:
    """All objects of a seed. `fault_rate` is how often something is wrong, from 0 to 1."""

    def __init__(self, seed: int, fault_rate: float) -> None:
        self.seed, self.fault_rate = seed, fault_rate

    def value(self, kind: str, number: int, field: str, arguments: dict[str, Any]) -> Any:
        """What a field of an object holds: a leaf, a Thing, lists of them, or a WorldError."""
        dice = random.Random(f"{self.seed} {kind} {number} {field} {sorted(arguments.items())}")
        if self._has(Fault.FIELD_FAILS, dice):
            return WorldError(Fault.FIELD_FAILS, f"{field} of {kind}{number}")
        return self._value(FIELD_TYPES[kind, field], field, arguments, dice)

    def _has(self, fault: Fault, dice: random.Random) -> bool:
        return dice.random() < self.fault_rate * fault.share

    def _value(
        self, of_type: GraphQLOutputType, field: str, arguments: dict[str, Any], dice: random.Random
    ) -> Any:
        if self._has(Fault.NULL, dice):
            return None
        if is_non_null_type(of_type):
            of_type = of_type.of_type
        elif dice.random() < NULL_SHARE:
            return None
        if is_list_type(of_type):
            if self._has(Fault.NO_LIST, dice):
                return NO_LIST
            size = arguments.get("first", dice.randint(0, MOST_ITEMS))
            return [self._value(of_type.of_type, field, {}, dice) for _ in range(size)]
        if self._has(Fault.VALUE_FAILS, dice):
            return WorldError(Fault.VALUE_FAILS, field)
        name = str(of_type)
        if name in POSSIBLE_TYPES:
            return Thing(self, dice.choice(POSSIBLE_TYPES[name]), dice.randrange(NUMBERS))
        if self._has(Fault.WRONG_TYPE, dice):
            return WRONG_VALUE
        return f"echo {sorted(arguments.items())}" if arguments else dice.choice(LEAF_VALUES[name])


def _field_types() -> dict[tuple[str, str], GraphQLOutputType]:
    """(Object type, field) -> the type of the field."""
    found, schema = {}, build_schema(SDL)
    for kind in OBJECT_TYPES:
        described = schema.type_map[kind]
        assert isinstance(described, GraphQLObjectType)
        found |= {(kind, name): field.type for name, field in described.fields.items()}
    return found


FIELD_TYPES = _field_types()
