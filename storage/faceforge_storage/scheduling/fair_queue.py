"""A queue that serves clients in turn, and the connections of each client in turn, however much one of them asks."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Collection, Hashable
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from faceforge_storage.errors import Busy

T = TypeVar("T")


class Turn(NamedTuple):
    """Whose turn a piece of work takes: of a client, and within it of one of its connections."""

    client: str
    """The token or session; never an address, which all tools of one machine share."""
    connection: Hashable = None
    light: bool = False
    """Whether it is known to be quick, such as a look-up by id: then it does not wait behind what is not."""


OWN = Turn("core")
"""What Core does by itself, at nobody's request."""


@dataclass
class _Client(Generic[T]):
    """What waits of one client."""

    count: int = 0
    connections: OrderedDict[Hashable, deque[T]] = field(default_factory=OrderedDict)


class FairQueue(Generic[T]):
    """What waits, at most `most` items of one client. It has no lock: whoever uses it holds one."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._clients: OrderedDict[str, _Client[T]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._clients)

    def put(self, turn: Turn, item: T) -> None:
        """Let an item wait; raises Busy when too much of its client waits already."""
        client = self._clients.get(turn.client)
        if client is None:
            client = self._clients[turn.client] = _Client()
        elif client.count >= self._most:
            raise Busy.of(client.count, self._most)
        waiting = client.connections.get(turn.connection)
        if waiting is None:
            waiting = client.connections[turn.connection] = deque()
        waiting.append(item)
        client.count += 1

    def take(self, passed_over: Collection[str] = ()) -> T | None:
        """The next item: the oldest of the connection and the client that were served longest ago, some clients left
        out; None when nothing waits."""
        name = next((each for each in self._clients if each not in passed_over), None)
        if name is None:
            return None
        client = self._clients[name]
        connection = next(iter(client.connections))
        item = client.connections[connection].popleft()
        self._count_out(name, connection)
        if name in self._clients:
            self._clients.move_to_end(name)
            if connection in client.connections:
                client.connections.move_to_end(connection)
        return item

    def remove(self, turn: Turn, item: T) -> None:
        """Forget an item that nobody waits for any more, if it is still here."""
        client = self._clients.get(turn.client)
        waiting = client.connections.get(turn.connection) if client is not None else None
        if waiting is not None and item in waiting:
            waiting.remove(item)
            self._count_out(turn.client, turn.connection)

    def _count_out(self, name: str, connection: Hashable) -> None:
        client = self._clients[name]
        client.count -= 1
        if not client.connections[connection]:
            del client.connections[connection]
        if not client.count:
            del self._clients[name]
