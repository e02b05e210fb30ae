"""The open connections of Core: how many there may be, whom a new one displaces, and which have waited long enough."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Iterable
from typing import Any

from faceforge_server.http.file_handles import most_connections
from faceforge_server.http.send_queue import unacknowledged
from faceforge_storage.home.settings import Limits

log = logging.getLogger("faceforge.connections")

SCOPE_KEY = "faceforge.connection"
"""Where the scope of a request has its connection."""
SWEEP_SECONDS = 1.0
"""How often deadlines are looked at: one timer for all connections costs less than one for each request."""


class Connection(asyncio.Protocol):
    """What the protocols have in common; to be named before the protocol of Uvicorn that it extends."""

    held: OpenConnections
    transport: asyncio.Transport
    deadline = math.inf
    """When, by the clock of the event loop, the connection is done for; infinite while it is not the client's turn."""
    is_authenticated = False
    sends_file = False
    """Whether the kernel is sending a file on it: that holds a handle, but no memory."""
    _waiting: tuple[int, int] | None = None
    """What waited for the client at the last sweep that saw it take something: here, and in the system."""
    _moved = 0.0
    _slow: object = None
    """What was being sent at the last sweep, and has not gone out since `_slow_since`."""
    _slow_since = 0.0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        # "Paused" then means that the kernel has not taken everything yet.
        transport.set_write_buffer_limits(high=0)
        self.held.join(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.held.leave(self)
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        """What was written has gone out."""
        self._waiting = None
        super().resume_writing()

    @property
    def sending(self) -> object:
        """What is being sent, another one for each answer or message; None before the first, when nothing is large."""
        return None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way on it."""
        return False

    def expire(self) -> None:
        """The deadline has passed."""
        self.cut()

    def end(self) -> None:
        """Core stops: finish what waits for the client."""
        self.cut()

    def cut(self) -> None:
        """Close at once, whatever is under way."""
        self.transport.abort()

    def sweep(self, now: float, limits: Limits) -> None:
        """Look whether the client takes what it is sent, and whether the deadline has passed."""
        buffered = self.transport.get_write_buffer_size()
        if not buffered or self.sends_file:
            self._slow = None
        elif self._slow is None or self._slow is not self.sending:
            self._slow, self._slow_since = self.sending, now
        elif now - self._slow_since > limits.send_seconds:
            self.cut()
        if buffered or self.sends_file:
            waiting = buffered, unacknowledged(self.transport)
            if waiting != self._waiting:
                self._waiting, self._moved = waiting, now
            elif now - self._moved > (
                limits.download_idle_seconds if self.sends_file else limits.send_idle_seconds
            ):
                self.cut()
        if now > self.deadline:
            self.deadline = math.inf
            self.expire()

    def authenticated(self) -> None:
        """Somebody has proved who sends on it."""

    def begin_file(self) -> None:
        """The kernel is given the next part of a file to send."""
        self.sends_file, self._waiting = True, None


class OpenConnections:
    """All open connections, the oldest first, and apart from those that were let in.

    At the bound a new connection displaces the oldest of those that have brought no valid token, else the one of the
    others that nobody uses; when all are in use it is closed itself.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.most = most_connections(self.limits.connections)
        self._strangers: dict[Connection, None] = {}
        self._authenticated: dict[Connection, None] = {}
        self._swept = False

    def __len__(self) -> int:
        return len(self._strangers) + len(self._authenticated)

    def join(self, connection: Connection) -> None:
        """A connection has been made."""
        if len(self) >= self.most:
            self._displace(connection)
        self._strangers[connection] = None
        if not self._swept:
            self._swept = True
            asyncio.get_running_loop().call_later(SWEEP_SECONDS, self._sweep)

    def leave(self, connection: Connection) -> None:
        """A connection is no more, or not in these hands."""
        self._strangers.pop(connection, None)
        self._authenticated.pop(connection, None)

    def let_in(self, connection: Connection) -> None:
        """A request on the connection has proved who sends it."""
        if connection in self._strangers:
            del self._strangers[connection]
            self._authenticated[connection] = None
            connection.is_authenticated = True
            connection.authenticated()

    def end(self) -> None:
        """Core stops: no connection waits for its client any longer."""
        for connection in self._all():
            connection.end()

    def cut(self) -> None:
        """Close all connections at once."""
        for connection in self._all():
            connection.cut()

    def _displace(self, newest: Connection) -> None:
        oldest = next(iter(self._strangers), None)
        if oldest is None:
            oldest = next((each for each in self._authenticated if each.is_idle), newest)
        log.warning(
            "limits.connections: %d connections are open; further ones displace those without a token",
            self.most,
        )
        self.leave(oldest)  # now, since it is told of its end only in the next round of the event loop
        oldest.cut()

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in self._all():
            connection.sweep(now, self.limits)
        self._swept = bool(len(self))
        if self._swept:
            loop.call_later(SWEEP_SECONDS, self._sweep)

    def _all(self) -> Iterable[Connection]:
        return [*self._strangers, *self._authenticated]


def let_in(scope: Any) -> None:
    """The request or WebSocket of this scope has proved who sends it: its connection is not displaced by strangers'."""
    connection = scope.get(SCOPE_KEY)
    if connection is not None and not connection.is_authenticated:
        connection.held.let_in(connection)
