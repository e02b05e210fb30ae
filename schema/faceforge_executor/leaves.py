"""Completes leaf values, a column at a time: one that certainly needs no change is not looked at value by value."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
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
from orjson import Fragment

from faceforge_executor.batches import ENCODE, UNCHANGED

_PYTHON_TYPES: dict[GraphQLNamedType, type] = {
    GraphQLString: str,
    GraphQLID: str,
    GraphQLBoolean: bool,
    GraphQLInt: int,
    GraphQLFloat: float,
}
_NULL = type(None)
_INT_LIMIT = 2**31


def unchanged_types(kind: GraphQLNamedType, non_null: Sequence[bool]) -> frozenset[type] | None:
    """The Python types whose values certainly stand in the response as they are; None where types do not decide it."""
    if len(non_null) > 1 or kind is GraphQLInt or kind is GraphQLFloat:
        return None
    types = _unchanged_types(kind)
    return None if not types else types if non_null[0] else types | {_NULL}


def takes_json_text(kind: GraphQLNamedType, non_null: Sequence[bool]) -> bool:
    """Whether the JSON text of a value, as a `Fragment`, stands in the response for the value itself."""
    if kind in (GraphQLString, GraphQLID):
        return len(non_null) > 1
    return Fragment in kind.extensions.get(UNCHANGED, ())


def are_unchanged(kind: GraphQLNamedType, non_null: Sequence[bool], values: Sequence[Any]) -> bool:
    """Whether values, or lists of values, certainly stand in the response as they are, without an error."""
    types = set(map(type, values))
    if Fragment in types:
        return types == {Fragment} or (types == {Fragment, _NULL} and not non_null[0])
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
    return types <= _unchanged_types(kind) and _in_range(kind, values)


def _unchanged_types(kind: GraphQLNamedType) -> frozenset[type]:
    python_type = _PYTHON_TYPES.get(kind)
    types: frozenset[type] = kind.extensions.get(UNCHANGED, frozenset())
    return types if python_type is None else frozenset((python_type,))


def _in_range(kind: GraphQLNamedType, values: Sequence[Any]) -> bool:
    if kind is GraphQLInt:
        return not values or (min(values) >= -_INT_LIMIT and max(values) < _INT_LIMIT)
    return kind is not GraphQLFloat or all(map(isfinite, values))


def complete_leaves(
    kind: GraphQLLeafType, values: Sequence[Any]
) -> tuple[Sequence[Any], dict[int, Exception]]:
    """What stands in the response for values that are not null, and index -> error of those that have nothing."""
    if isinstance(kind, GraphQLEnumType):
        with suppress(Exception):  # not hashable, or no member of the enum: the loop below finds which
            known = {each: Executor.complete_leaf_value(kind, each) for each in set(values)}
            return [known[each] for each in values], {}
    complete = kind.extensions.get(ENCODE) or partial(Executor.complete_leaf_value, kind)
    completed: list[Any] = []
    errors: dict[int, Exception] = {}
    for index, value in enumerate(values):
        try:
            completed.append(complete(value))
        except Exception as error:
            errors[index] = error
            completed.append(None)
    return completed, errors
