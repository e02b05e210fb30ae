"""What is in a database, and how two of its states differ: what the journal is held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nouns import NOUNS
from running_core import RunningCore
from sqlalchemy import Connection, select

from faceforge_storage.database.tables import DERIVED, RECORDS, changes, changesets, metadata

Rows = dict[int, dict[str, Any]]
State = dict[str, Rows]
"""Record type -> row number -> the columns of the row."""


@dataclass(frozen=True)
class Difference:
    """What happened to one row: of a changed one only the columns that differ."""

    verb: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def read(core: RunningCore, work: Any) -> Any:
    return core.core.database.reading(work)


def records(core: RunningCore) -> State:
    """Every row of every table of records."""

    def all_rows(db: Connection) -> State:
        return {
            name: {row.row_id: dict(row._mapping) for row in db.execute(select(table))}
            for name, table in RECORDS.items()
        }

    state: State = read(core, all_rows)
    return state


def everything(core: RunningCore) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, keys and the journal too."""
    told: dict[str, list[tuple[Any, ...]]] = read(
        core,
        lambda db: {
            name: sorted(map(repr, db.execute(select(table)))) for name, table in metadata.tables.items()
        },
    )
    return told


def difference(before: State, after: State) -> dict[tuple[str, int], Difference]:
    """(record type, row number) -> what happened to it."""
    found = {}
    for name in before:
        old, new = before[name], after[name]
        for row_id in old.keys() | new.keys():
            if row_id not in old:
                found[name, row_id] = Difference("insert", None, new[row_id])
            elif row_id not in new:
                found[name, row_id] = Difference("delete", old[row_id], None)
            elif old[row_id] != new[row_id]:
                changed = {column for column in new[row_id] if old[row_id][column] != new[row_id][column]}
                found[name, row_id] = Difference(
                    "update",
                    {column: old[row_id][column] for column in changed},
                    {column: new[row_id][column] for column in changed},
                )
    return found


def changesets_after(core: RunningCore, last: int) -> list[Any]:
    """The changesets since the one with the id `last`, oldest first."""
    statement = select(changesets).where(changesets.c.row_id > last).order_by(changesets.c.row_id)
    found: list[Any] = read(core, lambda db: db.execute(statement).all())
    return found


def last_changeset(core: RunningCore) -> int:
    found = changesets_after(core, 0)
    return found[-1].row_id if found else 0


def changes_of(core: RunningCore, changeset: int) -> list[Any]:
    """The changes of a changeset as they are stored."""
    statement = select(changes).where(changes.c.changeset_row == changeset).order_by(changes.c.row_id)
    found: list[Any] = read(core, lambda db: db.execute(statement).all())
    return found


def replayed(core: RunningCore, start: State, last: int) -> State:
    """`start` with every change since the changeset `last` applied again."""
    state = {name: {row_id: dict(row) for row_id, row in rows.items()} for name, rows in start.items()}
    for changeset in changesets_after(core, last):
        for change in changes_of(core, changeset.row_id):
            rows = state[change.record_type]
            if change.verb == "delete":
                rows.pop(change.record_row, None)
            else:
                # Values that a purge erased are those of rows that are gone again before the end.
                rows[change.record_row] = {**rows.get(change.record_row, {}), **(change.after or {})}
    return state


def derived(core: RunningCore) -> tuple[dict[str, set[tuple[Any, ...]]], dict[str, set[tuple[Any, ...]]]]:
    """(the index tables as the database keeps them, as the records say they should be)."""
    state = records(core)
    kept = read(
        core, lambda db: {table.name: {tuple(row) for row in db.execute(select(table))} for table in DERIVED}
    )
    expected = {
        table: {each for number, row in state[noun.record].items() for each in rows(number, row)}
        for noun in NOUNS.values()
        for table, rows in noun.indexes.items()
    }
    return kept, expected
