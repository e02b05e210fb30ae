"""Files that were hashed before: as long as a file is the same by its numbers, size and times, so is its hash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, and_, select

from faceforge_storage.database.dialects import among
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.unrecorded_tables import known_files
from faceforge_storage.imports.identity import Identity

COLUMNS = tuple(known_files.c[name] for name in (*Identity._fields, "sha256"))


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
