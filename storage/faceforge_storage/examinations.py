"""The examination of one content: by the readers that have yet to read it, and the thumbnails that are missing.

One content is examined once at a time, whoever asks.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from faceforge_storage import readings
from faceforge_storage.assets import find_objects
from faceforge_storage.database.database import Database
from faceforge_storage.errors import FaceForgeError, StorageFailed, Unavailable
from faceforge_storage.ingest.isolation.processes import Examine, Processes
from faceforge_storage.ingest.reader import File, Found, Reader
from faceforge_storage.ingest.thumbnails import SIZES
from faceforge_storage.ingest.tool import Tool
from faceforge_storage.objects.provider import ObjectReader, StoredObject
from faceforge_storage.objects.store import ObjectStore
from faceforge_storage.readings import OF_JOBS, Outcome, Pending
from faceforge_storage.renditions import Renditions
from faceforge_storage.scheduling.fair_queue import OWN
from faceforge_storage.stored_bytes import StoredBytes, to_the_end

log = logging.getLogger(__name__)

BROKEN = "Reading it failed; the log of Core says where."


class Made(NamedTuple):
    """What came of examining a content. `of_asset`: whether an asset is on its bytes, else nothing is made of it."""

    outcome: Outcome
    thumbnails: Mapping[int, bytes]
    of_asset: bool = True


@dataclass(eq=False)
class Prepared:
    """A content, what is to be done with it, and its open bytes; none where nothing is to be done."""

    pending: Pending
    file: File
    readers: Sequence[Reader] = ()
    tools: Sequence[Tool] = ()
    sizes: tuple[int, ...] = ()
    opened: ObjectReader | None = None
    fault: Exception | None = None
    """Why it could not be prepared, mostly because its bytes could not be opened."""


Known = tuple[Pending, Mapping[str, int]]
"""A content, and by which version of each reader it was read."""


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
    """How many parts of the queue are begun at once; with 0 nothing is read but what somebody waits for."""

    def __post_init__(self) -> None:
        self._running: dict[str, asyncio.Task[Made]] = {}
        self._awaited: set[str] = set()
        """Those of them that were begun in turn, and for which somebody waits by now."""
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

    def begin(self, sha256s: Sequence[str]) -> list[asyncio.Task[Made]]:
        """Examine contents in turn; their thumbnails are yet to be kept. One that is examined already goes on."""
        new = [each for each in sha256s if each not in self._running]
        if new:
            prepared = asyncio.ensure_future(self._prepare(new))
            for each in new:
                self._run(each, self._examine_in_turn(each, prepared))
        return [self._running[each] for each in sha256s]

    async def examine(self, sha256: str) -> Made:
        """What comes of examining a content for whose thumbnail somebody waits, or of the examination under way.

        It goes first, its thumbnails are kept, and what takes long is left for later.
        """
        running = self._running.get(sha256)
        if running is None:
            running = self._run(sha256, self._examine_soon(sha256))
        else:
            self._awaited.add(sha256)
            self.processes.hasten(sha256)
        return await asyncio.shield(running)

    async def keep(self, made: Iterable[Made]) -> None:
        """Keep thumbnails, unless a content was purged meanwhile: in the locks in which a purge removes them."""
        thumbnails = {each.outcome.sha256: each.thumbnails for each in made if each.thumbnails}
        if thumbnails:
            await to_the_end(self._keep(thumbnails))

    async def _keep(self, thumbnails: Mapping[str, Mapping[int, bytes]]) -> None:
        async with self.stored_bytes.holding(thumbnails):
            there = await self.database.read(OWN, find_objects, list(thumbnails))
            await asyncio.to_thread(self._save, {each: thumbnails[each] for each in there})

    def _save(self, thumbnails: Mapping[str, Mapping[int, bytes]]) -> None:
        for sha256, each in thumbnails.items():
            self.renditions.save(sha256, each)

    def _run(self, sha256: str, examining: Coroutine[Any, Any, Made]) -> asyncio.Task[Made]:
        self._running[sha256] = running = asyncio.ensure_future(examining)
        running.add_done_callback(partial(self._ended, sha256))
        return running

    def _ended(self, sha256: str, running: asyncio.Task[Made]) -> None:
        self._running.pop(sha256, None)
        self._awaited.discard(sha256)
        if not running.cancelled():
            running.exception()  # whoever waits has it; nobody may be left, and asyncio would complain of that

    async def _examine_soon(self, sha256: str) -> Made:
        async with self._urgent:
            made = await self._examine(sha256, asyncio.ensure_future(self._prepare([sha256])), urgent=True)
            await self.keep([made])
            return made

    async def _examine_in_turn(self, sha256: str, prepared: asyncio.Future[Mapping[str, Prepared]]) -> Made:
        try:
            return await self._examine(sha256, prepared)
        except FaceForgeError:
            raise
        except Exception:  # else it would come again and again, before all that wait behind it
            log.exception("examining %s failed", sha256)
            one = (await prepared).get(sha256)
            return self._nothing(sha256) if one is None else self._failed(one, BROKEN)

    async def _prepare(self, sha256s: Sequence[str]) -> Mapping[str, Prepared]:
        """What is to be done with contents that are in assets."""
        # As it stands now: since a content was taken from the queue, somebody may have waited for its thumbnail.
        known = await self.database.read(OWN._replace(light=True), _known, sha256s)
        return await asyncio.to_thread(self._prepared, known)

    def _prepared(self, known: Iterable[Known]) -> Mapping[str, Prepared]:
        return {pending.sha256: self._prepared_one(pending, held) for pending, held in known}

    def _prepared_one(self, pending: Pending, held: Mapping[str, int]) -> Prepared:
        names = (pending.mime_type, pending.filename, pending.kind, pending.blake3)
        one = Prepared(pending, File(Path(), pending.sha256, pending.size_bytes, *names))
        try:
            one.readers = [each for each in self.readers if _wants(each, one, held)]
            one.tools = [each for each in self.tools if _wants(each, one, held)]
            one.sizes = self._sizes(one, held)
            if one.readers or one.tools or one.sizes:
                one.opened, path = self._open(pending)
                one.file = replace(one.file, path=path)
        except Exception as fault:  # that of one holds up no other
            one.fault = fault
        return one

    async def _examine(
        self, sha256: str, prepared: asyncio.Future[Mapping[str, Prepared]], *, urgent: bool = False
    ) -> Made:
        try:
            one = (await asyncio.shield(prepared)).get(sha256)
        except asyncio.CancelledError:
            prepared.add_done_callback(partial(_close, sha256))
            raise
        if one is None:
            return self._nothing(sha256)
        if one.fault is not None:
            return self._not_opened(one, one.fault, urgent=urgent)
        if one.opened is None:
            return Made(self._outcome(one.pending, {}, again=one.pending.again), {})
        # Who waits for a thumbnail waits for nothing else that takes long: then the content stays in the queue.
        quick = [each for each in one.readers if not (urgent and each.reads_all_bytes)]
        used = [] if urgent else one.tools
        try:
            read, thumbnails = await self._read(one.file, quick, used, one.sizes, urgent=urgent)
        finally:
            one.opened.close()
        complete = len(used) + len(quick) == len(one.tools) + len(one.readers)
        again = one.pending.again and complete
        return Made(self._outcome(one.pending, read, again=again, complete=complete), thumbnails)

    def _nothing(self, sha256: str) -> Made:
        return Made(Outcome(sha256, {}), {}, of_asset=False)

    def _not_opened(self, one: Prepared, fault: Exception, *, urgent: bool) -> Made:
        provider = self.store.providers.get(one.pending.provider)
        away = provider is not None and provider.away
        if urgent or away or not isinstance(fault, Unavailable | StorageFailed):
            raise fault
        return self._failed(one, fault.detail)

    def _failed(self, one: Prepared, message: str) -> Made:
        """What comes of a content that no reader gets to see."""
        names = [each.name for each in one.readers] + [each.name for each in one.tools]
        return Made(self._outcome(one.pending, dict.fromkeys(names, message)), {})

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
        examining = self.processes.examine(request, urgent=urgent or file.sha256 in self._awaited)
        if not tools:
            examined = await examining
            return examined.readings, examined.thumbnails
        beside = asyncio.gather(*(each.examine(file) for each in tools))
        examined, found = await asyncio.gather(examining, beside)
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

    def _sizes(self, one: Prepared, held: Mapping[str, int]) -> tuple[int, ...]:
        """The thumbnails to make: those that are missing, and those that a reader may now have another picture for."""
        seeing = [each.name for each in one.readers if each.preview is not None]
        if seeing and (one.pending.again or not held.keys().isdisjoint(seeing)):
            return SIZES
        return self.renditions.missing(one.pending.sha256, or_tile=bool(seeing))


def _known(db: Connection, sha256s: Sequence[str]) -> list[Known]:
    """Those contents that are in assets, each with the versions of the readers that have read it."""
    held = readings.versions(db, sha256s)
    return [(each, held.get(each.sha256, {})) for each in readings.find(db, sha256s)]


def _close(sha256: str, prepared: asyncio.Future[Mapping[str, Prepared]]) -> None:
    """Close a content that nobody examines any more."""
    if not prepared.cancelled() and prepared.exception() is None:
        one = prepared.result().get(sha256)
        if one is not None and one.opened is not None:
            one.opened.close()


def _wants(reader: Reader | Tool, one: Prepared, held: Mapping[str, int]) -> bool:
    if one.pending.kind.startswith(OF_JOBS):  # it tells paths of the disk, which not everybody may read
        return False
    return (one.pending.again or held.get(reader.name) != reader.version) and reader.takes(one.file)
