"""Uvicorn's WebSocket protocol, with bounds on what a client without a token may send, and on what waits for one that
does not read."""

from __future__ import annotations

import asyncio
import math
from typing import Any, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.http11 import Request

from faceforge_server.http.answers import PIECE_BYTES
from faceforge_server.http.connections import SCOPE_KEY, Connection, OpenConnections
from faceforge_server.http.header_limit import MAX_HEAD_BYTES

HANDSHAKE_SECONDS = 30
"""How long a client may take until it has sent its token; `graphql/websocket.py` ends it earlier, and says why."""
UNTRUSTED_BYTES = 2 * MAX_HEAD_BYTES
"""What a client may send until its token is known: the head of its request, and a message that has the token."""


class WebSocketProtocol(Connection, WebSocketsSansIOProtocol):
    """Pass it to Uvicorn as `ws=`. `held` has all connections of the server and their limits."""

    def __init__(self, *arguments: Any, held: OpenConnections | None = None, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.held = OpenConnections() if held is None else held
        self._sending = asyncio.Lock()
        self._untrusted_bytes = 0
        self._message: object = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.deadline = self.loop.time() + HANDSHAKE_SECONDS

    def data_received(self, data: bytes) -> None:
        if not self.is_authenticated:
            self._untrusted_bytes += len(data)
            if self._untrusted_bytes > UNTRUSTED_BYTES:
                self.cut()
                return
        super().data_received(data)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:  # else the handshake was refused
            cast("dict[str, Any]", self.scope)[SCOPE_KEY] = self

    def authenticated(self) -> None:
        self.deadline = math.inf

    @property
    def sending(self) -> object:
        return self._message

    async def send(self, message: Any) -> None:
        """Send a message, and return when the kernel has all of it, or the connection is lost.

        Of a large one the transport never holds more than a piece.
        """
        if message["type"] != "websocket.send":
            await super().send(message)
        else:
            text = message.get("text")
            data = message["bytes"] if text is None else text.encode()
            async with self._sending:  # the pieces of two messages must not be mixed
                self._message = object()  # not the message: that would stay until the next one
                if len(data) > PIECE_BYTES:
                    await self._send_pieces(data, is_text=text is not None)
                else:
                    await super().send(message)
        await self.writable.wait()

    async def _send_pieces(self, data: bytes, *, is_text: bool) -> None:
        rest = memoryview(data)
        begin = self.conn.send_text if is_text else self.conn.send_binary
        for start in range(0, len(rest), PIECE_BYTES):
            await self.writable.wait()
            if self.disconnected:
                raise ClientDisconnected
            piece, is_last = rest[start : start + PIECE_BYTES], start + PIECE_BYTES >= len(rest)
            try:
                if start == 0:
                    begin(piece, fin=is_last)
                else:
                    self.conn.send_continuation(piece, fin=is_last)
            except InvalidState:  # it was closed meanwhile
                raise ClientDisconnected from None
            self.transport.write(b"".join(self.conn.data_to_send()))
