"""Migrates copies of one database, and kills itself after the first SQL statements, after some more, and so on.

Tests start it: `dying_migration.py DATABASE DIRECTORY 1` leaves `DIRECTORY/1/core.sqlite3`, `DIRECTORY/2/…`, the last
of which is whole; the last word is how many statements more each attempt comes. Each attempt is a process of its own;
it is forked, since a start of Python takes longer than all of them.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401  # so that no attempt has to load it

from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.database.migrate import migrate

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def migrate_until(last: int, database: Path) -> None:
    """Migrate, and die when one more statement than `last` begins, on whatever connection."""
    counted = itertools.count(1)
    connect = sqlite3.connect

    def count(_statement: str) -> None:
        if next(counted) > last:
            os.kill(os.getpid(), KILL)

    def traced(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **named)
        connection.set_trace_callback(count)
        return connection

    sqlite3.connect = traced  # type: ignore[assignment]  # the one hook there is
    migrate(database, database.parent / "backups")


def attempt(last: int, database: Path) -> int:
    """What became of the process that migrated: 0, or the signal it died of."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        migrate_until(last, database)
        os._exit(0)
    finally:
        os._exit(1)


if __name__ == "__main__":
    old, directory, stride = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    for last in itertools.count(1, stride):
        place = directory / str(last)
        place.mkdir(parents=True)
        if old.exists():
            shutil.copy(old, place / "core.sqlite3")
        ended = attempt(last, place / "core.sqlite3")
        if ended == 0:
            break
        if ended != -KILL:
            sys.exit(f"after {last} statements it ended with {ended}")
