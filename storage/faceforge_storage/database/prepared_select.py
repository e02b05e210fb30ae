"""Prepared statements that answer columns instead of rows: many records are read without a Python object for each."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

from orjson import Fragment
from sqlalchemy import Connection, CursorResult, Dialect, LargeBinary, Select, cast

from faceforge_storage.database.json_columns import Json, loads_all
from faceforge_storage.database.read_budget import ReadBudget

Columns = dict[str, Sequence[Any]]
"""Name -> the values of all rows, each as long as the others."""
Decode = Callable[[Sequence[Any]], Sequence[Any]]
"""Converts the values of a column from what the driver returned."""


CHUNK_ROWS = 512
"""How many rows are counted at a time, at most."""
CHUNK_BYTES = 1024 * 1024
"""How many bytes are fetched at a time, about: so much may come in beyond a budget."""

Row = tuple[Any, ...]


@contextmanager
def _cleared_on_error(rows: list[Row]) -> Iterator[None]:
    """Let go of rows that will not be answered: the traceback would hold them until the collector comes by."""
    try:
        yield
    except BaseException:
        rows.clear()
        raise


class Budget(Protocol):
    """What may be read."""

    def count_rows(self, rows: Sequence[Sequence[Any]], *, parsed: Sequence[int]) -> None:
        """Count rows as they come from the driver; `parsed` are the places of the JSON that will be parsed. Raises
        when it is too much."""
        ...


class PreparedSelect:
    """A SELECT that is run again and again: SQLAlchemy compiles it once, and the rows come straight from the driver.

    It was narrowed to its columns by `only`, which has pinned its FROM. Its JSON columns among `as_text` are answered
    unparsed, as fragments that stand in an answer as they were stored.
    """

    def __init__(self, statement: Select[Any], as_text: Collection[str] = ()) -> None:
        columns = statement.selected_columns
        self._names = list(columns.keys())
        texts = {name for name, column in columns.items() if isinstance(column.type, Json)}
        self._texts = texts.intersection(as_text)
        self._parsed = [self._names.index(name) for name in texts - self._texts]
        self._json = [self._names.index(name) for name in texts]
        if self._texts:  # as bytes: a text would be there twice, decoded and encoded again
            statement = statement.with_only_columns(
                *(
                    cast(column, LargeBinary).label(name) if name in self._texts else column
                    for name, column in columns.items()
                )
            )
        self._statement = statement
        self._decoders: list[tuple[str, Decode]] | None = None

    def __call__(self, db: Connection, parameters: Mapping[str, Any], budget: Budget) -> Columns:
        """The columns that the statement selects.

        Raises what SQLAlchemy or the driver raises, and what `Budget.count_rows` does.
        """
        rows: list[Row] = []
        with _cleared_on_error(rows):
            for chunk in self._chunks(db, parameters):
                budget.count_rows(chunk, parsed=self._parsed)
                rows += chunk
        return self._columns(db, rows)

    def first_rows(
        self, db: Connection, parameters: Mapping[str, Any], budget: ReadBudget
    ) -> tuple[Columns, bool]:
        """The columns of as many of the first rows as fit into the budget, and whether those are all.

        Raises what calling it does; that the budget is used up only when not even one row fits.
        """
        rows: list[Row] = []
        all_read = True
        with _cleared_on_error(rows):
            for chunk in self._chunks(db, parameters):
                fitting = chunk[: budget.fitting(chunk, parsed=self._parsed)]
                if not fitting and not rows:
                    fitting = chunk[:1]
                budget.count_rows(fitting, parsed=self._parsed)
                rows += fitting
                if len(fitting) < len(chunk):
                    all_read = False
                    break
        return self._columns(db, rows), all_read

    def _chunks(self, db: Connection, parameters: Mapping[str, Any]) -> Iterator[list[Row]]:
        """The rows as they come from the driver, no more at once than about `CHUNK_BYTES`."""
        result: CursorResult[Any] = db.execute(self._statement, parameters)
        try:
            rows: Any = result.cursor
            chunk: list[Row] = []
            size = 0
            for row in rows:
                chunk.append(row)
                size += sum(len(row[place] or "") for place in self._json)
                if size >= CHUNK_BYTES or len(chunk) == CHUNK_ROWS:
                    yield chunk
                    chunk, size = [], 0
            if chunk:
                yield chunk
        finally:
            result.close()

    def _columns(self, db: Connection, rows: list[Row]) -> Columns:
        columns: Columns = dict.fromkeys(self._names, ())
        if rows:
            columns = dict(zip(self._names, zip(*rows, strict=True), strict=True))
        if self._decoders is None:
            self._decoders = list(_decoders(self._statement, db.dialect, self._texts))
        for name, decode in self._decoders:
            columns[name] = decode(columns[name])
        return columns


class PreparedSelects:
    """Prepared statements by what their text depends on: those used last. Several threads may use it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, PreparedSelect] = OrderedDict()

    def get(
        self, key: Hashable, make: Callable[[], Select[Any]], as_text: Collection[str] = ()
    ) -> PreparedSelect:
        """The statement under `key`, made when it is not there; `as_text` as `PreparedSelect` has it."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        made = PreparedSelect(make(), as_text)
        with self._lock:
            self._kept[key] = made
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made


def _decoders(
    statement: Select[Any], dialect: Dialect, texts: Collection[str]
) -> Iterator[tuple[str, Decode]]:
    """The columns whose values the driver does not return ready for use, each with what converts them."""
    for name, column in statement.selected_columns.items():
        decode = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if name in texts:
            yield name, _fragments
        elif isinstance(column.type, Json):
            yield name, loads_all
        elif decode is not None:
            yield name, partial(_each, decode)


def _fragments(texts: Sequence[bytes | None]) -> list[Fragment | None]:
    return [None if each is None else Fragment(each) for each in texts]


def _each(decode: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
    return list(map(decode, values))


def only(statement: Select[Any], names: Iterable[str]) -> Select[Any]:
    """The statement with just these of its columns."""
    columns = [statement.selected_columns[name] for name in names]
    return statement.with_only_columns(*columns, maintain_column_froms=True)
