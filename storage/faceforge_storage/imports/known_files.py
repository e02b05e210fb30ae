"""Files that were hashed before: as long as a file is the same by its numbers, size and times, so is its hash."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, and_, exists, select, tuple_

from faceforge_storage.database.database import Database
from faceforge_storage.database.dialects import among
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.tables import jobs, objects
from faceforge_storage.database.unrecorded_tables import known_files
from faceforge_storage.errors import FaceForgeError
from faceforge_storage.imports.identity import Identity
from faceforge_storage.scheduling.fair_queue import OWN

logger = logging.getLogger(__name__)

LOOK_SECONDS = 24 * 3600.0
"""How often it is looked which of them are to be forgotten."""
FIRST_LOOK_SECONDS = 300.0
"""How long after a start it is looked first, for there is enough to do."""
PAUSE_SECONDS = 0.1
"""How long the next batch waits, so that others come between."""
BATCH = 5000
"""How many files are looked at in one transaction."""
COLUMNS = tuple(known_files.c[name] for name in (*Identity._fields, "sha256"))
IMPORT = "core.bulk_import"
KEY = tuple_(known_files.c.inode, known_files.c.dev)
NOT_STORED = ~exists().where(objects.c.sha256 == known_files.c.sha256).correlate(known_files)


def hashes_of(db: Connection, files: Iterable[Identity]) -> dict[Identity, str]:
    """The SHA-256 of those files that were hashed as they are now."""
    wanted = set(files)
    found = db.execute(select(*COLUMNS).where(among(known_files.c.inode, [each.inode for each in wanted])))
    known = {Identity._make(row[:-1]): row[-1] for row in found}
    return {each: known[each] for each in wanted if each in known}


def remember(tx: Write, hashes: Mapping[Identity, str]) -> None:
    """Record the SHA-256 of files as they were before and after they were read."""
    if not hashes:
        return
    inodes = [each.inode for each in hashes]
    devices = [each.dev for each in hashes]
    tx.delete_unrecorded(
        known_files, and_(among(known_files.c.inode, inodes), among(known_files.c.dev, devices))
    )
    tx.add_unrecorded(known_files, [{**each._asdict(), "sha256": sha256} for each, sha256 in hashes.items()])


class _Part(NamedTuple):
    """Files one after another by their numbers: up to which, and whether bytes of any are not stored."""

    last: tuple[int, int]
    gone: bool


async def tend(database: Database) -> None:
    """Until cancelled: forget now and then the files whose bytes are not stored any more, or never were."""
    await asyncio.sleep(FIRST_LOOK_SECONDS)
    while True:
        try:
            await forget(database)
        except FaceForgeError as error:
            logger.warning("files that were hashed cannot be forgotten now: %s", error)
        except Exception:  # it goes on, whatever one look met
            logger.exception("forgetting files that were hashed failed")
        await asyncio.sleep(LOOK_SECONDS)


async def forget(database: Database) -> None:
    """Forget those whose bytes are not stored; should one be found again, it is read once more.

    None while an import is to be done: it may have hashed them for a plan that it goes on with.
    """
    last = (-1, -1)
    while (part := await database.read(OWN, _part_after, last)) is not None:
        if part.gone:
            await database.write(OWN, "core", "forget files", partial(_forget, after=last, last=part.last))
        last = part.last
        await asyncio.sleep(PAUSE_SECONDS)


def _importing(db: Connection) -> bool:
    unfinished = and_(jobs.c.finished_at.is_(None), jobs.c.job_type == IMPORT)
    return bool(db.scalar(select(exists().where(unfinished))))


def _forget(tx: Write, after: tuple[int, int], last: tuple[int, int]) -> None:
    if not _importing(tx.connection):
        tx.delete_unrecorded(known_files, and_(after < KEY, last >= KEY, NOT_STORED))


def _part_after(db: Connection, last: tuple[int, int]) -> _Part | None:
    some = select(known_files.c.inode, known_files.c.dev, NOT_STORED).where(last < KEY).order_by(*KEY)
    rows = db.execute(some.limit(BATCH)).all()
    return _Part((rows[-1][0], rows[-1][1]), any(row[2] for row in rows)) if rows else None
