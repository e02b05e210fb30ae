"""Empties the write-ahead log after a purge: until then it holds what was erased, as it was before.

The one writer does it, after a commit. A reader of an older state stands in the way: then it is tried again after the
next commit, and after the next read, which may have been the one.
"""

from __future__ import annotations

from sqlalchemy import Connection

from faceforge_storage.database.dialects import truncate_log

PATIENCE_MS = 100
"""How long a purge waits for readers to end; meanwhile nothing is written."""


class LogTruncation:
    """What is still to be done about the log of one database. Readers only ask; the writer does it."""

    def __init__(self) -> None:
        self._requested = self._due = self._offered = False

    def request(self) -> None:
        """The transaction in progress erases something. When it is undone after all, no harm is done."""
        self._requested = True

    def after_commit(self, connection: Connection) -> None:
        """Empty the log when a purge wants it. An error is only logged: what was written is committed."""
        if not (self._requested or self._due):
            return
        # Only the first purge waits: many of them beside a long read would wait each time.
        patience = 0 if self._due else PATIENCE_MS
        self._requested = self._offered = False
        self._due = not truncate_log(connection, patience)

    def wants_commit(self) -> bool:
        """Whether a read that has ended should have the writer try again; true for one read only until it has."""
        wanted = self._due and not self._offered
        self._offered |= wanted
        return wanted
