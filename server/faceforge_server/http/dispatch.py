"""Runs a document for a request and hands back its data, or raises what went wrong. All faces go through here."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from strawberry.types import ExecutionResult

from faceforge_schema import NOBODY, Actor, Context, Contract, Core
from faceforge_schema.execute.masking import expected_of
from faceforge_storage.errors import Fault, InvalidInput

KEY_LENGTH = 255


def context_of(request: Request, **more: Any) -> Context:
    """The context of a request, with the actor that authentication found."""
    core: Core = request.app.state.core
    actor: Actor = request.scope.get("actor", NOBODY)
    base_url = f"{request.scope['scheme']}://{request.headers.get('host', '')}"
    return Context(core, actor, base_url, _idempotency_key(request), **more)


async def execute(
    contract: Contract, text: str, variables: dict[str, Any] | None, context: Context, name: str | None = None
) -> ExecutionResult:
    """Run a query or a mutation of any face."""
    return await contract.execute(text, variables, context, operation_name=name)


async def call(contract: Contract, text: str, variables: dict[str, Any], context: Context) -> Any:
    """Run one of Core's own documents and answer what its one field gave; raises the error of our tree."""
    context.trusted = True
    result = await execute(contract, text, variables, context)
    if result.errors:
        raise expected_of(result.errors[0])
    assert result.data is not None
    (answer,) = result.data.values()
    return answer


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not (0 < len(key) <= KEY_LENGTH and key.isascii() and key.isprintable()):
        said = f"The Idempotency-Key has 1 to {KEY_LENGTH} printable ASCII characters."
        raise InvalidInput(said, errors=(Fault("/idempotency-key", said, "invalid", "header"),))
    return key
