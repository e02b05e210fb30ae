"""How long the journal keeps what happened: old changesets are dropped by age and size, where a setting says so."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Connection, LargeBinary, cast, func, select

from faceforge_storage.database.clock import now
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.tables import changes, changesets
from faceforge_storage.errors import FaceForgeError
from faceforge_storage.home.settings import Journal
from faceforge_storage.scheduling.fair_queue import OWN

log = logging.getLogger(__name__)

LOOK_SECONDS = 3600.0
"""How often the journal is looked at."""
PAUSE_SECONDS = 0.1
"""How long the next batch waits, so that the writes of others come between."""
BATCH_CHANGES = 1000
"""How many changes are dropped in one transaction, or one changeset that has more."""
READ_CHANGES = 10_000
ROW_BYTES = 250
"""What a change takes beside its values: its row, its ids and its entries in indexes, about."""


class _Sizes(NamedTuple):
    """Bytes by changeset, the newest first, of the changes after the row `begin`."""

    by_changeset: list[tuple[int, int]]
    begin: int


class Retention:
    """Drops what the settings do not keep. The newest changeset stays in any case, so that ids go on from it."""

    def __init__(self, database: Database, settings: Journal) -> None:
        self._database, self._settings = database, settings

    async def tend(self) -> None:
        """Until cancelled: look at the journal now and then; return at once when all of it is kept."""
        while self._settings.keep_days is not None or self._settings.keep_bytes is not None:
            try:
                await self.drop()
            except FaceForgeError as error:
                log.warning("old changes cannot be dropped from the journal now: %s", error)
            except Exception:  # it goes on, whatever one look met
                log.exception("dropping old changes from the journal failed")
            await asyncio.sleep(LOOK_SECONDS)

    async def drop(self) -> None:
        """Drop all that is not to be kept, a batch at a time."""
        first = max(await self._first_by_age(), await self._first_by_size())
        dropped = 0
        while count := await self._database.write(
            OWN, "core", "drop old changes", lambda tx: _drop(tx, first)
        ):
            dropped += count
            await asyncio.sleep(PAUSE_SECONDS)
        if dropped:
            log.info("dropped %d old changes from the journal", dropped)

    async def _first_by_age(self) -> int:
        """The first changeset that is young enough to be kept, 0 when age does not matter."""
        if self._settings.keep_days is None:
            return 0
        return await self._database.read(OWN, _first_since, now(-timedelta(days=self._settings.keep_days)))

    async def _first_by_size(self) -> int:
        """The first changeset of those, from the newest back, that are small enough together; 0 when all are."""
        most = self._settings.keep_bytes
        if most is None:
            return 0
        total, end = 0, None
        while True:
            sizes = await self._database.read(OWN, _sizes, end)
            for changeset, size in sizes.by_changeset:
                total += size
                if total > most:
                    return changeset + 1
            if not sizes.by_changeset:
                return 0
            end = sizes.begin


def _first_since(db: Connection, moment: str) -> int:
    ids = changesets.c.row_id
    found = db.execute(select(ids).where(changesets.c.at >= moment).order_by(ids).limit(1)).scalar()
    newest = db.execute(select(func.max(ids))).scalar()
    return int(found if found is not None else newest or 0)


def _sizes(db: Connection, end: int | None) -> _Sizes:
    """The sizes of the changes up to the row `end`, from the newest back."""
    ids = changes.c.row_id
    end = db.execute(select(func.max(ids))).scalar() or 0 if end is None else end
    begin = end - READ_CHANGES
    values = [
        func.coalesce(func.length(cast(each, LargeBinary)), 0) for each in (changes.c.before, changes.c.after)
    ]
    found = db.execute(
        select(changes.c.changeset_row, func.sum(values[0] + values[1] + ROW_BYTES))
        .where(ids > begin, ids <= end)
        .group_by(changes.c.changeset_row)
        .order_by(changes.c.changeset_row.desc())
    ).all()
    return _Sizes([(row[0], row[1]) for row in found], begin)


def _drop(tx: Write, first: int) -> int:
    """Drop the oldest changesets before the one `first`, a batch; returns how many changes those had."""
    newest = tx.connection.execute(select(func.max(changesets.c.row_id))).scalar() or 0
    oldest = select(changes.c.changeset_row).order_by(changes.c.row_id).limit(BATCH_CHANGES).subquery()
    last_of_batch = tx.connection.execute(select(func.max(oldest.c.changeset_row))).scalar() or 0
    last = min(last_of_batch, first - 1, newest - 1)
    of_batch = changes.c.changeset_row <= last
    count = tx.connection.execute(select(func.count()).select_from(changes).where(of_batch)).scalar_one()
    if count:
        tx.delete_unrecorded(changes, of_batch)
        tx.delete_unrecorded(changesets, changesets.c.row_id <= last)
    return int(count)
