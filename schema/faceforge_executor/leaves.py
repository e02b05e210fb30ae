"""Leaf values, a column at a time: what is certainly answered as it is, is not looked at one by one."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
)
from graphql.execution import Executor

from faceforge_executor.batches import UNCHANGED

_PLAIN: dict[GraphQLLeafType, type] = {
    GraphQLString: str,
    GraphQLID: str,
    GraphQLBoolean: bool,
    GraphQLInt: int,
    GraphQLFloat: float,
}
_MOST = 2**31


def completed(kind: GraphQLLeafType, values: Sequence[Any]) -> tuple[Sequence[Any], dict[int, Exception]]:
    """The answered values, none of the given ones being null, and place -> error of those that have none."""
    if _as_they_are(kind, values):
        return values, {}
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


def _as_they_are(kind: GraphQLLeafType, values: Sequence[Any]) -> bool:
    plain = _PLAIN.get(kind)
    if plain is None:
        return bool(kind.extensions.get(UNCHANGED))
    if set(map(type, values)) - {plain}:
        return False
    if plain is int:
        return not values or (min(values) >= -_MOST and max(values) < _MOST)
    return plain is not float or all(map(isfinite, values))
