"""A client of `graphql-transport-ws` for tests, which sends what it is told and shows what comes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

PROTOCOL = "graphql-transport-ws"
VOID = "The token has been revoked, rotated or changed since."


class Socket:
    """A client of the protocol."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def send(self, kind: str, **more: Any) -> None:
        self.connection.send(json.dumps({"type": kind, **more}))

    def answer(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.connection.recv(timeout=20))
        return message

    def subscribe(self, query: str, id: str = "1", **variables: Any) -> None:
        self.send("subscribe", id=id, payload={"query": query, "variables": variables})

    def next(self) -> Any:
        """The data of the next message, which must bring some."""
        message = self.answer()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]

    def until_closed(self) -> tuple[list[dict[str, Any]], tuple[int, str]]:
        """What still comes, and the code and reason of the close after it."""
        came = []
        try:
            while True:
                came.append(self.answer())
        except ConnectionClosed as closed:
            end = closed.rcvd
        assert end is not None, "the connection broke without a close"
        return came, (end.code, end.reason)

    def closed_with(self) -> tuple[int, str]:
        return self.until_closed()[1]


@contextmanager
def opened(address: str, protocol: str | None = PROTOCOL, **options: Any) -> Iterator[Socket]:
    protocols = [Subprotocol(protocol)] if protocol else None
    with connect(address, subprotocols=protocols, proxy=None, **options) as connection:
        yield Socket(connection)


@contextmanager
def signed_in(address: str, token: str) -> Iterator[Socket]:
    with opened(address) as socket:
        socket.send("connection_init", payload={"authorization": f"Bearer {token}"})
        assert socket.answer()["type"] == "connection_ack"
        yield socket
