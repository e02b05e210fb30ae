"""An event stream (HTML, 9.2): what happens is sent as it happens, for as long as the client may hear it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, TypeVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from faceforge_server.http.json_response import NOT_STORED
from faceforge_storage.events.ring import Batch, Told

MEDIA_TYPE = "text/event-stream"
RETRY_MILLISECONDS = 2000
"""How soon a browser connects again."""
BEGIN = b"retry: %d\n\n" % RETRY_MILLISECONDS
PULSE = b": nothing new\n\n"
"""A comment: whoever is connected hears something now and then, and a proxy does not take the connection for dead."""


T = TypeVar("T", bound=Told)


class EventStream(Response):
    """Sends batches as they come.

    The next one is taken when the client has taken the last: a slow client holds one batch, and no more. `may_stay` is
    asked before each batch. `first` is the batch that was taken to see whether there is anything to follow.
    """

    def __init__(
        self,
        first: Batch[T],
        batches: AsyncGenerator[Batch[T], None],
        may_stay: Callable[[], Awaitable[bool]],
    ) -> None:
        # A proxy such as nginx would collect what is sent.
        super().__init__(headers={**NOT_STORED, "X-Accel-Buffering": "no"}, media_type=MEDIA_TYPE)
        del self.headers["content-length"]
        self._first, self._batches, self._may_stay = first, batches, may_stay

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.ensure_future(self._send_all(send))
        leaving = asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in (sending, leaving):
                each.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
            await self._batches.aclose()
        if not sending.cancelled():
            sending.result()

    async def _send_all(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        told = self._first.position
        await _send(send, BEGIN + _position(told))
        async for batch in self._batches:
            if not await self._may_stay():
                break
            text = batch.frames
            if batch.position != told and not _ends_with(batch):
                text += _position(batch.position)
            told = batch.position
            await _send(send, text or PULSE)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _position(position: int) -> bytes:
    """An id without data: a client keeps it for its next `Last-Event-ID`, and tells nobody."""
    return b"id: %d\n\n" % position


def _ends_with(batch: Batch[Any]) -> bool:
    """Whether the last event of a batch has its position for an id."""
    return bool(batch.events) and batch.events[-1].position == batch.position


async def _send(send: Send, text: bytes) -> None:
    await send({"type": "http.response.body", "body": text, "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
