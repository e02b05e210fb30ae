"""Awaits what is awaitable among many values, all of it together."""

from __future__ import annotations

from collections.abc import Sequence
from types import GeneratorType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faceforge_executor.executor import BreadthFirstExecutor

PLAIN_TYPES = frozenset({str, int, float, bool, dict, list, tuple, type(None)})
"""Types whose values are neither awaitable nor errors."""


async def settled(executor: BreadthFirstExecutor, values: Sequence[Any]) -> Sequence[Any]:
    """The values with all that is awaitable among them awaited; an Exception where one failed."""
    indexes = awaitable_indexes(executor, values)
    if not indexes:
        return values
    found = list(values)
    awaited = await executor.gather([found[index] for index in indexes])
    for index, value in zip(indexes, awaited, strict=True):
        found[index] = value
    return found


async def settle_results(executor: BreadthFirstExecutor, results: list[Any]) -> None:
    """Await what is awaitable among the results of the fields of a level, or is an item of one that is a list.

    What was awaited takes the place of the awaitable; an Exception does where one failed.
    """
    waiting: list[tuple[list[Any], int]] = []
    for place, result in enumerate(results):
        if isinstance(result, list):
            indexes = awaitable_indexes(executor, result)
            if indexes:
                copy = results[place] = list(result)  # the list may be the batch function's own
                waiting += [(copy, index) for index in indexes]
        elif executor.is_awaitable(result):
            waiting.append((results, place))
    if waiting:
        awaited = await executor.gather([values[index] for values, index in waiting])
        for (values, index), value in zip(waiting, awaited, strict=True):
            values[index] = value


def awaitable_indexes(executor: BreadthFirstExecutor, values: Sequence[Any]) -> Sequence[int]:
    """Where awaitable values are. One value of each type is tried, but each generator: some are awaitable."""
    unknown = set(map(type, values)) - PLAIN_TYPES
    if not unknown:
        return ()
    samples = {type(each): each for each in values}
    maybe = {kind for kind in unknown if kind is GeneratorType or executor.is_awaitable(samples[kind])}
    return [index for index, each in enumerate(values) if type(each) in maybe and executor.is_awaitable(each)]
