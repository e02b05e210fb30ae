"""A bound on the head of a request, which anybody may send before a token is looked at."""

from __future__ import annotations

from typing import Any

import httptools

MAX_HEAD_BYTES = 64 * 1024
"""For the address and all headers of a request, trailers too. Browsers and programs send a few KiB at most."""
PIECE_BYTES = 4096
"""How much of a head is parsed before its size is looked at again."""


class HeadTooLarge(httptools.HttpParserError):
    """The head of a request has more than `MAX_HEAD_BYTES`."""


class BoundedHead:
    """Counts what the parser has read of a request, and hands it on to the protocol.

    The parser holds back a header until its end, so bytes that it has not reported yet are counted as well.
    """

    def __init__(self, protocol: Any) -> None:
        self.protocol = protocol
        self.complete = self.unfinished = 0
        self.reading, self.progressed, self.too_large = True, False, False

    def fed(self, size: int) -> None:
        """`size` bytes have gone to the parser. Raises HeadTooLarge."""
        self.unfinished = 0 if self.progressed else self.unfinished + size
        self.progressed = False
        self._check()

    def _take(self, size: int) -> None:
        self.progressed = True
        self.complete += size
        self._check()

    def _check(self) -> None:
        if self.complete + self.unfinished > MAX_HEAD_BYTES:
            self.too_large = True
            raise HeadTooLarge

    def on_message_begin(self) -> None:
        self.complete = self.unfinished = 0
        self.progressed = True
        self.protocol.on_message_begin()

    def on_url(self, url: bytes) -> None:
        self.unfinished = 0
        self._take(len(url))
        self.protocol.on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.unfinished = 0  # they were of this header
        self._take(len(name) + len(": ") + len(value) + len("\r\n"))
        self.protocol.on_header(name, value)

    def on_headers_complete(self) -> None:
        self.progressed, self.reading = True, False
        self.protocol.on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self.progressed = True
        self.protocol.on_body(body)

    def on_message_complete(self) -> None:
        self.progressed = self.reading = True
        self.protocol.on_message_complete()


class BoundedParser(httptools.HttpRequestParser):
    """Uvicorn's parser, for which a head beyond the bound is an error like any other."""

    def __init__(self, head: BoundedHead) -> None:
        super().__init__(head)
        self._head = head

    def feed_data(self, data: Any) -> None:
        rest = memoryview(data)
        while rest:
            piece = rest[:PIECE_BYTES] if self._head.reading else rest
            super().feed_data(piece)
            self._head.fed(len(piece))
            rest = rest[len(piece) :]
