"""How a database file can be opened: with its write-ahead log, or only to read where a disk takes no log.

SQLite keeps the log and its index in files beside the database, also for reading. On a disk that is full or read-only
it cannot make them; a database that no log belongs to can then be read as it lies there (`immutable`), for as long as
nobody writes it.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from faceforge_storage.database.dialects.sqlite_library import sqlite3

IMMUTABLE = {"immutable": "1"}
"""The parameter of a URI by which SQLite reads a file without a log and without locks."""
PRIMARY = 0xFF
"""The part of an extended error code that names the kind."""
NO_FILES = frozenset({8, 10, 13, 14})
"""SQLITE_READONLY, _IOERR, _FULL and _CANTOPEN, by which SQLite reports a disk that takes no log."""


def takes_no_log(database: Path) -> bool:
    """Whether the file can be read, but only as `IMMUTABLE`.

    Not so where its log is there and cannot be used, since its newest rows are in that.
    """
    if not database.exists():
        return False
    try:
        _look(sqlite3.connect(database))
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & PRIMARY
        return code in NO_FILES and not _has_log(database) and _can_be_read_as_it_lies(database)
    return False


def connect_immutable(database: Path) -> sqlite3.Connection:
    """A connection that reads the file as it lies there."""
    return sqlite3.connect(f"{database.absolute().as_uri()}?immutable=1", uri=True)


def _can_be_read_as_it_lies(database: Path) -> bool:
    try:
        _look(connect_immutable(database))
    except sqlite3.Error:
        return False
    return True


def _look(connection: Any) -> None:
    with closing(connection):
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()


def _has_log(database: Path) -> bool:
    log = database.with_name(f"{database.name}-wal")
    return log.exists() and log.stat().st_size > 0
