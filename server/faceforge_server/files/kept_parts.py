"""The bytes of uploads that take several requests: appended as they come, kept between requests, hashed on the way."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from faceforge_server.files.intake import Intake, uncancelled
from faceforge_server.files.progress import Progress
from faceforge_storage.errors import ChecksumMismatch, FaceForgeError, OffsetMismatch
from faceforge_storage.objects.staging import Digests, StagedFile, Staging, StagingFile

SYNC_BYTES = 64 * 1024 * 1024
"""After how many bytes of one request those are made to survive a power cut."""
MOST_DIGESTS = 256
"""Of how many uploads the hashes are kept in memory between requests, about 10 KiB each."""
READ_AT_ONCE = 2
"""How many parts are read again at once: threads are there for others too."""
Note = Callable[[int], Awaitable[object]]


@dataclass
class Checksum:
    """What the bytes of one request must have: a running hash, and the digest it must come to."""

    running: Any
    wanted: bytes


@dataclass
class Incoming:
    """The bytes of one request: `pieces` as they come, and how many are `announced`, 0 when that is not known."""

    pieces: AsyncGenerator[bytes, None]
    announced: int
    checksum: Checksum | None = None


class KeptParts:
    """The parts of files, by the ids of their uploads. One request at a time works on a part; all on one event loop.

    The hashes of a part are kept in memory, and computed again from its file where they are not: after a restart.
    """

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self._digests: OrderedDict[str, Digests] = OrderedDict()
        self._reading = asyncio.Semaphore(READ_AT_ONCE)

    async def size(self, name: str) -> int:
        """How many bytes lie there. Raises StorageFailed."""
        return await asyncio.to_thread(self._staging.kept, name)

    async def append(
        self, name: str, offset: int, most: int, incoming: Incoming, progress: Progress, note: Note
    ) -> None:
        """Write the bytes of a request behind the first `offset`; what came counts, also when the rest does not come.

        `note` is told how many bytes of the part would survive a power cut: before the first byte, now and then, and at
        the end, whatever it was. Of bytes with a checksum none counts before all are here and have it: after an end
        of Core only those count that `note` was told of last. Raises OffsetMismatch when fewer bytes lie there,
        PayloadTooLarge beyond `most`, ChecksumMismatch, NoSpace, StorageFailed, and what reading the request does.
        """
        intake = Intake(
            partial(self._open, name, offset, most, incoming.announced), progress, self._leave(name)
        )
        try:
            async with intake:
                async with self._turn_to_read(name, offset):
                    await intake.begin()
                if intake.file.size_bytes != offset:
                    raise OffsetMismatch(f"The upload has {intake.file.size_bytes} bytes.")
                await uncancelled(intake.file.sync)
                await note(offset)
                await _fill(intake, incoming, note)
        except BaseException:
            if (kept := self._digests.get(name)) is not None:  # closed in good order
                with suppress(FaceForgeError):  # the next request asks the disk
                    await note(kept.size_bytes)
            raise
        await note(self._digests[name].size_bytes)

    async def whole(self, name: str, size: int, sha256: str | None) -> StagedFile:
        """The complete file. Raises OffsetMismatch; HashMismatch when it has not the declared hash: it is gone then."""
        async with self._turn_to_read(name, size):
            file = await uncancelled(self._open, name, size, size, 0)
        self._remember(name, file.digests())
        if file.size_bytes != size:
            await uncancelled(file.keep)
            raise OffsetMismatch(f"The upload has {file.size_bytes} bytes.")
        return await uncancelled(file.finish, sha256)

    async def forget(self, name: str) -> None:
        """Remove a part, if it is there. Raises StorageFailed."""
        self._digests.pop(name, None)
        await uncancelled(self._staging.forget, name)

    def _open(self, name: str, offset: int, most: int, expected: int) -> StagingFile:
        digests = self._digests.pop(name, None)
        return self._staging.go_on(name, offset, most, expected, digests)

    def _leave(self, name: str) -> Callable[[StagingFile], None]:
        return lambda file: self._remember(name, file.keep())

    def _remember(self, name: str, digests: Digests) -> None:
        self._digests[name] = digests
        while len(self._digests) > MOST_DIGESTS:
            self._digests.popitem(last=False)

    @asynccontextmanager
    async def _turn_to_read(self, name: str, size: int) -> AsyncIterator[None]:
        known = self._digests.get(name)
        if size == 0 or (known is not None and known.size_bytes == size):
            yield
        else:
            async with self._reading:
                yield


async def _fill(intake: Intake, incoming: Incoming, note: Note) -> None:
    file, checksum = intake.file, incoming.checksum
    before, synced = file.digests(), file.size_bytes
    try:
        async with aclosing(incoming.pieces) as pieces:
            async for piece in pieces:
                await intake.write(piece)
                if checksum:
                    checksum.running.update(piece)
                elif file.size_bytes - synced >= SYNC_BYTES:
                    await uncancelled(file.sync)
                    synced = file.size_bytes
                    await note(synced)
        await intake.flush()
        if checksum and checksum.running.digest() != checksum.wanted:
            raise ChecksumMismatch(
                f"{file.size_bytes - before.size_bytes} bytes came, and have another checksum.",
                "Send them again; none of them was kept.",
            )
    except BaseException:
        if checksum:
            await uncancelled(file.cut_back, before)
        else:
            await intake.flush()
        raise
