"""The lane in which files are read: a queue in the database, worked off in order by processes of its own.

Nobody who stores a file waits for it, and whoever waits for a thumbnail goes before the queue.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from faceforge_storage import readings
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import Write
from faceforge_storage.errors import FaceForgeError, Overloaded, Unavailable
from faceforge_storage.examinations import Examinations
from faceforge_storage.readings import Outcome
from faceforge_storage.renditions import Renditions
from faceforge_storage.scheduling.fair_queue import OWN
from faceforge_storage.stored_bytes import AGAIN_SECONDS

log = logging.getLogger(__name__)

BATCH = 256
"""How many contents are taken from the queue at once."""
PART = 16
"""How many of them are begun, kept and stored in one go."""
SAVE_SECONDS = 0.5
"""How long what was found waits for what else is being read: one large file holds up none of the others."""
LONGEST_PAUSE = 60.0
"""How seldom it is tried again while nothing can be stored: each time files are decoded for nothing."""
WAITING = 512
"""How many contents may be examined or wait for it at once, because somebody waits for a thumbnail."""
NOT_KEPT = "What was found cannot be stored; the log of Core says why."
Announce = Callable[[str, Mapping[str, Any]], None]
AGAIN = {"Retry-After": "2"}


@dataclass(eq=False)
class Examiner:
    """Reads what the queue holds, and makes thumbnails, also when somebody waits for one."""

    database: Database
    examinations: Examinations
    renditions: Renditions
    most_bytes: int
    announce: Announce

    def __post_init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._expected = asyncio.Event()

    def expect(self) -> None:
        """Whoever puts something into the queue says so in its transaction, from the writer's thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has closed: the next start finds it
                self._loop.call_soon_threadsafe(self._expected.set)

    async def thumbnail(self, sha256: str, size: int) -> bytes | None:
        """A thumbnail of a content, made now if need be; None where its bytes are in no asset.

        Raises Overloaded, Unavailable, and what opening the bytes raises.
        """
        found = await asyncio.to_thread(self.renditions.find, sha256, size)
        if found is not None:
            return found
        begun = not self.examinations.is_running(sha256)
        if begun and len(self.examinations) >= WAITING:  # those, too, whose requests have given up meanwhile
            raise Overloaded(f"{WAITING} wait for thumbnails already.", headers=AGAIN)
        outcome, thumbnails, of_asset = await self.examinations.examine(sha256)
        if not of_asset:
            return None
        if begun and outcome.results:
            with suppress(FaceForgeError):  # it stays in the queue; whoever waits for a picture has it
                await self._save([outcome])
        # One that was being examined already may have had its thumbnails; where none can be kept, only this has them.
        made = thumbnails.get(size) or await asyncio.to_thread(self.renditions.find, sha256, size)
        if made is None:
            raise Unavailable("The thumbnail could not be made now.", headers=AGAIN)
        return made

    async def work(self) -> None:
        """Until cancelled: read what waits, first come first served."""
        self._loop = asyncio.get_running_loop()
        await self._look_for_new_readers()
        pause = AGAIN_SECONDS
        while True:
            self._expected.clear()
            try:
                # Asked of the writer: what was announced to `expect` is stored by then.
                batch = await self.database.write(OWN, "core", "read files", self._next)
                if batch:
                    await self._read(batch)
                else:
                    await self._expected.wait()
                pause = AGAIN_SECONDS
            except Exception as error:  # it goes on, whatever one batch met
                unexpected = not isinstance(error, FaceForgeError)
                log.warning("files cannot be read now: %s", error, exc_info=unexpected)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _look_for_new_readers(self) -> None:
        """At the start: what is stored is read again by readers that were not here before, or have become better."""
        after: int | None = 0
        present = self.examinations.present
        with suppress(FaceForgeError):  # a home that can only be read
            while after is not None:
                enqueue = partial(readings.enqueue_for_new_readers, present=present, after=after)
                after = await self.database.write(OWN, "core", "read files", enqueue)

    @staticmethod
    def _next(tx: Write) -> list[str]:
        return [each.sha256 for each in readings.next_pending(tx.connection, BATCH)]

    async def _read(self, batch: list[str]) -> None:
        """Examine the contents of a batch, begun in order."""
        gate = asyncio.Semaphore(self.examinations.at_once)
        parts = [batch[start : start + PART] for start in range(0, len(batch), PART)]
        reading = [asyncio.ensure_future(self._read_part(each, gate)) for each in parts]
        try:
            await asyncio.gather(*reading)
        finally:
            for each in reading:
                each.cancel()
            await asyncio.gather(*reading, return_exceptions=True)

    async def _read_part(self, sha256s: list[str], gate: asyncio.Semaphore) -> None:
        """Examine contents, and store what comes of them as it comes. Raises why one cannot be examined now."""
        async with gate:
            left = set(self.examinations.begin(sha256s))
            while left:
                ended, left = await asyncio.wait(left, timeout=SAVE_SECONDS)
                done = [each.result() for each in ended if each.exception() is None]
                await self.examinations.keep(done)
                await self._save([each.outcome for each in done])
                for each in ended:
                    each.result()

    async def _save(self, outcomes: list[Outcome]) -> None:
        """Store what came of reading; one that cannot be stored fails, and holds up no other."""
        if not outcomes:
            return
        try:
            await self._store(outcomes)
        except FaceForgeError:
            raise
        except Exception:  # a fault of one file is no fault of the others
            log.exception("what was found in files cannot be stored")
            for each in outcomes:
                await (self._save([each]) if len(outcomes) > 1 else self._store([each.failed(NOT_KEPT)]))

    async def _store(self, outcomes: list[Outcome]) -> None:
        save = partial(readings.save, outcomes=outcomes, most_bytes=self.most_bytes)
        await self.database.write(OWN, "core", "read files", save)
        self.announce("reading.done", {"content_hashes": [each.sha256 for each in outcomes]})
