"""Declares what FaceForge can be asked: a function becomes a field of the schema and, by its directive, a REST route.

The function is plain Python. A query gets a `Reader` (the snapshot of its document), a mutation a `Write` (one
transaction, one changeset), by a parameter of that type; `Context` likewise. It runs in a thread of the database;
permissions were checked before, errors are translated after. Nothing is registered anywhere: `contract.py` collects
the operations of the noun modules.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Generic, Literal, ParamSpec, TypeVar, overload

import strawberry
from strawberry.types.field import StrawberryField

from faceforge_executor import BATCH, Batch
from faceforge_schema.context import Context, Info, Write
from faceforge_schema.declare.idempotency import answer_once
from faceforge_schema.declare.resources import Record
from faceforge_schema.declare.signatures import Signature, adopt, signature_of
from faceforge_schema.directives import VOLATILE, OperationDirective
from faceforge_schema.execute.deadline import wait_to_the_end
from faceforge_schema.execute.preparation import Unread
from faceforge_storage.errors import FaceForgeError, IdempotencyMismatch, NotFound

P = ParamSpec("P")
R = TypeVar("R")
Created = TypeVar("Created", bound=Record)
Kind = Literal["query", "mutation", "subscription"]
Errors = Sequence[type[FaceForgeError]]
Beforehand = Callable[..., None]
Afterwards = Callable[[Context], Awaitable[None]]
Again = Callable[[Any], Awaitable[bool]]
"""Whether to do it once more, after waiting for a reason to; takes what came of it."""
Patience = Callable[[Context, Mapping[str, Any]], AbstractAsyncContextManager[Again]]
"""What a mutation that may wait for something to happen waits by; takes its arguments."""


@dataclass(frozen=True)
class Operation(Generic[P, R]):
    """A root field of the schema, and the function that was declared as it."""

    kind: Kind
    field: StrawberryField
    function: Callable[P, R]


def query(
    rest: str | None, *, needs: str | None, errors: Errors = (), volatile: bool = False
) -> Callable[[Callable[P, R]], Operation[P, R]]:
    """A question. `rest` is `"GET /path/{argument}"`, or None for GraphQL only; `needs` is the permission for it,
    None where any token will do.

    One that may be NotFound is nullable in GraphQL, so that a stale id takes no other field along. One whose answer
    depends on more than what is stored, such as the time, is `volatile`: it is never cached.
    """

    def declare(function: Callable[P, R]) -> Operation[P, R]:
        signature = signature_of(function)

        def resolve(info: Info, **arguments: Any) -> Any:
            context = info.context
            return signature.function(**signature.supplied(context.snapshot, context), **arguments)

        returns = signature.returns | None if NotFound in errors else signature.returns
        field = operation_field(
            "query", signature, resolve, rest, needs, errors, returns=returns, volatile=volatile
        )
        return Operation("query", field, function)

    return declare


@overload
def mutation(
    rest: str | None,
    *,
    needs: str,
    errors: Errors = (),
    status: Literal[201],
    before: Beforehand | None = None,
) -> Callable[[Callable[P, Created]], Operation[P, Created]]: ...
@overload
def mutation(
    rest: str | None,
    *,
    needs: str | None,
    errors: Errors = (),
    status: Literal[200, 202, 204] = 200,
    before: Beforehand | None = None,
    then: Afterwards | None = None,
    patience: Patience | None = None,
) -> Callable[[Callable[P, R]], Operation[P, R]]: ...
def mutation(
    rest: str | None,
    *,
    needs: str | None,
    errors: Errors = (),
    status: int = 200,
    before: Beforehand | None = None,
    then: Afterwards | None = None,
    patience: Patience | None = None,
) -> Any:
    """A change: one transaction and one changeset. One that answers 201 creates a record, takes an idempotency key.
    `needs` is None where any token will do.

    `before` is called with a Reader, the Context and the arguments, before anything waits for this transaction: there
    stands what takes long, such as looking at a disk. `then` is awaited once it is committed, before it is answered.
    One with `patience` is done again, each time in a transaction of its own, until there is something to answer; in
    between it holds nothing of the database.
    """
    creates = status == 201

    def declare(function: Callable[P, R]) -> Operation[P, R]:
        signature = signature_of(function)

        async def resolve(info: Info, **sent: Any) -> Any:
            context = info.context
            arguments = {name: await _read(context, value) for name, value in sent.items()}

            def work(tx: Write) -> Any:
                def run() -> Any:
                    return signature.function(**signature.supplied(tx, context), **arguments)

                if not creates or context.idempotency_key is None:
                    return run()
                return answer_once(tx, context, str(info.path.key), signature, arguments, run)

            database, actor = context.core.database, context.actor.name
            if before is not None:
                await database.read(context.turn, before, context, **arguments)
            wait_to_the_end()
            if patience is None:
                result = await database.write(context.turn, actor, info.field_name, work)
            else:
                async with patience(context, arguments) as again:
                    result = await database.write(context.turn, actor, info.field_name, work)
                    while await again(result):
                        result = await database.write(context.turn, actor, info.field_name, work)
            if then is not None:
                await then(context)
            return result

        declared = (*errors, IdempotencyMismatch) if creates else errors
        field = operation_field("mutation", signature, resolve, rest, needs, declared, status=status)
        return Operation("mutation", field, function)

    return declare


def subscription(
    *, name: str, needs: str | None
) -> Callable[[Callable[P, AsyncIterator[R]]], Operation[P, AsyncIterator[R]]]:
    """A stream, called `name`: an async generator that may take the `Context`; `needs` None is for any token."""

    def declare(function: Callable[P, AsyncIterator[R]]) -> Operation[P, AsyncIterator[R]]:
        signature = signature_of(function)

        async def resolve(info: Info, **arguments: Any) -> Any:
            contexts = dict.fromkeys(signature.contexts, info.context)
            async for event in signature.function(**contexts, **arguments):
                yield event

        field = operation_field("subscription", signature, resolve, None, needs, ())
        field.python_name = name
        return Operation("subscription", field, function)

    return declare


async def _read(context: Context, value: Any) -> Any:
    """An argument as the function takes it; raises what validating it does, Busy."""
    if not isinstance(value, Unread):
        return value
    return await context.core.computing.run(context.turn, value.read)


def operation_field(
    kind: Kind,
    signature: Signature,
    resolve: Callable[..., Any],
    rest: str | None,
    needs: str | None,
    errors: Errors,
    *,
    status: int = 200,
    first: Sequence[inspect.Parameter] = (),
    extra: Sequence[inspect.Parameter] = (),
    returns: Any = None,
    batch: Batch | None = None,
    volatile: bool = False,
) -> StrawberryField:
    """The root field: its arguments (`first`, the function's own, `extra`), its description, its directive.

    With a `batch` that is what answers it, and `resolve` lends it no more than the arguments.
    """
    adopt(resolve, signature, first=first, extra=extra, returns=returns)
    method, path = rest.split(" ", 1) if rest else (None, None)
    codes = sorted({error.code for error in errors})
    directive = OperationDirective(method=method, path=path, status=status, errors=codes, needs=needs)
    make = strawberry.subscription if kind == "subscription" else strawberry.field
    description = inspect.cleandoc(signature.function.__doc__ or "")
    metadata: dict[str, Any] = {VOLATILE: volatile}
    if batch is not None:
        metadata[BATCH] = batch
    field: StrawberryField = make(resolve, description=description, directives=[directive], metadata=metadata)
    return field
