"""Stored bytes and the rows that name them: bytes come before the first row, and go after the last.

A purge that takes the last row leaves a row in `freed_bytes`, in its own transaction. Once that is committed the bytes
are removed, and then the row: so a crash, or a store that is away, only delays it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any
from weakref import WeakValueDictionary

from faceforge_storage.assets import find_object, find_objects
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.unrecorded_tables import freed_bytes
from faceforge_storage.errors import FaceForgeError
from faceforge_storage.objects.provider import StoredObject
from faceforge_storage.objects.store import ObjectStore
from faceforge_storage.scheduling.fair_queue import OWN, Turn
from faceforge_storage.stores import places

log = logging.getLogger(__name__)

AGAIN_SECONDS = 5.0
"""How soon a store that is away is looked for again, and what could not be removed is tried again."""
AT_ONCE = 100
"""How many locks are taken before others on the event loop have their turn."""


class StoredBytes:
    """Who may publish and remove the bytes of one hash: one at a time. All on one event loop."""

    def __init__(self, database: Database, store: ObjectStore, remove_made: Callable[[str], None]) -> None:
        """`remove_made` removes what was made from the bytes of a hash, such as thumbnails."""
        self._database, self._store, self._remove_made = database, store, remove_made
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._left = False
        """Whether there may be bytes to remove that nobody is removing now."""

    def lock(self, sha256: str) -> asyncio.Lock:
        """Hold it from the publication of bytes until a row names them, so that nobody removes them meanwhile."""
        return self._locks.setdefault(sha256, asyncio.Lock())

    @asynccontextmanager
    async def holding(self, sha256s: Iterable[str]) -> AsyncIterator[None]:
        """Hold the locks of many hashes."""
        locks = await self._acquire(sha256s)
        try:
            yield
        finally:
            _release(locks)

    @contextmanager
    def held(self, sha256s: Iterable[str]) -> Iterator[None]:
        """Hold the locks of many hashes, in a plain thread, from publishing their bytes until rows name them."""
        loop = self._loop
        assert loop is not None  # `find_left` is called at the start
        locks = asyncio.run_coroutine_threadsafe(self._acquire(sha256s), loop).result()
        try:
            yield
        finally:
            with suppress(RuntimeError):  # the loop has closed: nobody waits any more
                loop.call_soon_threadsafe(_release, locks)

    async def _acquire(self, sha256s: Iterable[str]) -> list[asyncio.Lock]:
        locks: list[asyncio.Lock] = []
        try:
            # In order: two that want the same ones do not wait for each other. An import that holds those of one batch
            # while it takes those of the next needs no lock to let go of the first.
            for number, each in enumerate(sorted(set(sha256s)), 1):
                if number % AT_ONCE == 0:
                    await asyncio.sleep(0)  # others are served between
                lock = self.lock(each)
                await lock.acquire()
                locks.append(lock)
        except BaseException:
            _release(locks)
            raise
        return locks

    def withdraw_here(self, published: Sequence[StoredObject], turn: Turn) -> None:
        """What `withdraw` does, for a plain thread that holds the hashes."""
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(self.withdraw(published, turn), self._loop).result()

    def expect_freed(self) -> None:
        """A purge says so in its transaction, from the writer's thread: what it frees is found even if nobody waits."""
        self._left = True

    async def withdraw(self, published: Sequence[StoredObject], turn: Turn) -> None:
        """Remove published bytes that no row names, in the locks of their hashes. Where that fails they stay."""

        # Asked of the writer, which has then done whatever it had begun.
        def named(tx: Write) -> Collection[str]:
            return find_objects(tx.connection, (each.sha256 for each in published))

        async def remove() -> None:
            with suppress(FaceForgeError):
                kept = await self._database.write(turn, "core", "withdraw bytes", named)
                left = [each for each in published if each.sha256 not in kept]
                if left:
                    await asyncio.to_thread(self._store.delete, left)

        await to_the_end(remove())

    async def remove_freed(self, sha256: str, turn: Turn = OWN) -> None:
        """Remove the bytes that a purge has freed, unless a row names them again.

        What fails is logged and tried again, also after a restart.
        """

        def still_freed(tx: Write) -> StoredObject | None:
            row = tx.connection.execute(
                places(freed_bytes).where(freed_bytes.c.sha256 == sha256)
            ).one_or_none()
            if row is not None and find_object(tx.connection, sha256) is not None:
                _forget(tx, sha256)
                return None
            return None if row is None else StoredObject(*row)

        async def remove() -> None:
            async with self.lock(sha256):
                stored = await self._database.write(turn, "core", "remove bytes", still_freed)
                if stored is not None:
                    await asyncio.to_thread(self._remove_made, sha256)
                    await asyncio.to_thread(self._store.delete, [stored])
                    await self._database.write(turn, "core", "remove bytes", lambda tx: _forget(tx, sha256))

        try:
            await to_the_end(remove())
        except FaceForgeError as error:
            log.warning("the bytes of a purged asset cannot be removed now: %s", error)
            self._left = True

    async def find_left(self) -> None:
        """At the start: find out whether an earlier run has left bytes that `tend` is to remove."""
        self._loop = asyncio.get_running_loop()
        query = places(freed_bytes).limit(1)
        try:
            found = await self._database.read(OWN, lambda connection: connection.execute(query).all())
        except FaceForgeError:  # `tend` asks again, and says what is wrong
            self._left = True
        else:
            self._left = bool(found)

    async def tend(self) -> None:
        """Until cancelled: look for a store that is away, and remove what purges have freed and nobody has removed."""
        while True:
            try:
                await asyncio.to_thread(self._store.look_again)
                if self._left and not self._store.away():
                    await self._remove_left()
            except FaceForgeError as error:
                log.warning("the stores cannot be looked after now: %s", error)
            except Exception:  # it goes on looking, whatever one look met
                log.exception("looking after the stores failed")
            await asyncio.sleep(AGAIN_SECONDS)

    async def _remove_left(self) -> None:
        def freed(tx: Write) -> list[str]:
            return [row.sha256 for row in tx.rows(places(freed_bytes))]

        # Asked of the writer: what it has begun it has done then, and what it begins later sets this again.
        self._left = False
        for sha256 in await self._database.write(OWN, "core", "remove bytes", freed):
            await self.remove_freed(sha256)
            if self._store.away():
                return


def _release(locks: Iterable[asyncio.Lock]) -> None:
    for each in locks:
        each.release()


async def to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Await the work, also when this is cancelled meanwhile: a thread that still removes bytes must be in its lock."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


def _forget(tx: Write, sha256: str) -> None:
    tx.delete_unrecorded(freed_bytes, freed_bytes.c.sha256 == sha256)
