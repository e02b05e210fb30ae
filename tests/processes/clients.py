"""Many clients of one Core at once, each with a connection of its own, that cost the machine little."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

PATIENCE = 60


class Answer(NamedTuple):
    """What came back, and how many seconds it took."""

    status: int
    body: Any
    headers: http.client.HTTPMessage
    seconds: float


class Client:
    """One connection with one token."""

    def __init__(self, url: str, token: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        start = time.monotonic()
        sent = None if body is None else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(method, path, sent, {**self._headers, **named})
        response = self._connection.getresponse()
        read = response.read()
        seconds = time.monotonic() - start
        return Answer(response.status, json.loads(read) if read else None, response.headers, seconds)


def at_once(count: int, act: Callable[[int], None]) -> list[threading.Thread]:
    """Threads that act at one moment, started; each is given its number."""
    ready = threading.Barrier(count)

    def go(number: int) -> None:
        ready.wait()
        act(number)

    threads = [threading.Thread(target=go, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    return threads


def all_at_once(count: int, act: Callable[[int], None]) -> None:
    """Act in so many threads, and wait for all."""
    for thread in at_once(count, act):
        thread.join()
