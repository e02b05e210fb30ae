"""Reads rows as columns, straight from the driver: what many records are answered from, without an object for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select

Columns = dict[str, Sequence[Any]]
"""Name -> the values of all rows, each as long as the others."""


class Reading:
    """A statement to be run again and again; SQLAlchemy compiles it once."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._types = {name: column.type for name, column in statement.selected_columns.items()}

    def __call__(self, db: Connection, parameters: Mapping[str, Any]) -> Columns:
        """The columns that the statement selects; raises what SQLAlchemy or the driver raises."""
        result = db.execute(self._statement, parameters)
        assert result.cursor is not None  # a SELECT has one
        rows = result.cursor.fetchall()
        result.close()
        columns: Columns = dict.fromkeys(self._types, ())
        if rows:
            columns = dict(zip(self._types, zip(*rows, strict=True), strict=True))
        for name, kind in self._types.items():
            read = kind.dialect_impl(db.dialect).result_processor(db.dialect, None)
            if read is not None:
                columns[name] = list(map(read, columns[name]))
        return columns


def take(columns: Columns, places: Sequence[int]) -> Columns:
    """The rows at these places, in this order."""
    return {name: [values[place] for place in places] for name, values in columns.items()}
