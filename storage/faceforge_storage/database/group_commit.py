"""Group commit: the writes that wait at one moment share a transaction, so one sync of the disk serves them all."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import Engine

from faceforge_storage.database.database_errors import translate
from faceforge_storage.database.dialects import in_transaction, savepoint, total_changes
from faceforge_storage.database.log_truncation import LogTruncation
from faceforge_storage.scheduling.workers import More, Task, answer

GROUP_WRITES = 100
"""How many writes share a transaction at most."""
GROUP_SECONDS = 0.02
"""After this long a group takes no further write: those that are done already wait for its commit."""


class GroupCommit:
    """Performs the tasks of the one writer thread; the work of each is a function of the connection.

    A write that fails is undone alone, and answered with its error. The others are answered when the commit has
    returned; when it fails, or the database undoes the whole transaction (a full disk), all of them get the error.
    `committed` is called after each commit that changed anything, before anybody is answered; so is `truncation`.
    """

    def __init__(self, engine: Engine, committed: Callable[[], None], truncation: LogTruncation) -> None:
        self._engine, self._committed, self._truncation = engine, committed, truncation

    def perform(self, first: Task[Any], more: More) -> None:
        """Write `first` and what waits meanwhile, and answer all of it."""
        group = [first]
        try:
            self._commit(group, more)
        except BaseException as error:  # whoever waits is to have it, whatever it is
            fault = translate(error) if isinstance(error, Exception) else error
            for task in group:
                task.error = fault
        answer(group)

    def _commit(self, group: list[Task[Any]], more: More) -> None:
        """Commit the first of the group with those that wait until then, which join it."""
        (first,), end = group, time.monotonic() + GROUP_SECONDS
        with self._engine.connect() as connection:
            with connection.begin():
                before = total_changes(connection)
                first.result = first.work(connection)  # no savepoint: when it fails, there is nothing to keep
                changed = total_changes(connection) != before
                while len(group) < GROUP_WRITES and time.monotonic() < end and (task := more()) is not None:
                    group.append(task)
                    changed |= _attempt(connection, task)
            if changed:
                self._committed()
            self._truncation.after_commit(connection)


def _attempt(connection: Connection, task: Task[Any]) -> bool:
    """Do a further write of a group; whether it changed anything. Raises what has undone the whole transaction."""
    before = total_changes(connection)
    try:
        with savepoint(connection):
            task.result = task.work(connection)
    except BaseException as error:
        if not in_transaction(connection):
            raise
        task.error = translate(error) if isinstance(error, Exception) else error
        return False
    return total_changes(connection) != before
