"""The examination of one content: by the readers that have yet to read it, and the thumbnails that are missing.

One content is examined once at a time, whoever asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from faceforge_storage import readings
from faceforge_storage.assets import find_object
from faceforge_storage.database.database import Database
from faceforge_storage.errors import StorageFailed, Unavailable
from faceforge_storage.ingest.isolation.processes import Examine, Processes
from faceforge_storage.ingest.reader import File, Found, Reader
from faceforge_storage.ingest.thumbnails import SIZES
from faceforge_storage.ingest.tool import Tool
from faceforge_storage.objects.provider import ObjectReader, StoredObject
from faceforge_storage.objects.store import ObjectStore
from faceforge_storage.readings import OF_JOBS, Outcome, Pending
from faceforge_storage.renditions import Renditions
from faceforge_storage.scheduling.fair_queue import OWN
from faceforge_storage.stored_bytes import StoredBytes


class Made(NamedTuple):
    """What came of examining a content. `of_asset`: whether an asset is on its bytes, else nothing is made of it."""

    outcome: Outcome
    thumbnails: Mapping[int, bytes]
    of_asset: bool = True


@dataclass(eq=False)
class Examinations:
    """The examinations under way, and all that they need."""

    database: Database
    store: ObjectStore
    stored_bytes: StoredBytes
    processes: Processes
    renditions: Renditions
    readers: tuple[Reader, ...]
    tools: tuple[Tool, ...]
    at_once: int
    """How many the queue begins at once; with 0 nothing is read but what somebody waits for."""

    def __post_init__(self) -> None:
        self._running: dict[str, asyncio.Task[Made]] = {}
        # As many as there are processes for, and one more: each that has its turn holds an open file.
        self._urgent = asyncio.Semaphore(self.at_once + 1)

    def __len__(self) -> int:
        return len(self._running)

    async def stop(self) -> None:
        """End what reads, whatever it is doing."""
        await asyncio.to_thread(self._close)
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _close(self) -> None:
        self.processes.close()
        for tool in self.tools:
            tool.close()

    def _all(self) -> Iterator[Reader | Tool]:
        yield from self.readers
        yield from self.tools

    @property
    def present(self) -> dict[str, int]:
        """The readers that are here: name -> version."""
        return {each.name: each.version for each in self._all()}

    def readers_of(self, file: File) -> set[str]:
        """The readers that take a file."""
        return {each.name for each in self._all() if each.takes(file)}

    def is_running(self, sha256: str) -> bool:
        """Whether a content is being examined."""
        return sha256 in self._running

    async def examine(self, sha256: str, *, urgent: bool = False) -> Made:
        """What comes of examining a content; of one that is being examined already, what comes of that.

        `urgent`: somebody waits for a thumbnail; it goes first, and what takes long is left for later.
        """
        running = self._running.get(sha256)
        if running is None:
            examine = self._examine_soon if urgent else self._examine
            running = asyncio.ensure_future(examine(sha256))
            self._running[sha256] = running
            running.add_done_callback(partial(self._ended, sha256))
        return await asyncio.shield(running)

    def _ended(self, sha256: str, running: asyncio.Task[Made]) -> None:
        self._running.pop(sha256, None)
        if not running.cancelled():
            running.exception()  # whoever waits has it; nobody may be left, and asyncio would complain of that

    async def failed(self, sha256: str, message: str) -> Outcome:
        """What comes of a content that no reader gets to see."""
        pending, held = await self.database.read(OWN._replace(light=True), _known, sha256)
        if pending is None:
            return Outcome(sha256, {})
        file = _file_of(pending)
        names = [each.name for each in self._all() if _wants(each, file, pending, held)]
        return self._outcome(pending, dict.fromkeys(names, message))

    async def _examine_soon(self, sha256: str) -> Made:
        async with self._urgent:
            return await self._examine(sha256, urgent=True)

    async def _examine(self, sha256: str, *, urgent: bool = False) -> Made:
        # As it stands now: since the content was taken from the queue, somebody may have waited for its thumbnail.
        pending, held = await self.database.read(OWN._replace(light=True), _known, sha256)
        if pending is None:
            return Made(Outcome(sha256, {}), {}, of_asset=False)
        file = _file_of(pending)
        wanted = [each for each in self.readers if _wants(each, file, pending, held)]
        tools = [each for each in self.tools if _wants(each, file, pending, held)]
        sizes = await self._sizes(pending, wanted, held)
        if not (wanted or tools or sizes):
            return Made(self._outcome(pending, {}, again=pending.again), {})
        try:
            reader, path = await asyncio.to_thread(self._open, pending)
        except (Unavailable, StorageFailed) as fault:
            provider = self.store.providers.get(pending.provider)
            if urgent or (provider is not None and provider.away):
                raise
            return Made(await self.failed(sha256, fault.detail), {})
        # Who waits for a thumbnail waits for nothing else that takes long: then the content stays in the queue.
        quick = [each for each in wanted if not (urgent and each.reads_all_bytes)]
        used = [] if urgent else tools
        try:
            read, thumbnails = await self._read(replace(file, path=path), quick, used, sizes, urgent=urgent)
        finally:
            reader.close()
        await self._keep(sha256, thumbnails)
        complete = len(used) + len(quick) == len(tools) + len(wanted)
        outcome = self._outcome(pending, read, again=pending.again and complete, complete=complete)
        return Made(outcome, thumbnails)

    async def _read(
        self,
        file: File,
        readers: Sequence[Reader],
        tools: Sequence[Tool],
        sizes: tuple[int, ...],
        *,
        urgent: bool,
    ) -> tuple[dict[str, Found | str], Mapping[int, bytes]]:
        """(what each reader found in a file, its thumbnails): the tools read it beside the processes."""
        whole = frozenset(each.name for each in readers if each.reads_all_bytes)
        request = Examine(file, tuple(each.name for each in readers), sizes, whole)
        examined, found = await asyncio.gather(
            self.processes.examine(request, urgent=urgent),
            asyncio.gather(*(each.examine(file) for each in tools)),
        )
        by_tools = {each.name: one for each, one in zip(tools, found, strict=True)}
        return {**examined.readings, **by_tools}, examined.thumbnails

    def _outcome(
        self, pending: Pending, read: Mapping[str, Found | str], *, again: bool = False, complete: bool = True
    ) -> Outcome:
        present = self.present
        results = {name: (present[name], found) for name, found in read.items()}
        return Outcome(pending.sha256, results, pending.again, again=again, complete=complete)

    def _open(self, pending: Pending) -> tuple[ObjectReader, Path]:
        """The open bytes, and where they lie. Raises what `ObjectStore.open` does."""
        place = (pending.size_bytes, pending.provider, pending.bucket, pending.key)
        reader = self.store.open(StoredObject(pending.sha256, *place))
        if reader.file is None:
            reader.close()
            raise Unavailable("These bytes are not in a local file.")
        return reader, Path(reader.file.name)

    async def _sizes(
        self, pending: Pending, wanted: Sequence[Reader], held: Mapping[str, int]
    ) -> tuple[int, ...]:
        """The thumbnails to make: those that are missing, and those that a reader may now have another picture for."""
        seeing = [each.name for each in wanted if each.preview is not None]
        if seeing and (pending.again or not held.keys().isdisjoint(seeing)):
            return SIZES
        return await asyncio.to_thread(self.renditions.missing, pending.sha256, or_tile=bool(seeing))

    async def _keep(self, sha256: str, thumbnails: Mapping[int, bytes]) -> None:
        """Keep thumbnails, unless the content was purged meanwhile: in the lock in which a purge removes them."""
        if thumbnails:
            async with self.stored_bytes.lock(sha256):
                if await self.database.read(OWN, find_object, sha256) is not None:
                    await asyncio.to_thread(self.renditions.save, sha256, thumbnails)


def _known(db: Connection, sha256: str) -> tuple[Pending | None, Mapping[str, int]]:
    """(a content, None where its bytes are in no asset; by which version of each reader it was read)."""
    return readings.find(db, sha256), readings.versions(db, [sha256]).get(sha256, {})


def _file_of(pending: Pending) -> File:
    """A content as readers see it; where it lies is known once it is open."""
    names = (pending.mime_type, pending.filename, pending.kind, pending.blake3)
    return File(Path(), pending.sha256, pending.size_bytes, *names)


def _wants(reader: Reader | Tool, file: File, pending: Pending, held: Mapping[str, int]) -> bool:
    if pending.kind.startswith(OF_JOBS):  # it tells paths of the disk, which not everybody may read
        return False
    return (pending.again or held.get(reader.name) != reader.version) and reader.takes(file)
