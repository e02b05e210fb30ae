"""How long jobs are kept once they have ended: then they go, with their logs and the files they kept for themselves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select

from faceforge_storage import assets
from faceforge_storage.database.clock import now
from faceforge_storage.database.database import Database
from faceforge_storage.database.dialects import among
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.tables import assets as asset_table
from faceforge_storage.database.tables import jobs
from faceforge_storage.database.unrecorded_tables import job_leases, job_log
from faceforge_storage.errors import FaceForgeError
from faceforge_storage.readings import kept_by_jobs
from faceforge_storage.scheduling.fair_queue import OWN
from faceforge_storage.stored_bytes import StoredBytes

logger = logging.getLogger(__name__)

LOOK_SECONDS = 3600.0
"""How often it is looked."""
PAUSE_SECONDS = 0.1
"""How long the next batch waits, so that the writes of others come between."""
BATCH = 50
"""How many jobs go in one transaction."""
LOG_BATCH = 5000
"""How many entries of logs go in one transaction, unless one log is longer."""


class _Removed(NamedTuple):
    """How many jobs were removed, and the hashes of the bytes that nothing names any more."""

    jobs: int
    freed: list[str]


class JobRetention:
    """Removes jobs that ended longer ago than `keep_days`; None keeps all."""

    def __init__(self, database: Database, stored_bytes: StoredBytes, keep_days: int | None) -> None:
        self._database, self._stored_bytes, self._keep_days = database, stored_bytes, keep_days

    async def tend(self) -> None:
        """Until cancelled: look now and then; return at once when all is kept."""
        while self._keep_days is not None:
            try:
                await self.remove(now(-timedelta(days=self._keep_days)))
            except FaceForgeError as error:
                logger.warning("old jobs cannot be removed now: %s", error)
            except Exception:  # it goes on, whatever one look met
                logger.exception("removing old jobs failed")
            await asyncio.sleep(LOOK_SECONDS)

    async def remove(self, before: str) -> int:
        """Remove the jobs that ended before a moment; answers how many."""
        removed = 0
        while True:
            found = await self._database.write(OWN, "core", "remove old jobs", lambda tx: _remove(tx, before))
            if not found.jobs:
                break
            removed += found.jobs
            for sha256 in found.freed:
                await self._stored_bytes.remove_freed(sha256)
            await asyncio.sleep(PAUSE_SECONDS)
        if removed:
            logger.info("removed %d jobs that ended long ago", removed)
        return removed


def _remove(tx: Write, before: str) -> _Removed:
    """Remove the jobs that ended first, as many as one transaction takes."""
    chosen = _oldest(tx, before)
    freed = [each.content_hash for each in _files(tx, chosen) if assets.purge(tx, each)]
    rows = tx.rows(select(jobs).where(among(jobs.c.id, chosen)))
    numbers = [each.row_id for each in rows]
    for table in (job_log, job_leases):
        tx.delete_unrecorded(table, among(table.c.job_row, numbers))
    tx.delete(jobs, rows)
    return _Removed(len(rows), freed)


def _oldest(tx: Write, before: str) -> list[str]:
    """The ids of the jobs to remove next: one with a long log goes alone."""
    ended: Any = (
        select(jobs.c.id, func.coalesce(job_leases.c.log_entries, 0).label("entries"))
        .outerjoin(job_leases, job_leases.c.job_row == jobs.c.row_id)
        .where(jobs.c.finished_at.is_not(None), jobs.c.finished_at < before)
        .order_by(jobs.c.finished_at)
        .limit(BATCH)
    )
    chosen: list[str] = []
    entries = 0
    for row in tx.rows(ended):
        entries += row.entries
        if chosen and entries > LOG_BATCH:
            break
        chosen.append(row.id)
    return chosen


def _files(tx: Write, job_ids: list[str]) -> Sequence[AnyRow]:
    """The assets that the jobs have kept for themselves, also those that are in the trash."""
    theirs = among(asset_table.c.owner["id"].as_string(), job_ids)
    return tx.rows(select(asset_table).where(kept_by_jobs(asset_table.c.kind), theirs))
