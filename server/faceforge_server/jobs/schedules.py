"""Makes the jobs of schedules when they are due: at their times, and when something has come into a watched folder."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from faceforge_schema import Context, Core
from faceforge_schema.jobs.authority import maker_of
from faceforge_schema.schedules.due import make_due
from faceforge_schema.schedules.folders import check_folder
from faceforge_storage.database.clock import FORM, now
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.errors import FaceForgeError, NotFound
from faceforge_storage.schedules import rows
from faceforge_storage.schedules.watched_folder import WatchedFolder
from faceforge_storage.scheduling.fair_queue import OWN

logger = logging.getLogger("faceforge.schedules")

PAUSE_S = 1.0
"""How soon schedules are looked at again at the earliest, and how often watched folders are asked."""
LONGEST_SLEEP_S = 30.0
"""The clock of the machine may be set: it is read again after so long."""


class ScheduleTender:
    """Looks after the schedules of one Core, on its event loop; a watched folder has a thread."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._rows: Sequence[AnyRow] = ()
        """The schedules that are on, as they were read last."""
        self._folders: dict[str, WatchedFolder] = {}
        """Id of a schedule -> the folder that is watched for it."""
        self._said: dict[str, str | None] = {}
        """Id of a schedule -> what it says of its folder."""

    async def tend(self) -> None:
        """Until cancelled: make the jobs that are due, and watch the folders of schedules."""
        try:
            while True:
                news, sleep = self._core.jobs.news(), LONGEST_SLEEP_S
                try:
                    await self._read()
                    sleep = await self._look(news)
                except FaceForgeError as error:
                    logger.warning("schedules cannot be looked after now: %s", error)
                except Exception:  # it goes on, whatever one look met
                    logger.exception("looking after schedules failed")
                with suppress(TimeoutError):
                    async with asyncio.timeout(sleep):
                        await news.wait()
                await asyncio.sleep(PAUSE_S)
        finally:
            for each in self._folders.values():
                each.stop()

    async def _read(self) -> None:
        """Read the schedules that are on, and watch the folders that they name and no others."""
        # Asked of the writer, which has then done whatever the news was about.
        self._rows = await self._core.database.write(
            OWN, "core", "tend schedules", lambda tx: rows.enabled(tx.connection)
        )
        wanted = {row.id: row for row in self._rows if row.watch is not None}
        for schedule_id, folder in list(self._folders.items()):
            row = wanted.get(schedule_id)
            if row is None or Path(row.watch) != folder.path:
                self._folders.pop(schedule_id).stop()
                self._said.pop(schedule_id, None)
        for row in wanted.values():
            if row.id not in self._folders:
                self._folders[row.id] = WatchedFolder(row.watch, partial(self._allowed, row.id))
                self._folders[row.id].start()

    async def _look(self, news: asyncio.Event) -> float:
        """Make what is due, until there is news of schedules; answers for how long there is nothing to do."""
        while True:
            moment = now()
            for row in self._rows:
                folder = self._folders.get(row.id)
                if folder is not None:
                    await self._look_at(folder, row)
                elif row.next_run_at is not None and row.next_run_at <= moment:
                    await self._make(row)
            dues = [_seconds_until(row.next_run_at) for row in self._rows if row.next_run_at is not None]
            if news.is_set() or not self._folders or min(dues, default=LONGEST_SLEEP_S) <= 0:
                return max(0.0, min([LONGEST_SLEEP_S, *dues]))
            await asyncio.sleep(PAUSE_S)

    async def _look_at(self, folder: WatchedFolder, row: AnyRow) -> None:
        """Say what keeps a folder from being watched; make a job when something has come into it."""
        if folder.problem != self._said.setdefault(row.id, row.problem):
            await self._say(row.id, folder.problem)
        if folder.problem is None and folder.is_ready():
            folder.taken()
            made = False
            try:
                made = await self._make(row)
            finally:
                if not made:  # the last one is not finished: what came is for the next
                    folder.changed()

    async def _say(self, schedule_id: str, problem: str | None) -> None:
        """Let a schedule say what is the matter with its folder."""

        def note(tx: Write) -> None:
            with suppress(NotFound):
                rows.note(tx, rows.get(tx.connection, schedule_id), {"problem": problem})

        await self._core.database.write(OWN, "core", "tend schedules", note)
        self._said[schedule_id] = problem

    async def _make(self, row: AnyRow) -> bool:
        """Make the job of a schedule that is due; False when its last one is unfinished."""
        make = partial(make_due, core=self._core, schedule_id=row.id)
        return await self._core.database.write(OWN, row.made_by, "runSchedule", make)

    def _allowed(self, schedule_id: str, path: Path) -> None:
        """In the thread of a folder: raise FaceForgeError unless whose schedule it is may have it read now."""
        database = self._core.database
        row = database.reading(rows.get, schedule_id)
        context = Context(self._core, database.reading(maker_of, self._core, row))
        try:
            check_folder(context, str(path))
        finally:
            context.budget.release()


def _seconds_until(moment: str) -> float:
    return (datetime.strptime(moment, FORM) - datetime.strptime(now(), FORM)).total_seconds()
