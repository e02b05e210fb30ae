"""Fields that are computed for many objects at once: the whole level of a query costs one call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar, get_args, overload

import strawberry
from sqlalchemy import Select
from strawberry.types.field import StrawberryField

from faceforge_executor import BATCH, Batch, Level, Objects, OnePerParent
from faceforge_schema.context import Reader
from faceforge_schema.declare.resources import Record
from faceforge_schema.declare.selected_columns import records_by_key
from faceforge_schema.declare.signatures import Signature, adopt, placeholder, signature_of
from faceforge_schema.directives import VOLATILE

P = ParamSpec("P")
Rows = TypeVar("Rows")
Value = TypeVar("Value")
BatchFunction = Callable[Concatenate[Rows, Objects, P], Sequence[Value]]


@overload
def batched(
    owner: type, reads: Iterable[str], *, volatile: bool = False, name: str | None = None
) -> Callable[[BatchFunction[Reader, P, Value]], BatchFunction[Reader, P, Value]]: ...
@overload
def batched(
    owner: type,
    reads: Iterable[str],
    rows: Callable[[Level], Rows],
    *,
    volatile: bool = False,
    name: str | None = None,
) -> Callable[[BatchFunction[Rows, P, Value]], BatchFunction[Rows, P, Value]]: ...
def batched(
    owner: type,
    reads: Iterable[str],
    rows: Callable[[Level], Any] | None = None,
    *,
    volatile: bool = False,
    name: str | None = None,
) -> Any:
    """Add a field to `owner`: `function(db, parents, **arguments)` answers a sequence, one value for each parent.

    `reads` are the columns of `parents` that it uses; the field has the function's name, unless `name` is another.
    With `rows` it gets what `rows(level)` answers in place of `db`, and the fields of one level that have the same
    `rows` share it. A `volatile` value depends on more than what is stored, such as the time: an answer with it is
    never cached. The noun that knows both ends adds the field, so nouns import each other one way only.
    """

    def declare(function: BatchFunction[Any, P, Value]) -> BatchFunction[Any, P, Value]:
        signature = signature_of(function, positional=2)

        def answer(level: Level) -> Sequence[Any]:
            first: Any = level.context.snapshot
            if rows is not None:
                if rows not in level.shared:
                    level.shared[rows] = rows(level)
                first = level.shared[rows]
            values: Sequence[Any] = signature.function(first, level.parents, **level.arguments)
            return values

        (value,) = get_args(signature.returns)
        add_field(
            owner, signature, Batch(answer, frozenset(reads)), returns=value, volatile=volatile, name=name
        )
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

    `by` is the column with the `key` of the other record, or what works it out of the columns `reads`. `always` means
    that there is one.
    """
    column = by if isinstance(by, str) else None
    wanted = by if callable(by) else lambda parents: parents.column(column or "")

    def declare(function: Callable[[], Select[Any]]) -> Callable[[], Select[Any]]:
        def answer(level: Level) -> OnePerParent:
            return records_by_key(level, function, key, wanted(level.parents))

        columns = frozenset((*reads, column) if column else reads)
        returns = node if always else node | None
        add_field(owner, signature_of(function), Batch(answer, columns), returns=returns)
        return function

    return declare


def add_field(
    owner: type,
    signature: Signature,
    batch: Batch,
    returns: Any,
    extra: Sequence[inspect.Parameter] = (),
    name: str | None = None,
    volatile: bool = False,
) -> None:
    """Put a field with the function's name (or `name`), arguments and description on a type that is declared."""
    resolve = placeholder()
    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    adopt(resolve, signature, leading=[itself], extra=extra, returns=returns)
    description = inspect.cleandoc(signature.function.__doc__ or "")
    metadata: dict[Any, Any] = {BATCH: batch, VOLATILE: volatile}
    field: StrawberryField = strawberry.field(resolve, description=description, metadata=metadata)
    field.origin = owner
    field.python_name = name or signature.function.__name__
    for each in (owner, *owner.__subclasses__()):
        each.__strawberry_definition__.fields.append(field)  # type: ignore[attr-defined]  # owners are Strawberry types
