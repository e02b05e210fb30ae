"""The context of a request for the contract: who sends it, to which address, and under which idempotency key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from starlette.requests import HTTPConnection, Request

from faceforge_schema import NOBODY, Actor, Context, Core
from faceforge_schema.values.small_json import QUICK_BYTES
from faceforge_storage.errors import Fault, InvalidInput
from faceforge_storage.scheduling.fair_queue import Turn

T = TypeVar("T")

KEY_LENGTH = 255
ENDED_SESSIONS = "faceforge.ended_sessions"
"""Where a scope has the ids of the sessions that the request ends, when a session sends it."""


def context_of(request: Request) -> Context:
    """The context of a request, with the actor that authentication found; raises InvalidInput for a wrong key."""
    core: Core = request.app.state.core
    actor: Actor = request.scope.get("actor", NOBODY)
    return Context(
        core,
        actor,
        address_of(request),
        _idempotency_key(request),
        ended_sessions=request.scope.get(ENDED_SESSIONS, []),
        connection=request.client,
        gone=lambda: _gone(request),
    )


async def _gone(request: Request) -> None:
    """Return when the client has closed its connection; its request must have been read by then."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def address_of(connection: HTTPConnection) -> str:
    """The address that the caller used, such as `http://127.0.0.1:43210`; of a WebSocket the one over HTTP, too."""
    scheme = connection.scope["scheme"].replace("ws", "http")
    return f"{scheme}://{connection.headers.get('host', '')}"


def client_address(connection: HTTPConnection) -> str | None:
    """The address that the client has, such as `127.0.0.1`."""
    return connection.client.host if connection.client else None


async def computed(request: Request, size: int, work: Callable[[], T]) -> T:
    """What `work` makes of `size` bytes of a request, of many beside the event loop; raises what that does, Busy."""
    if size <= QUICK_BYTES:
        return work()
    core: Core = request.app.state.core
    actor: Actor = request.scope.get("actor", NOBODY)
    return await core.computing.run(Turn(actor.name, request.client), work)


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not (0 < len(key) <= KEY_LENGTH and key.isascii() and key.isprintable()):
        message = f"The Idempotency-Key has 1 to {KEY_LENGTH} printable ASCII characters."
        raise InvalidInput(message, errors=(Fault("/idempotency-key", message, "invalid", "header"),))
    return key
