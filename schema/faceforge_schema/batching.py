"""Fields that are computed for many objects at once: the whole level of a query costs one call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

from faceforge_schema.context import Info, frozen
from faceforge_schema.operation import present


def batched(owner: type) -> Callable[[Callable[..., Sequence[Any]]], Callable[..., Sequence[Any]]]:
    """Add a field to `owner`: `function(db, parents, **arguments)` answers a list with one result for each parent.

    The noun that knows both ends adds the field, so nouns import each other one way only.
    """

    def declare(function: Callable[..., Sequence[Any]]) -> Callable[..., Sequence[Any]]:
        async def resolve(self: Any, info: Info, **arguments: Any) -> Any:
            context = info.context

            async def load(parents: list[Any]) -> Sequence[Any]:
                return await context.core.database.read(function, parents, **arguments)

            return await context.loader((function, frozen(arguments.items())), load).load(self)

        item = inspect.signature(function).return_annotation
        returns = item.removeprefix("Sequence[").removesuffix("]") if isinstance(item, str) else item
        add_field(owner, function, resolve, returns=returns)
        return function

    return declare


def add_field(
    owner: type,
    function: Callable[..., Any],
    resolve: Callable[..., Any],
    returns: Any,
    extra: Sequence[inspect.Parameter] = (),
    name: str | None = None,
) -> None:
    """Put a field with the name (or `name`), arguments and description of `function` on a type that is declared."""
    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    present(resolve, function, leading=[itself], extra=extra, returns=returns)
    field: StrawberryField = strawberry.field(resolve, description=inspect.cleandoc(function.__doc__ or ""))
    field.origin = owner
    field.python_name = name or function.__name__
    for each in (owner, *owner.__subclasses__()):
        each.__strawberry_definition__.fields.append(field)  # type: ignore[attr-defined]  # owners are Strawberry types
