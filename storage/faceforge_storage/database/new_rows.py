"""New rows of a table, many in one statement: their numbers, what is sent to the driver, and the rows as stored.

SQLAlchemy asks SQLite for the stored row of each insert by a statement of its own, since `RETURNING` promises no order.
A table knows its columns, and one writer its numbers, so all of it is known before anything is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Table, cast, literal, select

from faceforge_storage.database.dialects import next_row_id
from faceforge_storage.database.json_columns import Json, loads_all
from faceforge_storage.database.unrecorded import Values
from faceforge_storage.database.write_statements import (
    GATEWAY,
    counted_columns,
    insert_all_columns,
    row_maker,
)

Convert = Callable[[Any], Any]


class _Shape(NamedTuple):
    """How rows of a table are sent and read."""

    statement: str
    columns: tuple[str, ...]
    missing: tuple[Any, ...]
    """For each column what a row has that is given none."""
    encoders: tuple[Convert | None, ...]
    decoders: tuple[Convert | None, ...]
    as_json: tuple[int, ...]
    """The places of the columns that hold JSON."""
    counted: tuple[int, ...]
    """Those whose bytes make the size of a record."""
    row: Callable[[Iterable[Any]], Row[Any]]


def insert_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> tuple[list[Row[Any]], int]:
    """Insert rows; answers them as stored, in order, and how many bytes of counted JSON the largest has."""
    shape = _shape(table, connection)
    first = next_row_id(connection, table)
    columns: list[list[Any]] = []
    for name, missing, encode in zip(shape.columns, shape.missing, shape.encoders, strict=True):
        if name == "row_id":
            values: list[Any] = list(range(first, first + len(rows)))
        else:
            values = [row.get(name, missing) for row in rows]
        columns.append(values if encode is None else [encode(each) for each in values])
    unknown = set().union(*rows) - set(shape.columns)
    if unknown:
        raise ValueError(f"{table.name} has no columns {sorted(unknown)}")
    connection.exec_driver_sql(shape.statement, list(zip(*columns, strict=True)), execution_options=GATEWAY)
    largest = max(
        sum(_size(columns[place][number]) for place in shape.counted) for number in range(len(rows))
    )
    for place in shape.as_json:
        columns[place] = loads_all(columns[place])
    for place, decode in enumerate(shape.decoders):
        if decode is not None and place not in shape.as_json:
            columns[place] = [decode(each) for each in columns[place]]
    return [shape.row(values) for values in zip(*columns, strict=True)], largest


def _size(text: str | None) -> int:
    if text is None:
        return 0
    return len(text) if text.isascii() else len(text.encode())


def _shape(table: Table, connection: Connection) -> _Shape:
    shape = _SHAPES.get(table)
    if shape is None:
        shape = _SHAPES[table] = _make_shape(table, connection)
    return shape


_SHAPES: dict[Table, _Shape] = {}


def _make_shape(table: Table, connection: Connection) -> _Shape:
    dialect = connection.dialect
    columns = tuple(table.c)
    return _Shape(
        insert_all_columns(table, dialect),
        tuple(column.name for column in columns),
        tuple(_missing(connection, column) for column in columns),
        tuple(column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns),
        tuple(column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns),
        tuple(place for place, column in enumerate(columns) if isinstance(column.type, Json)),
        tuple(table.c.keys().index(name) for name in counted_columns(table)),
        row_maker(table),
    )


def _missing(connection: Connection, column: Any) -> Any:
    """What a column has that is given nothing: the default of the database, or of the table, or null."""
    if column.server_default is not None:
        given = column.server_default.arg
        default = literal(given) if isinstance(given, str) else given
        return connection.execute(select(cast(default, column.type))).scalar_one()
    return None if column.default is None else column.default.arg
