"""Translates the errors of SQLAlchemy and SQLite into those of our own tree."""

from __future__ import annotations

import logging

from sqlalchemy.exc import DatabaseError

from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.errors import NoSpace, QueryTimeout, StorageFailed, Unavailable

log = logging.getLogger(__name__)


def translate(error: Exception) -> Exception:
    """The error of our own tree for one of the database; any other error unchanged."""
    if isinstance(error, DatabaseError):
        text = str(error.orig)
    elif isinstance(error, sqlite3.DatabaseError):  # met while rows are fetched from the driver
        text = str(error)
    else:
        return error
    log.warning("the database refused: %s", text)
    if "interrupted" in text:
        return QueryTimeout("The query took longer than is allowed.")
    if "full" in text:
        return NoSpace("The disk of the database is full; nothing was changed.")
    if "locked" in text or "busy" in text:
        return Unavailable("Another program holds the database.")
    if any(sign in text for sign in ("I/O", "readonly", "unable to open", "malformed", "not a database")):
        return StorageFailed(f"The database cannot be used: {text}.")
    return error
