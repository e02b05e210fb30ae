"""Group commit: the writes that wait at one moment share a transaction, so one sync of the disk serves them all."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import Engine

from faceforge_storage.database.database_errors import translate
from faceforge_storage.database.dialects import in_transaction, savepoint, total_changes
from faceforge_storage.scheduling.workers import More, Task

GROUP_WRITES = 100
"""How many writes share a transaction at most."""
GROUP_SECONDS = 0.02
"""After this long a group takes no further write: those that are done already wait for its commit."""

Answer = Callable[[], None]
"""Answers whoever waits for a write."""


class GroupCommit:
    """Performs the tasks of the one writer thread; the work of each is a function of the connection.

    A write that fails is undone alone, and answered with its error. The others are answered when the commit has
    returned; when it fails, or the database undoes the whole transaction (a full disk), all of them get the error.
    `committed` is called after each commit that changed anything, before anybody is answered.
    """

    def __init__(self, engine: Engine, committed: Callable[[], None]) -> None:
        self._engine, self._committed = engine, committed

    def perform(self, first: Task[Any], more: More) -> None:
        """Write `first` and what waits meanwhile, and answer all of it."""
        if not first.begins():
            return
        group = [first]
        answers: list[Answer] = []
        try:
            if self._commit(group, more, answers):
                self._committed()
        except BaseException as error:  # whoever waits is to have it, whatever it is
            fault = _fault(error)
            answers = [partial(task.future.set_exception, fault) for task in group]
        for answer in answers:
            answer()

    def _commit(self, group: list[Task[Any]], more: More, answers: list[Answer]) -> bool:
        """Let more join the first of the group, commit all, and note the answer of each; whether anything changed."""
        end = time.monotonic() + GROUP_SECONDS
        with self._engine.connect() as connection, connection.begin():
            changed = _attempt(connection, group[0], answers)
            while len(group) < GROUP_WRITES and time.monotonic() < end and (task := more()) is not None:
                if task.begins():
                    group.append(task)
                    changed |= _attempt(connection, task, answers)
        return changed


def _attempt(connection: Connection, task: Task[Any], answers: list[Answer]) -> bool:
    """Do a write and note its answer; whether it changed anything. Raises what has undone the whole transaction."""
    before = total_changes(connection)
    try:
        with savepoint(connection):
            result = task.work(connection)
    except BaseException as error:
        if not in_transaction(connection):
            raise
        answers.append(partial(task.future.set_exception, _fault(error)))
        return False
    answers.append(partial(task.future.set_result, result))
    return total_changes(connection) != before


def _fault(error: BaseException) -> BaseException:
    return translate(error) if isinstance(error, Exception) else error
