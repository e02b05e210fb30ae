"""Uvicorn's HTTP protocol, with bounds on the head of a request and on how long a client may keep Core waiting."""

from __future__ import annotations

import math
from typing import Any, cast

from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from faceforge_server.http.connections import SCOPE_KEY, Connection, OpenConnections
from faceforge_server.http.exchange import ZERO_COPY, Exchange
from faceforge_server.http.header_limit import MAX_HEAD_BYTES, BoundedHead, BoundedParser
from faceforge_server.http.problem import refusal
from faceforge_server.http.request_ids import NO_SNIFF
from faceforge_storage.errors import (
    FaceForgeError,
    RequestHeaderFieldsTooLarge,
    RequestTimeout,
    Unavailable,
)

LINGER_SECONDS = 2
"""How long a client that still sends its head is listened to: closed at once, it would not get to read why."""


class ZeroCopyProtocol(Connection, HttpToolsProtocol):
    """Pass it to Uvicorn as `http=`, with `loop="asyncio"`: uvloop has no sendfile.

    `held` has all connections of the server and their limits.
    """

    url = b""

    def __init__(self, *arguments: Any, held: OpenConnections | None = None, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.held = OpenConnections() if held is None else held
        self._limits = self.held.limits
        self._head = BoundedHead(self)
        self._head_begun = False
        self._exchange: Exchange | None = None
        self.parser = BoundedParser(self._head)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as Uvicorn does

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait(self._limits.head_seconds)

    def data_received(self, data: bytes) -> None:
        if not self._head.too_large:
            super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser has refused: 400, or 431 when the head is too large; then close."""
        if not self._head.too_large:
            super().send_400_response(msg)
        elif not self.is_idle:
            self.transport.close()  # it would stand in the middle of another answer
        else:
            self._refuse(
                RequestHeaderFieldsTooLarge(f"The head of the request is larger than {MAX_HEAD_BYTES} bytes.")
            )

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope = cast("dict[str, Any]", self.scope)
        scope["extensions"], scope[SCOPE_KEY] = {ZERO_COPY: {}}, self
        self._head_begun = True
        if self.is_idle:
            self._wait(self._limits.head_seconds)

    def on_headers_complete(self) -> None:
        self._head_begun = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        if self.is_idle:  # of a body that nobody wanted any more
            self._wait(self._limits.keep_alive_seconds)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self.deadline = math.inf
        self._exchange = Exchange(app, cycle, self, self.loop, self._limits)
        super()._start_asgi_task(cycle, self._exchange)

    def on_response_complete(self) -> None:
        """Begin with the next request, or wait for one. As Uvicorn does it, but without a timer for each request."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif (
            self.cycle.more_body
        ):  # the rest of what was answered early; however it comes, it must be over then
            self._wait(self._limits.body_idle_seconds)
        else:
            self._wait(self._limits.head_seconds if self._head_begun else self._limits.keep_alive_seconds)

    def handle_websocket_upgrade(self) -> None:
        self.held.leave(self)
        super().handle_websocket_upgrade()

    @property
    def is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    @property
    def sending(self) -> object:
        return self._exchange  # not `cycle`: that is of the request that came last

    def expire(self) -> None:
        if not self.is_idle:
            self._end_body(RequestTimeout(f"{self._late('limits.body_idle_seconds')} of the body."))
        elif self._head_begun:
            self._refuse(
                RequestTimeout(f"{self._late('limits.head_seconds')} the whole head of the request.")
            )
        else:
            self.transport.close()

    def end(self) -> None:
        if self.is_idle:
            self.transport.close()
        elif self.cycle.response_started:
            self.cut()
        else:
            self._end_body(Unavailable("Core is stopping."))

    def cut(self) -> None:
        if self._exchange is None:
            self.transport.abort()
        else:
            self._exchange.abort()

    def _wait(self, seconds: float) -> None:
        self.deadline = self.loop.time() + seconds

    def _end_body(self, error: FaceForgeError) -> None:
        if self._exchange is not None:
            self._exchange.end_body(error)

    def _late(self, limit: str) -> str:
        seconds = getattr(self._limits, limit.removeprefix("limits."))
        return f"Core has waited for {seconds:g} seconds ({limit}) for more"

    def _refuse(self, error: FaceForgeError) -> None:
        """Answer what never becomes a request, and close."""
        # As far as the head has come: that has the address in most cases, and so the form of the answer.
        path = self.url.partition(b"?")[0].decode("latin-1")
        self.transport.write(_whole(refusal(error, {"path": path, "headers": self.headers or []})))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


def _whole(answer: Response) -> bytes:
    """An answer with its head, as it goes over the wire."""
    headers = [*answer.raw_headers, NO_SNIFF, (b"connection", b"close")]
    lines = [STATUS_LINE[answer.status_code], *(b"%b: %b\r\n" % header for header in headers)]
    return b"".join([*lines, b"\r\n", answer.body])
