"""Prepared statements that answer columns instead of rows: many records are read without a Python object for each."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Dialect, Select

from faceforge_storage.database.json_columns import Json, loads_all

Columns = dict[str, Sequence[Any]]
"""Name -> the values of all rows, each as long as the others."""
Decode = Callable[[Sequence[Any]], Sequence[Any]]
"""Converts the values of a column from what the driver returned."""


class PreparedSelect:
    """A SELECT that is run again and again: SQLAlchemy compiles it once, and the rows come straight from the driver."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._names = list(statement.selected_columns.keys())
        self._decoders: list[tuple[str, Decode]] | None = None

    def __call__(self, db: Connection, parameters: Mapping[str, Any]) -> Columns:
        """The columns that the statement selects; raises what SQLAlchemy or the driver raises."""
        result = db.execute(self._statement, parameters)
        assert result.cursor is not None  # a SELECT has one
        rows = result.cursor.fetchall()
        result.close()
        columns: Columns = dict.fromkeys(self._names, ())
        if rows:
            columns = dict(zip(self._names, zip(*rows, strict=True), strict=True))
        if self._decoders is None:
            self._decoders = list(_decoders(self._statement, db.dialect))
        for name, decode in self._decoders:
            columns[name] = decode(columns[name])
        return columns


class PreparedSelects:
    """Prepared statements by what their text depends on: those used last. Several threads may use it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, PreparedSelect] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Select[Any]]) -> PreparedSelect:
        """The statement under `key`, made when it is not there."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        made = PreparedSelect(make())
        with self._lock:
            self._kept[key] = made
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made


def _decoders(statement: Select[Any], dialect: Dialect) -> Iterator[tuple[str, Decode]]:
    """The columns whose values the driver does not return ready for use, each with what converts them."""
    for name, column in statement.selected_columns.items():
        decode = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if isinstance(column.type, Json):
            yield name, loads_all
        elif decode is not None:
            yield name, partial(_each, decode)


def _each(decode: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
    return list(map(decode, values))


def only(statement: Select[Any], names: Iterable[str]) -> Select[Any]:
    """The statement with just these of its columns."""
    columns = [statement.selected_columns[name] for name in names]
    return statement.with_only_columns(*columns, maintain_column_froms=True)
