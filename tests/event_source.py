"""A client of server-sent events for tests, which reads as browsers do (HTML, 9.2.6) and keeps the last id."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

PATIENCE = 60.0


class EventSource:
    """One connection to `GET /v1/events`, or another stream; `last_id` has also the id of a mere position."""

    def __init__(
        self,
        url: str,
        token: str,
        query: str = "",
        *,
        path: str = "/v1/events",
        after: int | None = None,
        receive_buffer: int = 0,
    ) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
        self._connection.connect()
        if receive_buffer:
            self._connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        if after is not None:
            headers["Last-Event-ID"] = str(after)
        self._connection.request("GET", f"{path}{query}", headers=headers)
        self._answer = self._connection.getresponse()
        self.status, self.headers = self._answer.status, self._answer.headers
        self.last_id = after
        self.comments = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drop the connection, whatever is under way."""
        self._answer.close()
        self._connection.close()

    def problem(self) -> dict[str, Any]:
        """The body of a refusal."""
        found: dict[str, Any] = json.loads(self._answer.read())
        return found

    def begun(self) -> Self:
        """Wait until the stream has told where it begins."""
        while self.last_id is None and self.block() is not None:
            pass
        return self

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The events, until the stream ends."""
        while (found := self.block()) is not None:
            if found:
                yield json.loads(found)

    def take(self, count: int) -> list[dict[str, Any]]:
        """The next events, so many."""
        events = iter(self)
        return [next(events) for _ in range(count)]

    def first(self, fits: Callable[[dict[str, Any]], bool], seconds: float = 60) -> dict[str, Any]:
        """The next event that fits. Core sends something now and then, so that this ends though none comes."""
        end = time.monotonic() + seconds
        while (found := self.block()) is not None:
            if found and fits(event := json.loads(found)):
                return dict(event)
            assert time.monotonic() < end, f"none came within {seconds} s"
        raise AssertionError("the stream has ended")

    def block(self) -> str | None:
        """The data of the next block, "" when it has none; None when the stream has ended."""
        data: list[str] = []
        last_id = self.last_id
        while line := self._answer.readline().decode():
            field, _, value = line.rstrip("\n").partition(": ")
            if line == "\n":
                self.last_id = last_id
                return "\n".join(data)
            if line.startswith(":"):
                self.comments += 1
            elif field == "id":
                last_id = int(value)
            elif field == "data":
                data.append(value)
        return None
