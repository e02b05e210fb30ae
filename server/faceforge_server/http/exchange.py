"""One request and its answer, between the application and Uvicorn: a body that comes in time, an answer that is sent
in pieces, and the ASGI extension *zero copy send*, by which the kernel moves files to sockets."""

from __future__ import annotations

import asyncio
import math
import socket
from contextlib import suppress
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from faceforge_server.http.answers import PIECE_BYTES
from faceforge_server.http.connections import Connection
from faceforge_storage.errors import FaceForgeError
from faceforge_storage.home.settings import Limits

ZERO_COPY = "http.response.zerocopysend"
TURN_BYTES = 2 * 1024 * 1024
"""How much one client may be sent before others have their turn."""


class Exchange:
    """The application of one request, which gives it a `receive` with a deadline and a `send` that holds back.

    Where the system has no sendfile, asyncio reads and writes instead; the application need not know.
    """

    def __init__(
        self,
        app: Any,
        cycle: RequestResponseCycle,
        connection: Connection,
        loop: asyncio.AbstractEventLoop,
        limits: Limits,
    ) -> None:
        self.app, self.cycle, self.connection, self.loop, self.limits = app, cycle, connection, loop, limits
        self._ended: FaceForgeError | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await self.app(scope, self.receive, self.send)
        except asyncio.CancelledError:  # by a stop that waits no longer
            self.cycle.disconnected = True
            self.connection.cut()

    async def receive(self) -> Any:
        """The next message; raises RequestTimeout when the body does not come on, Unavailable when Core stops."""
        if not self._is_waited_for:
            return await self.cycle.receive()
        if self._ended is not None:
            raise self._ended
        self.connection.deadline = self.loop.time() + self.limits.body_idle_seconds
        message = await self.cycle.receive()
        self.connection.deadline = math.inf
        if self._ended is not None:
            raise self._ended
        return message

    def end_body(self, error: FaceForgeError) -> None:
        """Wait no longer for the body: whoever reads it gets the error. Without effect when it is there already."""
        if self._is_waited_for:
            self._ended = error
            self.cycle.keep_alive = False  # what comes after all would be taken for the next request
            self.cycle.message_event.set()

    @property
    def _is_waited_for(self) -> bool:
        """Whether more of the body is to come, and no answer goes out yet."""
        return self.cycle.more_body and not self.cycle.response_started

    async def send(self, message: Any) -> None:
        """Send a message, and return when the kernel has all of it, or the connection is lost.

        Of a large body the transport never holds more than a piece. When the client has gone, do nothing, as Uvicorn
        does.
        """
        cycle = self.cycle
        if message["type"] == ZERO_COPY:
            await self._send_file(message["file"], message["offset"], message["count"])
            message = {"type": "http.response.body", "more_body": message.get("more_body", False)}
        if cycle.transport.is_closing():
            cycle.disconnected = True  # Uvicorn does not know yet
        body = message.get("body", b"")
        if len(body) > PIECE_BYTES:
            rest = memoryview(body)
            while len(rest) > PIECE_BYTES and not cycle.disconnected:
                piece, rest = rest[:PIECE_BYTES], rest[PIECE_BYTES:]
                await cycle.send(cast("Any", {**message, "body": piece, "more_body": True}))
            message = {**message, "body": rest}
        await cycle.send(message)
        if cycle.flow.write_paused:
            await cycle.flow.drain()

    async def _send_file(self, file: Any, offset: int, count: int) -> None:
        """Send `count` bytes of an open file, which must have them: Content-Length is already sent.

        Raises OSError when they are not there; the connection is cut then, so that the client does not take
        the part it has for the whole.
        """
        cycle = self.cycle
        if cycle.chunked_encoding or count > cycle.expected_content_length:
            raise RuntimeError("A file goes out only within a declared Content-Length")
        try:
            while count and not cycle.disconnected and not cycle.transport.is_closing():
                self.connection.begin_file()
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
        finally:
            self.connection.sends_file = False

    def abort(self) -> None:
        """Cut the connection, also in the middle of a file: sendfile knows the socket, not the transport."""
        if self.connection.sends_file:
            with suppress(OSError):  # it is closed already
                self.cycle.transport.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        else:
            self.cycle.transport.abort()
