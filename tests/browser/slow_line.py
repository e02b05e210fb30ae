"""A line to a Core that brings its answers in small pieces, as a slow network or a busy browser does."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit

PIECE = 500
"""Bytes: a page is 5,000 and more, compressed."""
PAUSE = 0.05
"""Seconds after a piece: more than three pictures of the screen."""


class SlowLine(ThreadingTCPServer):
    """Listens at `url` and passes on what goes to `core`; `slow` is whether what comes back takes its time. Core
    hears its own name, as behind a proxy."""

    daemon_threads = True

    def __init__(self, core: str) -> None:
        super().__init__(("127.0.0.1", 0), Passing)
        self.core = (urlsplit(core).hostname, urlsplit(core).port)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.here, self.there = (url.removeprefix("http://").encode() for url in (self.url, core))
        self.slow = False


class Passing(BaseRequestHandler):
    server: SlowLine

    def handle(self) -> None:
        with socket.create_connection(self.server.core) as core:
            threading.Thread(target=self.ask, args=(core,), daemon=True).start()
            with suppress(OSError):
                while came := core.recv(65_536):
                    for start in range(0, len(came), PIECE):
                        self.request.sendall(came[start : start + PIECE])
                        if self.server.slow:
                            time.sleep(PAUSE)

    def ask(self, core: socket.socket) -> None:
        with suppress(OSError):  # whichever of the two has gone
            while asked := self.request.recv(65_536):
                core.sendall(asked.replace(self.server.here, self.server.there))
            core.shutdown(socket.SHUT_WR)


@contextmanager
def slow_line(core: str) -> Iterator[SlowLine]:
    with SlowLine(core) as line:
        threading.Thread(target=line.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield line
        finally:
            line.shutdown()
