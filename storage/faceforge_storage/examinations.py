"""The examination of one content: by the readers that have yet to read it, and the thumbnails that are missing.

One content is examined once at a time, whoever asks.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from sqlalchemy import Connection

from faceforge_storage import readings
from faceforge_storage.assets import find_object
from faceforge_storage.database.database import Database
from faceforge_storage.errors import StorageFailed, Unavailable
from faceforge_storage.ingest.isolation.processes import Examine, Examined
from faceforge_storage.ingest.reader import File, Found, Reader, Unreadable
from faceforge_storage.ingest.thumbnails import SIZES
from faceforge_storage.objects.provider import ObjectReader, StoredObject
from faceforge_storage.objects.store import ObjectStore
from faceforge_storage.readings import Outcome, Pending
from faceforge_storage.renditions import Renditions
from faceforge_storage.scheduling.fair_queue import OWN
from faceforge_storage.stored_bytes import StoredBytes

log = logging.getLogger(__name__)


class Made(NamedTuple):
    """What came of examining a content. `of_asset`: whether an asset is on its bytes, else nothing is made of it."""

    outcome: Outcome
    thumbnails: Mapping[int, bytes]
    of_asset: bool = True


class Processes(Protocol):
    """What decodes files; see `ingest.isolation.processes`."""

    async def examine(self, request: Examine, *, urgent: bool = False) -> Examined: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Tool:
    """A reader that is a program of its own, which runs beside the processes: `read` blocks, and raises Unreadable."""

    name: str
    version: int
    takes: Callable[[File], bool]
    read: Callable[[File], Found]
    close: Callable[[], None]


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

    def __post_init__(self) -> None:
        self._running: dict[str, asyncio.Task[Made]] = {}

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
            running = asyncio.ensure_future(self._examine(sha256, urgent=urgent))
            self._running[sha256] = running
            running.add_done_callback(partial(self._ended, sha256))
        return await asyncio.shield(running)

    def _ended(self, sha256: str, running: asyncio.Task[Made]) -> None:
        self._running.pop(sha256, None)
        if not running.cancelled():
            running.exception()  # whoever waits has it; nobody may be left, and asyncio would complain of that

    async def _examine(self, sha256: str, *, urgent: bool) -> Made:
        # As it stands now: since the content was taken from the queue, somebody may have waited for its thumbnail.
        pending, held = await self.database.read(OWN._replace(light=True), _known, sha256)
        if pending is None:
            return Made(Outcome(sha256, {}), {}, of_asset=False)
        file = _file_of(pending)
        wanted = [each for each in self.readers if _wants(each, file, pending, held)]
        tools = [each for each in self.tools if _wants(each, file, pending, held)]
        sizes = await self._sizes(pending, wanted, held)
        if not (wanted or tools or sizes):
            return Made(Outcome(sha256, {}, again=pending.again), {})
        place = (pending.size_bytes, pending.provider, pending.bucket, pending.key)
        try:
            reader = await asyncio.to_thread(self.store.open, StoredObject(sha256, *place))
        except (Unavailable, StorageFailed) as fault:
            if urgent or self.store.away():
                raise
            failed = [*(each.name for each in wanted), *(each.name for each in tools)]
            return Made(self._outcome(sha256, dict.fromkeys(failed, fault.detail)), {})
        # Who waits for a thumbnail waits for nothing else that takes long: then the content stays in the queue.
        quick = [each for each in wanted if not (urgent and each.reads_all_bytes)]
        used = [] if urgent else tools
        try:
            read, thumbnails = await self._read(
                replace(file, path=_path_of(reader)), quick, used, sizes, urgent=urgent
            )
        finally:
            reader.close()
        await self._keep(sha256, thumbnails)
        complete = len(used) + len(quick) == len(tools) + len(wanted)
        outcome = self._outcome(sha256, read, again=pending.again and complete, complete=complete)
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
            asyncio.gather(*(asyncio.to_thread(_read_by, each, file) for each in tools)),
        )
        by_tools = {each.name: one for each, one in zip(tools, found, strict=True)}
        return {**examined.readings, **by_tools}, examined.thumbnails

    def _outcome(
        self, sha256: str, read: Mapping[str, Found | str], *, again: bool = False, complete: bool = True
    ) -> Outcome:
        present = self.present
        results = {name: (present[name], found) for name, found in read.items()}
        return Outcome(sha256, results, again=again, complete=complete)

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
    return (pending.again or held.get(reader.name) != reader.version) and reader.takes(file)


def _path_of(reader: ObjectReader) -> Path:
    """Where the bytes lie as a local file."""
    if reader.file is None:
        raise Unavailable("These bytes are not in a local file.")
    return Path(reader.file.name)


def _read_by(tool: Tool, file: File) -> Found | str:
    try:
        return tool.read(file)
    except Unreadable as fault:
        return str(fault)
    except Unavailable:
        raise
    except Exception:
        log.exception("the reader %s failed", tool.name)
        return "The reader ended with an error; the log of Core has it."
