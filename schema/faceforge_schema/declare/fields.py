"""Fields that are computed for many objects at once: the whole level of a query costs one call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import strawberry
from sqlalchemy import Select
from strawberry.types.field import StrawberryField

from faceforge_executor import BATCH, Batch, Level, Objects, OnePerParent
from faceforge_schema.context import Reader
from faceforge_schema.declare.operation import present, stand_in
from faceforge_schema.declare.resources import Record
from faceforge_schema.declare.selected_columns import found_by

Answers = Sequence[Any]


def batched(
    owner: type, reads: Iterable[str], rows: Callable[[Reader, Objects], Any] | None = None
) -> Callable[[Callable[..., Answers]], Callable[..., Answers]]:
    """Add a field to `owner`: `function(db, parents, **arguments)` answers a list with one result for each parent.

    `reads` are the columns it asks of `parents`. With `rows` it gets what `rows(db, parents)` answers in place of `db`,
    and the fields of one level that have the same `rows` share it. The noun that knows both ends adds the field, so
    nouns import each other one way only.
    """

    def declare(function: Callable[..., Answers]) -> Callable[..., Answers]:
        def answer(level: Level) -> Answers:
            found: Any = level.context.snapshot
            if rows is not None:
                if rows not in level.shared:
                    level.shared[rows] = rows(found, level.parents)
                found = level.shared[rows]
            return function(found, level.parents, **level.arguments)

        item = inspect.signature(function).return_annotation
        returns = item.removeprefix("Sequence[").removesuffix("]") if isinstance(item, str) else item
        add_field(owner, function, Batch(answer, frozenset(reads)), returns=returns)
        return function

    return declare


def reference(
    owner: type,
    node: type[Record],
    *,
    by: str | Callable[[Objects], Sequence[Any]],
    reads: Iterable[str] = (),
    key: str = "id",
    always: bool = False,
) -> Callable[[Callable[[], Select[Any]]], Callable[[], Select[Any]]]:
    """Add a field that leads to one other record: `function()` answers the statement for all that it may lead to.

    `by` is the column with the `key` of the other record, or what works it out of the columns `reads`. `always` says
    that there is one.
    """
    column = by if isinstance(by, str) else None
    wanted = by if callable(by) else lambda parents: parents.column(column or "")

    def declare(function: Callable[[], Select[Any]]) -> Callable[[], Select[Any]]:
        def answer(level: Level) -> OnePerParent:
            return found_by(level, function, key, wanted(level.parents))

        asked = frozenset((*reads, column) if column else reads)
        returns = node if always else node | None
        add_field(owner, function, Batch(answer, asked), returns=returns)
        return function

    return declare


def add_field(
    owner: type,
    function: Callable[..., Any],
    batch: Batch,
    returns: Any,
    extra: Sequence[inspect.Parameter] = (),
    name: str | None = None,
) -> None:
    """Put a field with the name (or `name`), arguments and description of `function` on a type that is declared."""
    resolve = stand_in()
    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    present(resolve, function, leading=[itself], extra=extra, returns=returns)
    described = inspect.cleandoc(function.__doc__ or "")
    field: StrawberryField = strawberry.field(resolve, description=described, metadata={BATCH: batch})
    field.origin = owner
    field.python_name = name or function.__name__
    for each in (owner, *owner.__subclasses__()):
        each.__strawberry_definition__.fields.append(field)  # type: ignore[attr-defined]  # owners are Strawberry types
