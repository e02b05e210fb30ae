"""A name for each request: it stands in every log line and in the answer, so that one finds the other."""

from __future__ import annotations

import random
from contextvars import ContextVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

NO_SNIFF = (b"x-content-type-options", b"nosniff")
_numbers = random.Random()  # noqa: S311  # no secret: the system's generator would cost a call, and the thread its turn
_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def current_request_id() -> str | None:
    """The id of the request that is being answered here, or None outside of one."""
    return _current.get()


class RequestIds:
    """The outermost layer: gives each request an id, and each answer the headers that none goes without.

    They are `X-Request-Id`, and `nosniff`: no browser takes an answer for another media type than the declared one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        request_id = f"{_numbers.getrandbits(64):016x}"
        added = ((b"x-request-id", request_id.encode()), NO_SNIFF)

        async def send_named(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        token = _current.set(request_id)
        try:
            await self.app(scope, receive, send_named)
        finally:
            _current.reset(token)
