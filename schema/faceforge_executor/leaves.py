"""Leaf values, a column at a time: what is certainly answered as it is, is not looked at one by one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from math import isfinite
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLNamedType,
    GraphQLString,
)
from graphql.execution import Executor

from faceforge_executor.batches import UNCHANGED

_PLAIN: dict[GraphQLNamedType, type] = {
    GraphQLString: str,
    GraphQLID: str,
    GraphQLBoolean: bool,
    GraphQLInt: int,
    GraphQLFloat: float,
}
_JSON = frozenset({str, int, float, bool, dict, list})
_NULL = type(None)
_MOST = 2**31


def as_they_are(kind: GraphQLNamedType, non_null: Sequence[bool], values: Sequence[Any]) -> bool:
    """Whether values, or lists of values, of a field are certainly answered as they are, none being at fault."""
    kinds = set(map(type, values))
    for certain in non_null[:-1]:
        if kinds != {list} or (certain and _NULL in kinds):
            return False
        values = list(chain.from_iterable(values))
        kinds = set(map(type, values))
    if _NULL in kinds:
        if non_null[-1]:
            return False
        kinds.discard(_NULL)
        values = [each for each in values if each is not None]
    plain = _PLAIN.get(kind)
    if plain is None:
        return bool(kind.extensions.get(UNCHANGED)) and kinds <= _JSON
    if kinds - {plain}:
        return False
    if plain is int:
        return not values or (min(values) >= -_MOST and max(values) < _MOST)
    return plain is not float or all(map(isfinite, values))


def completed(kind: GraphQLLeafType, values: Sequence[Any]) -> tuple[Sequence[Any], dict[int, Exception]]:
    """The answered values, none of the given ones being null, and place -> error of those that have none."""
    if isinstance(kind, GraphQLEnumType):
        try:
            known = {each: Executor.complete_leaf_value(kind, each) for each in set(values)}
            return [known[each] for each in values], {}
        except Exception:  # not hashable, or no member of the enum: the loop below says which
            known = {}
    told: list[Any] = []
    errors: dict[int, Exception] = {}
    for place, value in enumerate(values):
        try:
            told.append(Executor.complete_leaf_value(kind, value))
        except Exception as error:
            errors[place] = error
            told.append(None)
    return told, errors
