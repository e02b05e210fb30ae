"""Copies of the database, made while it is in use and checked before they count."""

from __future__ import annotations

import secrets
from contextlib import closing
from pathlib import Path

from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.errors import StorageFailed
from faceforge_storage.home.atomic import sync_directory


def backup(database: Path, target: Path) -> int:
    """Copy the SQLite file `database` to `target` by the online backup API and verify the copy.

    Returns the size of the copy in bytes. `target` appears only when it is whole and verified; it must not exist.
    Raises StorageFailed.
    """
    if not database.exists():
        raise StorageFailed(
            f"There is no database at {database}.", hint="Start Core once, or name the right home."
        )
    try:
        if target.exists():
            raise StorageFailed(f"{target} exists already.", hint="Name a file that does not exist.")
        target.parent.mkdir(parents=True, exist_ok=True)
        # A random name, so that no existing file is overwritten.
        part = target.with_name(f"{target.name}.{secrets.token_hex(6)}.part")
        part.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise _failed(target, error) from error
    try:
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(part)) as copy:
            # In one step, which reads one snapshot: between several steps each write would restart the copy.
            source.backup(copy)
            # A copy is one file: it must not need a log beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
        verify(part)
        part.replace(target)
        sync_directory(target.parent)
    except (sqlite3.Error, OSError) as error:
        raise _failed(target, error) from error
    finally:
        part.unlink(missing_ok=True)
    return target.stat().st_size


def _failed(target: Path, error: Exception) -> StorageFailed:
    return StorageFailed(
        f"The backup to {target} failed: {error}.", hint="Check the path and its disk, and try again."
    )


def verify(database: Path) -> None:
    """Raise StorageFailed unless SQLite finds the file whole and no foreign key broken."""
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            reported = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        raise StorageFailed(f"The copy {database} cannot be read: {error}.") from error
    if reported != ["ok"]:
        raise StorageFailed(f"The copy {database} is damaged: {'; '.join(reported[:3])}.")
    if broken:
        raise StorageFailed(f"The copy {database} breaks a foreign key.")
