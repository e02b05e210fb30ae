"""Completes leaf values, a column at a time: one that certainly needs no change is not looked at value by value."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
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

_PYTHON_TYPES: dict[GraphQLNamedType, type] = {
    GraphQLString: str,
    GraphQLID: str,
    GraphQLBoolean: bool,
    GraphQLInt: int,
    GraphQLFloat: float,
}
_JSON_TYPES = frozenset({str, int, float, bool, dict, list})
_NULL = type(None)
_INT_LIMIT = 2**31


def unchanged_types(kind: GraphQLNamedType, non_null: Sequence[bool]) -> frozenset[type] | None:
    """The Python types whose values certainly stand in the response as they are; None where types do not decide it."""
    if len(non_null) > 1 or kind is GraphQLInt or kind is GraphQLFloat:
        return None
    python_type = _PYTHON_TYPES.get(kind)
    types = frozenset((python_type,)) if python_type is not None else _JSON_TYPES
    if python_type is None and not kind.extensions.get(UNCHANGED):
        return None
    return types if non_null[0] else types | {_NULL}


def are_unchanged(kind: GraphQLNamedType, non_null: Sequence[bool], values: Sequence[Any]) -> bool:
    """Whether values, or lists of values, certainly stand in the response as they are, without an error."""
    types = set(map(type, values))
    for certain in non_null[:-1]:
        if types != {list} or (certain and _NULL in types):
            return False
        values = list(chain.from_iterable(values))
        types = set(map(type, values))
    if _NULL in types:
        if non_null[-1]:
            return False
        types.discard(_NULL)
        values = [each for each in values if each is not None]
    python_type = _PYTHON_TYPES.get(kind)
    if python_type is None:
        return bool(kind.extensions.get(UNCHANGED)) and types <= _JSON_TYPES
    if types - {python_type}:
        return False
    if python_type is int:
        return not values or (min(values) >= -_INT_LIMIT and max(values) < _INT_LIMIT)
    return python_type is not float or all(map(isfinite, values))


def complete_leaves(
    kind: GraphQLLeafType, values: Sequence[Any]
) -> tuple[Sequence[Any], dict[int, Exception]]:
    """What stands in the response for values that are not null, and index -> error of those that have nothing."""
    if isinstance(kind, GraphQLEnumType):
        with suppress(Exception):  # not hashable, or no member of the enum: the loop below finds which
            known = {each: Executor.complete_leaf_value(kind, each) for each in set(values)}
            return [known[each] for each in values], {}
    completed: list[Any] = []
    errors: dict[int, Exception] = {}
    for index, value in enumerate(values):
        try:
            completed.append(Executor.complete_leaf_value(kind, value))
        except Exception as error:
            errors[index] = error
            completed.append(None)
    return completed, errors
