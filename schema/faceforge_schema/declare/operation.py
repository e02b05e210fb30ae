"""Declares what FaceForge can be asked: a function becomes a field of the schema and, by its directive, a REST route.

The function is plain Python. A query gets a `Reader` (the snapshot of its document), a mutation a `Write` (one
transaction, one changeset), by naming a parameter of that type; `Context` likewise. It runs in a thread of the
database; permissions were checked before, errors are translated after. Nothing is registered anywhere: `contract.py`
collects the operations of the noun modules.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import strawberry
from strawberry.types.field import StrawberryField

from faceforge_executor import BATCH, Batch
from faceforge_schema.context import Context, Info, Write
from faceforge_schema.declare.idempotency import once
from faceforge_schema.directives import OperationDirective
from faceforge_schema.execute.deadline import wait_to_the_end
from faceforge_storage.errors import FaceForgeError, IdempotencyMismatch

Kind = Literal["query", "mutation", "subscription"]
Errors = Sequence[type[FaceForgeError]]

GIVEN = frozenset({"Reader", "Write", "Context"})
"""Parameter types that Core fills in; all others are arguments."""


@dataclass(frozen=True)
class Operation:
    """A root field of the schema."""

    kind: Kind
    field: StrawberryField


def query(rest: str | None, *, needs: str, errors: Errors = ()) -> Callable[[Callable[..., Any]], Operation]:
    """A question. `rest` is `"GET /path/{argument}"`, or None for GraphQL only; `needs` is the permission asked for."""

    def declare(function: Callable[..., Any]) -> Operation:
        given = given_to(function)

        def resolve(info: Info, **arguments: Any) -> Any:
            context = info.context
            return function(**given(context.snapshot, context), **arguments)

        return operation("query", function, resolve, rest, 200, needs, errors)

    return declare


def mutation(
    rest: str | None, *, needs: str, errors: Errors = (), status: int = 200
) -> Callable[[Callable[..., Any]], Operation]:
    """A change: one transaction and one changeset. One that answers 201 takes an idempotency key."""
    creates = status == 201

    def declare(function: Callable[..., Any]) -> Operation:
        given = given_to(function)

        async def resolve(info: Info, **arguments: Any) -> Any:
            context = info.context

            def work(tx: Write) -> Any:
                def run() -> Any:
                    return function(**given(tx, context), **arguments)

                if not creates or context.idempotency_key is None:
                    return run()
                key = f"{context.idempotency_key}/{info.path.key}"
                return once(tx, context.actor.name, key, function, arguments, run)

            wait_to_the_end()
            return await context.core.database.write(context.actor.name, info.field_name, work)

        declared = (*errors, IdempotencyMismatch) if creates else errors
        return operation("mutation", function, resolve, rest, status, needs, declared)

    return declare


def subscription(*, name: str, needs: str) -> Callable[[Callable[..., Any]], Operation]:
    """A stream of events, called `name`: an async generator of `(context, …)`."""

    def declare(function: Callable[..., Any]) -> Operation:
        async def resolve(info: Info, **arguments: Any) -> Any:
            async for event in function(context=info.context, **arguments):
                yield event

        made = operation("subscription", function, resolve, None, 200, needs, ())
        made.field.python_name = name
        return made

    return declare


def operation(
    kind: Kind,
    function: Callable[..., Any],
    resolve: Callable[..., Any],
    rest: str | None,
    status: int,
    needs: str,
    errors: Errors,
    *,
    first: Sequence[inspect.Parameter] = (),
    extra: Sequence[inspect.Parameter] = (),
    returns: Any = None,
    batch: Batch | None = None,
) -> Operation:
    """Make the root field: its arguments (`first`, the function's own, `extra`), its docstring, its directive.

    With a `batch` that is what answers it, and `resolve` lends it no more than the arguments.
    """
    present(resolve, function, first=first, extra=extra, returns=returns)
    method, path = rest.split(" ", 1) if rest else (None, None)
    told = OperationDirective(
        method=method, path=path, status=status, errors=sorted({error.code for error in errors}), needs=needs
    )
    make = strawberry.subscription if kind == "subscription" else strawberry.field
    described = inspect.cleandoc(function.__doc__ or "")
    offered = {BATCH: batch} if batch is not None else {}
    field = make(resolve, description=described, directives=[told], metadata=offered)
    return Operation(kind, field)


def present(
    resolve: Callable[..., Any],
    function: Callable[..., Any],
    *,
    leading: Sequence[inspect.Parameter] = (),
    first: Sequence[inspect.Parameter] = (),
    extra: Sequence[inspect.Parameter] = (),
    returns: Any = None,
) -> None:
    """Give `resolve` the name, the module and the arguments of `function`, as Strawberry reads them."""
    signature = inspect.signature(function)
    own = [
        each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for each in signature.parameters.values()
        if not _is_given(each)
    ]
    info = inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info)
    result = returns if returns is not None else signature.return_annotation
    resolve.__name__ = resolve.__qualname__ = function.__name__
    resolve.__module__ = function.__module__
    resolve.__doc__ = function.__doc__
    parameters = [*leading, info, *first, *own, *extra]
    resolve.__signature__ = signature.replace(parameters=parameters, return_annotation=result)  # type: ignore[attr-defined]  # read by inspect
    resolve.__annotations__ = {**{each.name: each.annotation for each in parameters}, "return": result}


def _is_given(parameter: inspect.Parameter) -> bool:
    return parameter.annotation in GIVEN or parameter.name in {"parents", "found"}


def stand_in() -> Callable[..., Any]:
    """What Strawberry takes for the resolver of a field that the executor asks its batch function for."""

    def resolve(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a field that is computed for a whole level was asked for one object")

    return resolve


def given_to(function: Callable[..., Any]) -> Callable[[Any, Context], dict[str, Any]]:
    """What makes, of a store and a context, the parameters of `function` that Core fills in."""
    parameters = inspect.signature(function).parameters
    wanted = [(name, each.annotation == "Context") for name, each in parameters.items() if _is_given(each)]
    return lambda store, context: {name: context if is_context else store for name, is_context in wanted}
