"""Uvicorn's HTTP protocol, which bounds the head of a request, with the ASGI extension *zero copy send*: the kernel
moves files to sockets."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from faceforge_server.http.header_limit import MAX_HEAD_BYTES, BoundedHead, BoundedParser
from faceforge_server.http.problem import problem_response
from faceforge_server.http.request_ids import NO_SNIFF
from faceforge_storage.errors import RequestHeaderFieldsTooLarge

ZERO_COPY = "http.response.zerocopysend"
TURN_BYTES = 2 * 1024 * 1024
"""How much one client may be sent before others have their turn."""

LINGER_SECONDS = 2
"""How long a client that still sends its head is listened to: closed at once, it would not get to read why."""


class ZeroCopyProtocol(HttpToolsProtocol):
    """Pass it to Uvicorn as `http=`, with `loop="asyncio"`: uvloop has no sendfile.

    Where the system has no sendfile, asyncio reads and writes instead; the application need not know.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head = BoundedHead(self)
        self.parser = BoundedParser(self._head)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as Uvicorn does

    def data_received(self, data: bytes) -> None:
        if not self._head.too_large:
            super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser has refused: 400, or 431 when the head is too large; then close."""
        if not self._head.too_large:
            super().send_400_response(msg)
        elif self.cycle is not None and not self.cycle.response_complete:
            self.transport.close()  # it would stand in the middle of another answer
        else:
            self.transport.write(_too_large())
            self.transport.write_eof()
            self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {ZERO_COPY: {}}

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        super()._start_asgi_task(cycle, ZeroCopyApplication(app, cycle, self.loop))


def _too_large() -> bytes:
    problem = problem_response(
        RequestHeaderFieldsTooLarge(f"The head of the request is larger than {MAX_HEAD_BYTES} bytes.")
    )
    headers = [*problem.raw_headers, NO_SNIFF, (b"connection", b"close")]
    lines = [STATUS_LINE[problem.status_code], *(b"%b: %b\r\n" % header for header in headers)]
    return b"".join([*lines, b"\r\n", problem.body])


class ZeroCopyApplication:
    """The application of one request, with a `send` that knows the message `http.response.zerocopysend`."""

    def __init__(self, app: Any, cycle: RequestResponseCycle, loop: asyncio.AbstractEventLoop) -> None:
        self.app, self.cycle, self.loop = app, cycle, loop

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, self.send)

    async def send(self, message: Any) -> None:
        """Send a message; when the client has gone, do nothing, as Uvicorn does."""
        if message["type"] == ZERO_COPY:
            await self.send_file(message["file"], message["offset"], message["count"])
            message = {"type": "http.response.body", "more_body": message.get("more_body", False)}
        if self.cycle.transport.is_closing():
            self.cycle.disconnected = True  # Uvicorn does not know yet
        await self.cycle.send(message)

    async def send_file(self, file: Any, offset: int, count: int) -> None:
        """Send `count` bytes of an open file, which must have them: Content-Length is already sent.

        Raises OSError when they are not there; the connection is cut then, so that the client does not take
        the part it has for the whole.
        """
        cycle = self.cycle
        if cycle.chunked_encoding or count > cycle.expected_content_length:
            raise RuntimeError("A file goes out only within a declared Content-Length")
        try:
            while count and not cycle.disconnected and not cycle.transport.is_closing():
                sent = await self.loop.sendfile(cycle.transport, file, offset, min(count, TURN_BYTES))
                if not sent:
                    raise OSError("The file ended before its recorded size")
                offset, count = offset + sent, count - sent
                cycle.expected_content_length -= sent
        except ConnectionError:
            cycle.disconnected = True
            cycle.transport.abort()
        except BaseException:
            cycle.transport.abort()
            raise
