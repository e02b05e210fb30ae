"""The SQLite library of this process: the one that comes with FaceForge, or Python's own where there is no wheel of it.

Two SQLite libraries in one process drop each other's file locks, and a row that was committed can vanish. So nothing
else imports `sqlite3` or `pysqlite3`, tests included: all take `sqlite3` from here (tests/policy/test_one_sqlite.py).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3  # both have the same interface; only this one has types
else:
    try:
        from pysqlite3 import dbapi2 as sqlite3
    except ImportError:
        import sqlite3

__all__ = ["BUNDLED", "description", "log_library", "sqlite3", "warning"]

log = logging.getLogger(__name__)

BUNDLED = sqlite3.__name__.startswith("pysqlite3")
"""Whether it is the library that comes with FaceForge."""

SAFE = (3, 51, 3)
"""The first version without the WAL-reset fault: two processes that write and checkpoint at one moment can damage the
database."""


def description() -> str:
    """Which SQLite runs, such as `SQLite 3.53.4 (comes with FaceForge)`."""
    return f"SQLite {sqlite3.sqlite_version} ({'comes with FaceForge' if BUNDLED else 'of this Python'})"


def warning() -> str | None:
    """What is to be known of a library that is too old, and what to do; None for one that is safe."""
    if sqlite3.sqlite_version_info >= SAFE:
        return None
    safe = ".".join(map(str, SAFE))
    return (
        f"SQLite {sqlite3.sqlite_version} of this Python is older than {safe}, which mended a rare fault: two programs "
        "that write this database at the same moment can damage it. Core alone is safe. Let no other program write to "
        f"it, or run Core with a Python whose SQLite is {safe} or newer."
    )


def log_library() -> None:
    """Write to the log which library runs, and what is to be known of it."""
    log.info("%s", description())
    if (text := warning()) is not None:
        log.info("%s", text)
