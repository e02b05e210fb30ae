"""Answers with data: encoded in pieces within their budget, which is given back when the last one has gone out."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from faceforge_server.http.json_response import encode
from faceforge_storage.database.read_budget import ReadBudget

PIECE_BYTES = 288 * 1024
"""`memory.py` sees to it that a piece goes back to the system when it has gone out."""
REPEATABLE = "faceforge.repeatable"
"""Where a scope has the answer that stays the same until something is stored."""


@dataclass(frozen=True)
class Encoded:
    """A body as JSON: its bytes in pieces, and a digest of them, 32 hex digits."""

    pieces: Sequence[bytes]
    digest: str

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return sum(map(len, self.pieces))


@dataclass(frozen=True)
class JsonAnswer:
    """An answer that is ready to be sent, perhaps more than once."""

    status: int
    headers: Mapping[str, str]
    media_type: str
    body: Encoded

    @cached_property
    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers as they are sent."""
        own = {"Content-Type": self.media_type, "Content-Length": str(self.body.size)}
        return [*self.caching_headers, *_raw(own)]

    @cached_property
    def caching_headers(self) -> list[tuple[bytes, bytes]]:
        """Those that 304 has, too."""
        return _raw(self.headers)


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


class HeldAnswer(Response):
    """Sends an answer, which holds its bytes until the last one has gone out.

    One that is `repeatable` stays the same until something is stored, and is left in the scope for the cache.
    """

    def __init__(self, answer: JsonAnswer, budget: ReadBudget, *, repeatable: bool = False) -> None:
        super().__init__()
        self._answer, self._budget, self._repeatable = answer, budget, repeatable

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._repeatable:
            scope[REPEATABLE] = self._answer
        await send_answer(self._answer, self._budget, scope, send)
        if self.background is not None:
            await self.background()


async def send_answer(answer: JsonAnswer, budget: ReadBudget, scope: Scope, send: Send) -> None:
    """Send an answer, or 304 to whoever has it by its ETag; release the budget when the last byte has gone out."""
    try:
        if scope["method"] in ("GET", "HEAD") and _is_held(answer.headers.get("ETag"), scope):
            await send({"type": "http.response.start", "status": 304, "headers": answer.caching_headers})
            await send({"type": "http.response.body"})
            return
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.raw_headers})
        last = len(answer.body.pieces) - 1
        for place, piece in enumerate(answer.body.pieces):
            await send({"type": "http.response.body", "body": piece, "more_body": place < last})
    finally:
        budget.release()


def _is_held(etag: str | None, scope: Scope) -> bool:
    """Whether the client has the body: its `If-None-Match` (RFC 9110, 13.1.2) has the ETag."""
    seen = b",".join(value for name, value in scope["headers"] if name == b"if-none-match").decode("latin-1")
    return bool(seen) and (
        seen.strip() == "*" or etag in {each.strip().removeprefix("W/") for each in seen.split(",")}
    )


async def encoded(body: Any, budget: ReadBudget) -> Encoded:
    """A body as JSON; a large one is encoded in a thread, and used up. Raises AnswerTooLarge, Overloaded."""
    if budget.is_small:
        text = encode(body)
        answer = Encoded([text], _digest([text]))
    else:
        answer = await asyncio.to_thread(_encoded_in_pieces, body)
    budget.encoded(answer.size)
    return answer


def _encoded_in_pieces(body: Any) -> Encoded:
    pieces, piece = [], bytearray()
    for part in _parts(body):
        piece += part
        if len(piece) >= PIECE_BYTES:
            pieces.append(bytes(piece))
            piece.clear()
    pieces.append(bytes(piece))
    return Encoded(pieces, _digest(pieces))


def _parts(value: Any) -> Iterator[bytes]:
    """The JSON of a value, an item of its lists at a time; each item is let go of as soon as it is encoded."""
    if isinstance(value, dict):
        yield b"{"
        for place, (key, below) in enumerate(value.items()):
            yield (b"," if place else b"") + encode(key) + b":"
            yield from _parts(below)
        yield b"}"
    elif isinstance(value, list):
        yield b"["
        for place, item in enumerate(value):
            value[place] = None
            yield (b"," if place else b"") + encode(item)
            del item
        yield b"]"
    else:
        yield encode(value)


def _digest(pieces: Sequence[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()[:32]
