"""What all records share: being found by their public id, and going to the trash and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, bindparam, select, true

from faceforge_storage.database.columns import only
from faceforge_storage.database.dialects import listed
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.errors import NotFound, NotInTrash

Deleted = Literal["exclude", "include", "only"]


def find(db: Connection, statement: Select[Any], column: str, value: str | int) -> AnyRow:
    """The one row of `statement` whose `column` is `value`; raises NotFound, also when `value` has no id's form."""
    row = db.execute(statement.where(statement.selected_columns[column] == value)).one_or_none()
    if row is None:
        raise NotFound(f"There is no record with {column} {str(value)[:80]!r}.")
    return row


def select_one(statement: Select[Any], names: Iterable[str], column: str) -> Select[Any]:
    """The columns `names` of the row whose `column` is the parameter `wanted`."""
    return only(statement, names).where(statement.selected_columns[column] == bindparam("wanted"))


def select_many(statement: Select[Any], names: Iterable[str], column: str) -> Select[Any]:
    """The columns `names` of the rows whose `column` is in the JSON list that is the parameter `wanted`."""
    wanted = select(listed("wanted").c.value)
    return only(statement, names).where(statement.selected_columns[column].in_(wanted))


def shown(table: FromClause, deleted: Deleted = "exclude") -> ColumnElement[bool]:
    """The condition that hides (or picks) what is in the trash."""
    if deleted == "include":
        return true()
    gone = table.c.deleted_at.is_not(None)
    return gone if deleted == "only" else ~gone


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
