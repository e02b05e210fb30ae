"""The bytes of one upload on their way from the network to staging."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import ParamSpec, Self, TypeVar

from starlette.requests import ClientDisconnect, Request

from faceforge_server.files.form import UploadLimits
from faceforge_server.files.progress import Progress
from faceforge_storage.errors import BadRequest
from faceforge_storage.objects.staging import StagedFile, Staging, StagingFile

P = ParamSpec("P")
T = TypeVar("T")
WRITE_BYTES = 1024 * 1024
"""Bytes are collected on the event loop up to this much, so that a slow client holds no thread."""


class Intake:
    """The staged file of one upload; leaving without `finish` removes it."""

    def __init__(self, staging: Staging, limits: UploadLimits, announced: int, progress: Progress) -> None:
        self._staging, self._limits, self._announced = staging, limits, announced
        self._progress = progress
        self._file: StagingFile | None = None
        self._waiting = bytearray()

    @property
    def begun(self) -> bool:
        return self._file is not None

    async def begin(self) -> None:
        def open_file() -> None:  # in the thread, so that a cancelled upload still knows its file
            self._file = self._staging.begin(self._limits.file_bytes, self._announced)

        await uncancelled(open_file)

    async def write(self, data: bytes) -> None:
        self._waiting += data
        if len(self._waiting) >= WRITE_BYTES:
            await self._flush()

    async def _flush(self) -> None:
        assert self._file is not None
        waiting, self._waiting = self._waiting, bytearray()
        size = len(waiting)
        await uncancelled(self._file.write, waiting)
        self._progress.came(size)

    async def finish(self, sha256: str | None, size_bytes: int | None) -> StagedFile:
        """The staged file, checked against what was declared."""
        await self._flush()
        assert self._file is not None
        staged = await uncancelled(self._file.finish, sha256, size_bytes)
        self._file = None
        self._progress.ended()
        return staged

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._file is not None:
            await uncancelled(self._file.discard)


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
