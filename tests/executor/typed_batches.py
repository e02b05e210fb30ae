"""What a batch function must be, for mypy and pyright: `dev.py lint` checks this file, nothing runs it.

A line that must be an error is marked as one, and mypy reports a mark that is of no use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_type

from faceforge_executor import (
    Batch,
    ColumnTable,
    Level,
    ManyPerParent,
    ObjectList,
    Objects,
    OnePerParent,
    run_sync,
)


def values(level: Level) -> list[int]:
    raise NotImplementedError


async def values_later(level: Level) -> Sequence[str]:
    raise NotImplementedError


def single_objects(level: Level) -> OnePerParent:
    raise NotImplementedError


async def lists(level: Level) -> ManyPerParent:
    raise NotImplementedError


def one_value(level: Level) -> int:
    raise NotImplementedError


def of_the_parents(parents: Objects) -> list[int]:
    raise NotImplementedError


def check_what_a_batch_is_made_of() -> None:
    assert [Batch(values), Batch(values_later), Batch(single_objects, frozenset({"id"})), Batch(lists)]
    Batch(one_value)  # type: ignore[arg-type]  # one value for each parent
    Batch(of_the_parents)  # type: ignore[arg-type]  # it is called with a Level


def check_what_a_result_is_made_of(things: list[object]) -> None:
    assert [OnePerParent(ObjectList(things), [0]), ManyPerParent(ColumnTable({}, 2), [1, 1])]
    OnePerParent(things)  # type: ignore[arg-type]  # objects, whose columns can be read
    ManyPerParent(ObjectList(things))  # type: ignore[call-arg]  # how many belong to each parent?


def check_what_run_sync_returns(level: Level) -> None:
    assert_type(run_sync(lists(level)), ManyPerParent)
