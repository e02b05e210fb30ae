"""Brings a database to the schema this version of Core needs, with a backup first."""

from __future__ import annotations

import logging
import re
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from faceforge_storage.database.backup import backup
from faceforge_storage.database.clock import now
from faceforge_storage.database.dialects import connect_immutable, make_engine, takes_no_log
from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.database.headroom import give_back, keep_room
from faceforge_storage.errors import CannotStart

log = logging.getLogger(__name__)

_MIGRATIONS = Path(__file__).with_name("migrations")

HEAD = max(step.name[:4] for step in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
"""The newest step in `migrations/versions`, by the names of the files: a start with nothing to do loads no Alembic."""


def revision_of(database: Path) -> str | None:
    """The step the SQLite file is at; None for a new or missing one. Raises CannotStart when it cannot be read."""
    if not database.exists():
        return None
    try:
        opened = connect_immutable(database) if takes_no_log(database) else sqlite3.connect(database)
        with closing(opened) as connection:
            table = connection.execute(
                "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
            ).fetchone()
            found = (
                connection.execute("SELECT version_num FROM alembic_version").fetchone() if table else None
            )
    except sqlite3.Error as error:
        # An operational error comes from the disk or another program, any other from the file itself.
        damaged = not isinstance(error, sqlite3.OperationalError)
        raise CannotStart(
            f"The database {database} cannot be read: {error}.",
            hint="It is damaged: put a backup in its place."
            if damaged
            else "Make room on its disk, or mend its permissions; the database itself may well be whole.",
        ) from error
    return found[0] if found else None


def migrate(database: Path, backups: Path, keep: int = 5) -> str | None:
    """Bring the SQLite file `database` to HEAD; returns the step it was at before (None: it was new).

    An existing database is copied into the folder `backups` first, where the newest `keep` copies stay. The steps run
    in one transaction, so a crash leaves the old schema or the new one. Raises CannotStart for a database that a newer
    version made or that cannot be written, StorageFailed when there can be no copy.
    """
    give_back(database.parent)
    before = revision_of(database)
    if before != HEAD:
        _upgrade(database, before, backups, keep)
    keep_room(database.parent)
    return before


def _upgrade(database: Path, before: str | None, backups: Path, keep: int) -> None:
    if before is not None:
        if before > HEAD:
            raise CannotStart(
                f"{database} was made by a newer FaceForge (schema {before}; this one knows {HEAD}).",
                hint="Start the newer version, or restore a backup made before.",
            )
        copy = backups / f"before-{HEAD}-from-{before}-{re.sub(r'[^0-9]', '', now())}.sqlite3"
        for half in backups.glob("before-*.part"):  # of a start that was killed while it copied
            half.unlink()
        backup(database, copy)
        log.info("kept a copy of the database in %s", copy)
        for old in sorted(backups.glob("before-*.sqlite3"), key=lambda each: each.stat().st_mtime)[:-keep]:
            old.unlink()
    _run(database)


def _run(database: Path) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    database.parent.mkdir(parents=True, exist_ok=True)
    engine = make_engine(str(database), writer=True, connections=1)

    @event.listens_for(engine, "connect", insert=False)
    def leave_children(connection: sqlite3.Connection, _record: object) -> None:
        # Rebuilding a parent table with foreign keys on would delete its children; they are checked after.
        connection.execute("PRAGMA foreign_keys = OFF")

    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _check_foreign_keys(connection)
    except OperationalError as error:
        raise CannotStart.unwritable(f"The database {database}", error.orig) from error
    finally:
        engine.dispose()


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise CannotStart(
            f"The new schema breaks a foreign key of table {broken[0]}.",
            hint="Report this; nothing was changed.",
        )
