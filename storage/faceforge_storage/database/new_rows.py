"""New rows of a table, many in one statement: their numbers, what is sent to the driver, and the rows as stored.

SQLAlchemy asks SQLite for the stored row of each insert by a statement of its own, since `RETURNING` promises no order.
A table knows its columns, and one writer its numbers, so all of it is known before anything is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Table, cast, literal, select

from faceforge_storage.database.dialects import next_row_id
from faceforge_storage.database.json_columns import Json, JsonText, loads_all, objects_of, texts_of
from faceforge_storage.database.write_statements import (
    GATEWAY,
    counted_columns,
    insert_all_columns,
    insert_unless_there,
    recorded_names,
    row_maker,
)

AT_ONCE = (256, 32, 4, 1)
"""How many rows a statement inserts. Where a write can be undone alone, SQLite copies for each statement with triggers
all pages that it changes: with one for each row that takes six times as long as the rest."""
Convert = Callable[[Any], Any]
Values = Mapping[str, Any]


class _Shape(NamedTuple):
    """How rows of a table are sent and read."""

    statements: Mapping[int, str]
    """By how many rows each inserts, those of the most first."""
    columns: tuple[str, ...]
    missing: tuple[Any, ...]
    """For each column what a row has that is given none."""
    encoders: tuple[Convert | None, ...]
    decoders: tuple[Convert | None, ...]
    as_json: tuple[int, ...]
    """The places of the columns that hold JSON."""
    counted: tuple[int, ...]
    """Those whose bytes make the size of a record."""
    recorded: tuple[int, ...]
    """Those that make the record."""
    row: Callable[[Iterable[Any]], Row[Any]]


class NewRows(NamedTuple):
    """Rows that were inserted, in order."""

    rows: list[Row[Any]]
    """As they are stored."""
    recorded: list[Sequence[Any]]
    """The columns that make their records, of JSON as text."""
    largest: int
    """How many bytes of counted JSON the largest has."""

    def records(self, table: Table) -> list[JsonText]:
        """What the journal has of each, as `dumps` would write it: no value is written as JSON a second time."""
        return objects_of(recorded_names(table), self.recorded)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> NewRows:
    """Insert rows, of which there is at least one."""
    shape = _shape(table, connection)
    columns = _store(connection, table, shape, rows)
    largest = max(
        map(sum, zip(*(map(_size, columns[place]) for place in shape.counted), strict=True)), default=0
    )
    texts = {place: columns[place] for place in shape.as_json}
    for place, decode in enumerate(shape.decoders):
        if place in texts:
            columns[place] = loads_all(texts[place])
        elif decode is not None:
            columns[place] = [decode(each) for each in columns[place]]
    recorded: list[Sequence[Any]] = [
        [None if each is None else JsonText(each) for each in texts[place]]
        if place in texts
        else columns[place]
        for place in shape.recorded
    ]
    made = [shape.row(values) for values in zip(*columns, strict=True)]
    return NewRows(made, recorded, largest)


def store_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows that nobody needs again."""
    _store(connection, table, _shape(table, connection), rows)


def store_unless_there(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows whose key is not there yet; all have the columns of the first."""
    statement, encoders = _unless_there(connection, table, tuple(rows[0]))
    columns: list[list[Any]] = []
    for name, encode in encoders.items():
        values = [row[name] for row in rows]
        columns.append(values if encode is None else [encode(each) for each in values])
    connection.exec_driver_sql(statement, list(zip(*columns, strict=True)), execution_options=GATEWAY)


def _unless_there(connection: Connection, table: Table, names: tuple[str, ...]) -> _UnlessThere:
    made = _UNLESS_THERE.get((table, names))
    if made is None:
        dialect = connection.dialect
        statement, order = insert_unless_there(table, names, dialect)
        encoders: dict[str, Convert | None] = {
            name: table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in order
        }
        made = _UNLESS_THERE[table, names] = statement, encoders
    return made


_UnlessThere = tuple[str, dict[str, Convert | None]]
"""A statement, and how the values of its columns are sent, in its order."""
_UNLESS_THERE: dict[tuple[Table, tuple[str, ...]], _UnlessThere] = {}


def _store(connection: Connection, table: Table, shape: _Shape, rows: Sequence[Values]) -> list[list[Any]]:
    """Insert rows; answers their columns as the driver got them."""
    unknown = set().union(*rows) - set(shape.columns)
    if unknown:
        raise ValueError(f"{table.name} has no columns {sorted(unknown)}")
    first = next_row_id(connection, table)
    columns: list[list[Any]] = []
    for place, (name, missing, encode) in enumerate(
        zip(shape.columns, shape.missing, shape.encoders, strict=True)
    ):
        if name == "row_id":
            values: list[Any] = list(range(first, first + len(rows)))
        else:
            values = [row.get(name, missing) for row in rows]
        if encode is not None:
            values = texts_of(values, encode) if place in shape.as_json else [encode(each) for each in values]
        columns.append(values)
    stored, whole = 0, list(zip(*columns, strict=True))
    for count, statement in shape.statements.items():
        while len(rows) - stored >= count:
            sent = tuple(chain.from_iterable(whole[stored : stored + count]))
            connection.exec_driver_sql(statement, sent, execution_options=GATEWAY)
            stored += count
    return columns


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
        {count: insert_all_columns(table, dialect, count) for count in AT_ONCE},
        tuple(column.name for column in columns),
        tuple(_missing(connection, column) for column in columns),
        tuple(column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns),
        tuple(column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns),
        tuple(place for place, column in enumerate(columns) if isinstance(column.type, Json)),
        tuple(table.c.keys().index(name) for name in counted_columns(table)),
        tuple(table.c.keys().index(name) for name in recorded_names(table)),
        row_maker(table),
    )


def _missing(connection: Connection, column: Any) -> Any:
    """What a column has that is given nothing: the default of the database, or of the table, or null."""
    if column.server_default is not None:
        given = column.server_default.arg
        default = literal(given) if isinstance(given, str) else given
        return connection.execute(select(cast(default, column.type))).scalar_one()
    return None if column.default is None else column.default.arg
