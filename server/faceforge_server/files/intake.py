"""The bytes of one upload on their way from the network to staging."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import ParamSpec, Self, TypeVar

from starlette.requests import ClientDisconnect, Request

from faceforge_server.files.progress import Progress
from faceforge_storage.errors import BadRequest
from faceforge_storage.objects.staging import StagedFile, StagingFile

P = ParamSpec("P")
T = TypeVar("T")
WRITE_BYTES = 1024 * 1024
"""Bytes are collected on the event loop up to this much, so that a slow client holds no thread."""


class Intake:
    """The staged file of one upload. Leaving without `finish` does `leave` to it: by default it is removed."""

    def __init__(
        self,
        open_file: Callable[[], StagingFile],
        progress: Progress,
        leave: Callable[[StagingFile], object] = StagingFile.discard,
    ) -> None:
        self._open_file, self._progress, self._leave = open_file, progress, leave
        self._file: StagingFile | None = None
        self._waiting = bytearray()

    @property
    def begun(self) -> bool:
        return self._file is not None

    @property
    def file(self) -> StagingFile:
        """The file, once this has begun."""
        assert self._file is not None
        return self._file

    async def begin(self) -> None:
        def open_file() -> None:  # in the thread, so that a cancelled upload still knows its file
            self._file = self._open_file()

        await uncancelled(open_file)

    async def write(self, data: bytes) -> None:
        self._waiting += data
        if len(self._waiting) >= WRITE_BYTES:
            await self.flush()

    async def flush(self) -> None:
        """Write what has been collected."""
        waiting, self._waiting = self._waiting, bytearray()
        size = len(waiting)
        await uncancelled(self.file.write, waiting)
        self._progress.came(size)

    async def finish(self, sha256: str | None, size_bytes: int | None) -> StagedFile:
        """The staged file, checked against what was declared."""
        await self.flush()
        staged = await uncancelled(self.file.finish, sha256, size_bytes)
        self._file = None
        self._progress.ended()
        return staged

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._file is not None:
            await uncancelled(self._leave, self._file)


async def body(request: Request) -> AsyncGenerator[bytes, None]:
    """The pieces of a body. Raises BadRequest when it is cut, RequestTimeout when it does not come on."""
    try:
        async for piece in request.stream():
            yield piece
    except ClientDisconnect:
        raise BadRequest("The connection ended before the body did.") from None


async def uncancelled(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Run blocking work in a thread to its end, also when the request is cancelled meanwhile.

    A file that a cancelled thread still writes could not be removed.
    """
    task = asyncio.ensure_future(asyncio.to_thread(work, *arguments, **named))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise
