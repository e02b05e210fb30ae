"""What all records share: the look-up by public id, the trash, and the purge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Connection, FromClause, Select, Table, bindparam, select, true

from faceforge_storage.database.dialects import among, json_rows
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.prepared_select import only
from faceforge_storage.database.tables import RECORDS
from faceforge_storage.errors import NotFound, NotInTrash

Deleted = Literal["exclude", "include", "only"]
Wanted = str | ColumnElement[Any]
"""What a filter wants: a value, or the parameter that has it."""


def find(db: Connection, statement: Select[Any], column: str, value: str | int) -> AnyRow:
    """The one row of `statement` whose `column` is `value`; raises NotFound, also when `value` has no id's form."""
    row = db.execute(statement.where(statement.selected_columns[column] == value)).one_or_none()
    if row is None:
        raise NotFound(f"There is no record with {column} {str(value)[:80]!r}.")
    return row


def live(db: Connection, table: Table, ids: Iterable[str]) -> dict[str, AnyRow]:
    """The live records of these ids, by id."""
    found = db.execute(select(table).where(among(table.c.id, ids), shown(table)))
    return {row.id: row for row in found}


def by_key(statement: Select[Any], names: Iterable[str], column: str) -> Select[Any]:
    """The columns `names` of the row whose `column` is the parameter `wanted`."""
    return only(statement, names).where(statement.selected_columns[column] == bindparam("wanted"))


def by_keys(statement: Select[Any], names: Iterable[str], column: str) -> Select[Any]:
    """The columns `names` of the rows whose `column` is in the JSON list that is the parameter `wanted`."""
    wanted = select(json_rows("wanted").c.value)
    return only(statement, names).where(statement.selected_columns[column].in_(wanted))


def shown(table: FromClause, deleted: Deleted = "exclude") -> ColumnElement[bool]:
    """The condition that hides (or picks) what is in the trash."""
    if deleted == "include":
        return true()
    in_trash = table.c.deleted_at.is_not(None)
    return in_trash if deleted == "only" else ~in_trash


def trash(tx: Write, table: Table, row: AnyRow, expected: int | None) -> AnyRow:
    """Put a record into the trash; one that is there stays as it is."""
    if row.deleted_at is not None:
        return row
    return tx.update(table, row, {"deleted_at": tx.at}, expected=expected)


def restore(tx: Write, table: Table, row: AnyRow) -> AnyRow:
    """Take a record out of the trash; one that is not there stays as it is."""
    return tx.update(table, row, {"deleted_at": None})


def check_in_trash(row: AnyRow) -> None:
    """Raise NotInTrash for a live record: only what is in the trash can be purged."""
    if row.deleted_at is None:
        raise NotInTrash("The record is not in the trash.")


def purge(tx: Write, table: Table, row: AnyRow) -> None:
    """Remove a record, its values in the journal and all that belongs to it, also what was deleted earlier.

    The foreign keys of all records say what that is: whatever holds its row number belongs to it, whatever holds its id
    holds null afterwards.
    """
    belonging = _pointing_at(table.c.row_id)
    for other, column in belonging:
        rows = tx.rows(select(other).where(column == row.row_id))
        tx.erase(other, rows, _record_ids(tx, other, rows))
    for other, column in _pointing_at(table.c.id):
        for pointing in tx.rows(select(other).where(column == row.id)):
            tx.update(other, pointing, {column.name: None})
    tx.erase(table, [row])
    for other, column in belonging:
        tx.erase_history(other, column.name, row.row_id)


def _pointing_at(key: Column[Any]) -> list[tuple[Table, Column[Any]]]:
    """The columns of records that are foreign keys to `key`."""
    return [(table, column) for table in RECORDS.values() for column in table.c if column.references(key)]


def _record_ids(tx: Write, table: Table, rows: Sequence[AnyRow]) -> list[str]:
    """The names of rows without a public id: the ids of the records they link, such as `asset/entity`."""
    if "public" in table.info:
        return []
    ends = [(column.name, key.column.table) for column in table.c for key in column.foreign_keys]
    ids = []
    for name, target in ends:
        numbers = [row._mapping[name] for row in rows]
        chosen = select(target.c.row_id, target.c.id).where(among(target.c.row_id, numbers))
        found = tx.connection.execute(chosen).all()
        ids.append({each.row_id: each.id for each in found})
    return [
        "/".join(known[row._mapping[name]] for (name, _), known in zip(ends, ids, strict=True))
        for row in rows
    ]
