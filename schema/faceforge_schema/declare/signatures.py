"""What a declared function takes: which of its parameters Core supplies, and which become arguments of its field."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

import strawberry

from faceforge_schema.context import Context, Info, Reader, Write
from faceforge_schema.directives import EXAMPLE, PATTERN

STORES = (Reader, Write)
"""Types of parameters that Core supplies, like `Context`; a parameter of any other type is an argument."""


@dataclass(frozen=True)
class Signature:
    """A declared function, its annotations resolved."""

    function: Callable[..., Any]
    arguments: tuple[inspect.Parameter, ...]
    stores: tuple[str, ...]
    contexts: tuple[str, ...]
    returns: Any

    def supplied(self, store: Reader | Write, context: Context) -> dict[str, Any]:
        """The parameters that Core supplies, by name."""
        return {**dict.fromkeys(self.stores, store), **dict.fromkeys(self.contexts, context)}


def argument(description: str, example: Any = None, *, pattern: str | None = None) -> Any:
    """What an argument of its own is, as a part of its type: `Annotated[str | None, argument("…", "…")]`.

    An argument that is named like a field of what is answered needs none: it is described by that field.
    """
    return strawberry.argument(description=description, metadata={EXAMPLE: example, PATTERN: pattern})


def signature_of(function: Callable[..., Any], *, positional: int = 0) -> Signature:
    """The signature of a declared function. Its first `positional` parameters are filled in by position."""
    hints = get_type_hints(function, include_extras=True)
    parameters = [
        each.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, each in inspect.signature(function).parameters.items()
    ][positional:]
    return Signature(
        function,
        tuple(each for each in parameters if each.annotation not in (*STORES, Context)),
        tuple(each.name for each in parameters if each.annotation in STORES),
        tuple(each.name for each in parameters if each.annotation is Context),
        hints["return"],
    )


def adopt(
    resolve: Callable[..., Any],
    signature: Signature,
    *,
    leading: Sequence[inspect.Parameter] = (),
    first: Sequence[inspect.Parameter] = (),
    extra: Sequence[inspect.Parameter] = (),
    returns: Any = None,
) -> None:
    """Give `resolve` the name, the module and the arguments of the declared function, as Strawberry reads them."""
    function = signature.function
    info = inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info)
    result = returns if returns is not None else signature.returns
    resolve.__name__ = resolve.__qualname__ = function.__name__
    resolve.__module__ = function.__module__
    resolve.__doc__ = function.__doc__
    parameters = [*leading, info, *first, *signature.arguments, *extra]
    resolve.__signature__ = inspect.Signature(parameters, return_annotation=result)  # type: ignore[attr-defined]  # read by inspect
    resolve.__annotations__ = {**{each.name: each.annotation for each in parameters}, "return": result}


def placeholder() -> Callable[..., Any]:
    """What Strawberry takes for the resolver of a field that a batch function answers."""

    def resolve(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a field that is computed for a whole level was resolved for one object")

    return resolve
