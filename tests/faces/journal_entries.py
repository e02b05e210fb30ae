"""What the journal says: the changesets that a call wrote, held against what it did to the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from database_state import Happened, RowKey, State, difference, read, records
from faces import Answer
from journal_steps import step_of
from running_core import RunningCore
from sqlalchemy import select

from faceforge_storage.database.json_difference import backward, forward
from faceforge_storage.database.tables import changes, changesets


@dataclass(frozen=True)
class Observed:
    """One call: its answer, what it did to the rows of records, and the changesets it wrote with their changes."""

    answer: Any
    difference: dict[RowKey, Happened]
    changesets: list[tuple[Any, list[Any]]]

    @property
    def rows(self) -> list[tuple[str, str]]:
        """(record type, verb) of each row that it touched."""
        return sorted((record, each.verb) for (record, _), each in self.difference.items())

    @property
    def changed_nothing(self) -> bool:
        return not self.changesets and not self.difference


def observe(core: RunningCore, call: Callable[[], Answer | Any]) -> Observed:
    """Make a call and look at the database before and after."""
    last, before = last_changeset(core), records(core)
    answer = call()
    written = [(each, changes_of(core, each.row_id)) for each in changesets_after(core, last)]
    return Observed(answer, difference(before, records(core)), written)


def changesets_after(core: RunningCore, last: int) -> list[Any]:
    """The changesets since the one with the id `last`, oldest first."""
    statement = select(changesets).where(changesets.c.row_id > last).order_by(changesets.c.row_id)
    found: list[Any] = read(core, lambda db: db.execute(statement).all())
    return found


def last_changeset(core: RunningCore) -> int:
    """The id of the newest changeset, 0 when there is none."""
    found = changesets_after(core, 0)
    return found[-1].row_id if found else 0


def changes_of(core: RunningCore, changeset: int) -> list[Any]:
    """The changes of a changeset as they are stored."""
    statement = select(changes).where(changes.c.changeset_row == changeset).order_by(changes.c.row_id)
    found: list[Any] = read(core, lambda db: db.execute(statement).all())
    return found


def replayed(core: RunningCore, start: State, last: int) -> State:
    """`start` with every change since the changeset `last` applied again."""
    state = _copied(start)
    for changeset in changesets_after(core, last):
        for change in changes_of(core, changeset.row_id):
            rows, number = state[change.record_type], change.record_row
            if change.verb == "delete":
                rows.pop(number, None)
            elif change.verb == "insert":
                # Values that a purge erased are those of rows that are gone again before the end.
                rows[number] = change.after or {}
            elif not change.erased:
                rows[number] = forward(rows[number], step_of(change._mapping))
    return state


def undone(core: RunningCore, end: State, last: int) -> State:
    """`end` with every change since the changeset `last` taken back, the newest first, by the journal alone."""
    state = _copied(end)
    for changeset in reversed(changesets_after(core, last)):
        for change in reversed(changes_of(core, changeset.row_id)):
            rows, number = state[change.record_type], change.record_row
            if change.verb == "insert":
                del rows[number]
            elif change.verb == "delete":
                # Values that a purge erased are those of rows that were not there yet at the start.
                rows[number] = change.before or {}
            elif not change.erased:
                rows[number] = backward(rows[number], step_of(change._mapping))
    return state


def _copied(state: State) -> State:
    return {record: {number: dict(row) for number, row in rows.items()} for record, rows in state.items()}
