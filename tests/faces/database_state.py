"""What is in a database, and how two states of it differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nouns import NOUNS
from running_core import RunningCore
from sqlalchemy import Connection, select

from faceforge_storage.database.json_columns import same_json
from faceforge_storage.database.tables import DERIVED, RECORDS, metadata
from faceforge_storage.database.write_statements import recorded_columns

RowKey = tuple[str, int]
"""(record type, row number)"""
Rows = dict[int, dict[str, Any]]
State = dict[str, Rows]
"""Record type -> row number -> the columns of the row."""
Tables = dict[str, set[tuple[Any, ...]]]
"""Table -> its rows."""


@dataclass(frozen=True)
class Happened:
    """What happened to one row. `before` and `after` hold all columns of a new or removed row, and of a changed one
    those that differ."""

    verb: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def read(core: RunningCore, work: Any) -> Any:
    return core.core.database.reading(work)


def records(core: RunningCore) -> State:
    """Every row of every table of records: what the journal is about."""

    def all_rows(db: Connection) -> State:
        return {
            name: {row.row_id: dict(row._mapping) for row in db.execute(select(*recorded_columns(table)))}
            for name, table in RECORDS.items()
        }

    state: State = read(core, all_rows)
    return state


def everything(core: RunningCore) -> dict[str, list[str]]:
    """Every row of every table as text: records, index tables, the journal and idempotency keys."""

    def all_rows(db: Connection) -> dict[str, list[str]]:
        # As tuples: the `repr` of SQLAlchemy's own rows leaves out the middle of long values.
        tables = metadata.tables.items()
        return {name: sorted(repr(tuple(row)) for row in db.execute(select(table))) for name, table in tables}

    rows: dict[str, list[str]] = read(core, all_rows)
    return rows


def difference(before: State, after: State) -> dict[RowKey, Happened]:
    """What happened to each row that is not the same in both states."""
    return {
        (record, number): happened
        for record in before
        for number in before[record].keys() | after[record].keys()
        if (happened := _happened(before[record].get(number), after[record].get(number)))
    }


def _happened(old: dict[str, Any] | None, new: dict[str, Any] | None) -> Happened | None:
    if old is None:
        return Happened("insert", None, new)
    if new is None:
        return Happened("delete", old, None)
    changed = [column for column in new if not same_json(old[column], new[column])]
    if not changed:
        return None
    return Happened("update", {each: old[each] for each in changed}, {each: new[each] for each in changed})


def index_tables(core: RunningCore) -> tuple[Tables, Tables]:
    """(the index tables as the database keeps them, as the records say they should be)."""
    state = records(core)
    kept: Tables = read(
        core, lambda db: {table.name: {tuple(row) for row in db.execute(select(table))} for table in DERIVED}
    )
    expected = {
        table: {each for number, row in state[noun.record].items() for each in rows(number, row)}
        for noun in NOUNS.values()
        for table, rows in noun.indexes.items()
    }
    return kept, expected
