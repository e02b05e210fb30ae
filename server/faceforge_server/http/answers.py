"""Answers with data: encoded in pieces within their budget, which is given back when the last one has gone out."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from faceforge_server.http.json_response import encode
from faceforge_storage.database.read_budget import ReadBudget

PIECE_BYTES = 256 * 1024


@dataclass(frozen=True)
class Encoded:
    """A body as JSON: its bytes in pieces, and a digest of them, 32 hex digits."""

    pieces: Sequence[bytes]
    digest: str

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return sum(map(len, self.pieces))


class HeldAnswer(Response):
    """An answer that holds its bytes until they are sent."""

    def __init__(
        self, body: Encoded, status: int, headers: Mapping[str, str], media_type: str, budget: ReadBudget
    ) -> None:
        super().__init__(None, status, {**headers, "Content-Length": str(body.size)}, media_type)
        self._pieces, self._budget = body.pieces, budget

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send(
                {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            )
            last = len(self._pieces) - 1
            for place, piece in enumerate(self._pieces):
                await send({"type": "http.response.body", "body": piece, "more_body": place < last})
        finally:
            self._budget.release()


@contextmanager
def released_on_error(budget: ReadBudget) -> Iterator[None]:
    """Give the budget of an answer back when there will be none; else `HeldAnswer` does."""
    try:
        yield
    except BaseException:
        budget.release()
        raise


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
