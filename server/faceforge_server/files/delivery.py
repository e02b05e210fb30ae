"""A file going out: conditions, ranges and headers decided first, then bytes in constant memory."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from faceforge_server.files.disposition import Disposition
from faceforge_server.files.headers import content_type, file_headers, validators_of
from faceforge_server.files.ranges import ByteRange, Selection, select
from faceforge_server.http.exchange import ZERO_COPY
from faceforge_storage.errors import StorageFailed
from faceforge_storage.objects.provider import ObjectReader, StoredObject
from faceforge_storage.objects.store import ObjectStore

READ_BYTES = 1024 * 1024


class Download(Response):
    """An answer to GET or HEAD with an object's bytes, to be returned from a route.

    `created_at` is when the bytes became the asset's: they are not modified afterwards. `for_any_site`: whether pages
    of other sites may show it.

    Before the first header is sent it raises Unavailable or StorageFailed (the bytes are not there),
    VersionConflict (412) and RangeNotSatisfiable (416), for the application to answer. Once bytes flow, a
    failure cuts the connection, so that a client never takes a part for the whole.
    """

    def __init__(
        self,
        store: ObjectStore,
        stored: StoredObject,
        media_type: str,
        filename: str,
        created_at: str,
        wished: Disposition | None = None,
        *,
        for_any_site: bool = False,
    ) -> None:
        super().__init__()
        self.store, self.stored = store, stored
        self.media_type: str = media_type
        self.filename, self.created_at = filename, created_at
        self.wished: Disposition | None = wished
        self.for_any_site = for_any_site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        validators = validators_of(self.stored.sha256, self.created_at)
        chosen = select(scope["method"], Headers(scope=scope), validators, self.stored.size_bytes)
        headers = file_headers(
            validators, self.media_type, self.filename, self.wished, for_any_site=self.for_any_site
        )
        if chosen.status == 304:
            await _start(send, 304, headers)
            await send({"type": "http.response.body"})
            return
        async with self._opened() as reader:
            parts = self._parts(chosen, headers)
            await _start(send, chosen.status, headers)
            if scope["method"] == "HEAD":
                await send({"type": "http.response.body"})
            else:
                zero_copy = ZERO_COPY in scope.get("extensions", {})
                await _send_parts(parts, reader, zero_copy, receive, send)

    def _parts(self, chosen: Selection, headers: dict[str, str]) -> list[bytes | ByteRange]:
        """The body as literal bytes and parts of the file, and the headers that describe it."""
        ranges = list(chosen.ranges)
        parts: list[bytes | ByteRange] = [*ranges]
        headers["Content-Type"] = content_type(self.media_type)
        if len(ranges) > 1:
            boundary = secrets.token_hex(16)
            parts = [piece for part in ranges for piece in (self._part_head(boundary, part), part)]
            parts.append(f"\r\n--{boundary}--\r\n".encode())
            headers["Content-Type"] = f"multipart/byteranges; boundary={boundary}"
        elif chosen.status == 206:
            headers["Content-Range"] = ranges[0].content_range(self.stored.size_bytes)
        headers["Content-Length"] = str(sum(map(len, parts)))
        return parts

    def _part_head(self, boundary: str, part: ByteRange) -> bytes:
        media_type, place = content_type(self.media_type), part.content_range(self.stored.size_bytes)
        return f"\r\n--{boundary}\r\nContent-Type: {media_type}\r\nContent-Range: {place}\r\n\r\n".encode()

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[ObjectReader]:
        """The object held open; also when the request is cancelled while a thread still opens it."""
        opening = asyncio.ensure_future(asyncio.to_thread(self.store.open, self.stored))
        try:
            yield await asyncio.shield(opening)
        finally:
            opening.add_done_callback(_close)


def _close(opening: asyncio.Future[ObjectReader]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


async def _start(send: Send, status: int, headers: dict[str, str]) -> None:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})


async def _send_parts(
    parts: list[bytes | ByteRange], reader: ObjectReader, zero_copy: bool, receive: Receive, send: Send
) -> None:
    gone = asyncio.ensure_future(_disconnected(receive))
    try:
        for part in parts:
            if isinstance(part, bytes):
                await send({"type": "http.response.body", "body": part, "more_body": True})
            elif zero_copy and reader.file is not None:
                span = {"file": reader.file, "offset": part.start, "count": len(part)}
                await send({"type": ZERO_COPY, **span, "more_body": True})
            else:
                for offset in range(part.start, part.stop, READ_BYTES):
                    if gone.done():
                        return
                    length = min(READ_BYTES, part.stop - offset)
                    body = await asyncio.to_thread(reader.read, offset, length)
                    if len(body) != length:
                        raise StorageFailed("The object ended before its recorded size.")
                    await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body"})
    finally:
        gone.cancel()


async def _disconnected(receive: Receive) -> None:
    """Return when the client has gone; only some servers fail to send then."""
    while (await receive())["type"] != "http.disconnect":
        pass
