"""The statements of the gateway, made once for each table: making one anew costs more than running it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (  # allow statement: the gateway alone runs these
    Column,
    ColumnElement,
    Integer,
    LargeBinary,
    Row,
    Select,
    Table,
    Update,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.engine import Dialect, result_tuple
from sqlalchemy.sql.selectable import TypedReturnsRows

from faceforge_storage.database import tables
from faceforge_storage.database.dialects import insert_or_ignore, json_rows
from faceforge_storage.database.json_columns import Json

GATEWAY = {"gateway": True}
"""The execution option by which the guard knows the statements of the gateway."""
ROW = "row_to_update"
"""The parameter that names the row of `update_row`; the others are columns."""

Returning = TypedReturnsRows[tuple[Any, ...]]


def insert_all_columns(table: Table, dialect: Dialect, rows: int) -> str:
    """The text that inserts rows of a table, of the values of all columns of each in order."""
    one = str(insert(table).compile(dialect=dialect))
    return one + f", {one.rpartition(' VALUES ')[2]}" * (rows - 1)


def insert_unless_there(table: Table, names: Sequence[str], dialect: Dialect) -> tuple[str, list[str]]:
    """The text that inserts a row of some columns unless its key is there already, and the order of its values."""
    unknown = set(names) - set(table.c.keys())
    if unknown:
        raise ValueError(f"{table.name} has no columns {sorted(unknown)}")
    compiled = insert_or_ignore(table).compile(dialect=dialect, column_keys=list(names))
    return str(compiled), [column.name for column in table.c if column.name in names]


@cache
def update_row(table: Table) -> Returning:
    """Sets columns of one row, and returns it as stored with its size (see `split_sizes`)."""
    return _update(table).returning(table, _size(table)).execution_options(**GATEWAY)


@cache
def update_rows(table: Table) -> Update:
    """Sets the same columns of rows, each to values of its own, and returns nothing."""
    return _update(table).execution_options(**GATEWAY)


def _update(table: Table) -> Update:
    return update(table).where(table.c.row_id == bindparam(ROW))


@cache
def rows_of(table: Table) -> Returning:
    """The rows of the numbers in the JSON list `numbers`, each with its size (see `split_sizes`)."""
    wanted = select(json_rows("numbers").c.value)
    return sized_rows(table).where(table.c.row_id.in_(wanted))


@cache
def counted_columns(table: Table) -> tuple[str, ...]:
    """The columns whose JSON makes the size of a record."""
    return tuple(column.name for column in recorded_columns(table) if isinstance(column.type, Json))


@cache
def recorded_columns(table: Table) -> tuple[Column[Any], ...]:
    """The columns that make the record: those that do not follow from something else."""
    return tuple(column for column in table.c if not column.info.get("derived"))


@cache
def recorded_names(table: Table) -> tuple[str, ...]:
    """The names of those columns."""
    return tuple(column.name for column in recorded_columns(table))


def sized_rows(table: Table) -> Select[Any]:
    """Selects rows, each with its size (see `split_sizes`)."""
    return select(table, _size(table))


def split_sizes(table: Table, rows: Iterable[Row[Any]]) -> tuple[list[Row[Any]], list[int]]:
    """The rows of the table, and the bytes of their counted JSON, of rows that one of the statements returned."""
    row = row_maker(table)
    halves = [(row(each[:-1]), int(each[-1])) for each in rows]
    return [stored for stored, _ in halves], [size for _, size in halves]


@cache
def row_maker(table: Table) -> Callable[[Iterable[Any]], Row[Any]]:
    """Makes a row of a table from the values of its columns, in order."""
    return result_tuple(table.c.keys())


def _size(table: Table) -> ColumnElement[int]:
    # SQLite counts the characters of a text, but the bytes of a blob.
    sizes = (func.length(cast(table.c[name], LargeBinary)) for name in counted_columns(table))
    return sum((func.coalesce(size, 0) for size in sizes), start=literal_column("0", Integer))


NEW_CHANGESET = insert(tables.changesets).returning(tables.changesets.c.row_id).execution_options(**GATEWAY)
