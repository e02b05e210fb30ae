"""The lane in which files are read: a queue in the database, worked off in order by processes of its own.

Nobody who stores a file waits for it, and whoever waits for a thumbnail goes before the queue.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
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

BATCH = 64
"""How many contents are taken from the queue at once."""
SAVED_AT_ONCE = 16
"""How many contents that have been read are stored in one transaction."""
WAITING = 512
"""How many may wait for thumbnails at once."""
Announce = Callable[[str, Mapping[str, Any]], None]
AGAIN = {"Retry-After": "2"}


@dataclass(eq=False)
class Examiner:
    """Reads what the queue holds, and makes thumbnails, also when somebody waits for one."""

    database: Database
    examinations: Examinations
    renditions: Renditions
    at_once: int
    most_bytes: int
    announce: Announce

    def __post_init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._expected = asyncio.Event()
        self._waiting = 0

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
        if self._waiting >= WAITING:
            raise Overloaded(f"{WAITING} wait for thumbnails already.", headers=AGAIN)
        self._waiting += 1
        try:
            return await self._made_now(sha256, size)
        finally:
            self._waiting -= 1

    async def _made_now(self, sha256: str, size: int) -> bytes | None:
        begun = not self.examinations.is_running(sha256)
        outcome, thumbnails, of_asset = await self.examinations.examine(sha256, urgent=True)
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
        while True:
            self._expected.clear()
            try:
                # Asked of the writer: what was announced to `expect` is stored by then.
                batch = await self.database.write(OWN, "core", "read files", self._next)
                if batch:
                    await self._read(batch)
                    continue
                await self._expected.wait()
            except FaceForgeError as error:
                log.warning("files cannot be read now: %s", error)
                await asyncio.sleep(AGAIN_SECONDS)
            except Exception:  # it goes on, whatever one batch met
                log.exception("reading files failed")
                await asyncio.sleep(AGAIN_SECONDS)

    async def _look_for_new_readers(self) -> None:
        """At the start: what is stored is read again by readers that were not here before, or have become better."""
        present = self.examinations.present
        with suppress(FaceForgeError):  # a home that can only be read
            await self.database.write(
                OWN, "core", "read files", lambda tx: readings.enqueue_for_new_readers(tx, present)
            )

    @staticmethod
    def _next(tx: Write) -> list[str]:
        return [each.sha256 for each in readings.next_pending(tx.connection, BATCH)]

    async def _read(self, batch: list[str]) -> None:
        """Examine the contents of a batch, begun in order, and store what comes of it as it comes."""
        gate = asyncio.Semaphore(self.at_once)

        async def one(sha256: str) -> Outcome:
            async with gate:
                return (await self.examinations.examine(sha256)).outcome

        tasks = [asyncio.ensure_future(one(each)) for each in batch]
        done: list[Outcome] = []
        try:
            for each in asyncio.as_completed(tasks):
                done.append(await each)
                if len(done) == SAVED_AT_ONCE:
                    await self._save(done)
                    done = []
        except FaceForgeError:
            await self._save(done)
            raise
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await self._save(done)

    async def _save(self, outcomes: list[Outcome]) -> None:
        if outcomes:
            await self.database.write(
                OWN, "core", "read files", lambda tx: readings.save(tx, outcomes, self.most_bytes)
            )
            self.announce("reading.done", {"content_hashes": [each.sha256 for each in outcomes]})
