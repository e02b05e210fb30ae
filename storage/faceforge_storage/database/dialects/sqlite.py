"""SQLite: its connection rules, the indexes over fields, and the few expressions without a portable form."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

from sqlalchemy import (  # allow statement: the gateway runs what `insert_or_ignore` makes
    URL,
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Table,
    TableValuedAlias,
    Text,
    and_,
    bindparam,
    create_engine,
    event,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.exc import InvalidRequestError

from faceforge_storage.database.dialects.sqlite_files import IMMUTABLE
from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.database.json_columns import Json, dumps, loads

log = logging.getLogger(__name__)

Listed = Iterable[str | int] | ColumnElement[Any]
"""Values, or the parameter that has them as a JSON list."""

BUSY_TIMEOUT_MS = 10_000
WRITER_CACHE_KB = 16 * 1024
"""What the writer keeps of the pages: rows in bulk go to places all over their indexes."""
STEPS_BETWEEN_CHECKS = 100_000
TRIED_ONE_BY_ONE = 3
"""Values of `holds_for_each` that are looked up without going through the list."""


def make_engine(path: str, *, writer: bool, connections: int, immutable: bool = False) -> Engine:
    """An engine on the SQLite file `path`: the one writer, or up to `connections` readers that cannot write.

    `immutable` readers read the file as it lies there: see `takes_no_log`.
    """
    # From its parts: a path may hold characters that a URL may not.
    url = URL.create("sqlite", database=path)
    if immutable:
        url = URL.create(
            "sqlite", database=Path(path).absolute().as_uri(), query={**IMMUTABLE, "uri": "true"}
        )
    engine = create_engine(
        url,
        module=sqlite3,
        json_serializer=dumps,
        json_deserializer=loads,
        hide_parameters=True,  # what a user sent stands in no message of an error, and so in no log
        pool_size=connections,
        pool_use_lifo=True,  # the connection that was used last has its pages and statements at hand
        max_overflow=0,
        connect_args={
            "check_same_thread": False,
            "timeout": BUSY_TIMEOUT_MS / 1000,
            "cached_statements": 512,
        },
    )

    @event.listens_for(engine, "connect")
    def set_rules(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own transactions let DDL survive a rollback; we send BEGIN ourselves.
        connection.isolation_level = None
        for rule in (
            *(() if immutable else ("journal_mode = WAL",)),
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",  # what is deleted is overwritten: some builds leave it in the file
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "temp_store = MEMORY",
            # The writer alone checkpoints; readers cannot write at all.
            *(
                (f"cache_size = -{WRITER_CACHE_KB}",)
                if writer
                else ("wal_autocheckpoint = 0", "query_only = ON")
            ),
        ):
            connection.execute(f"PRAGMA {rule}")
        connection.create_function("casefold", 1, _casefold, deterministic=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        _driver(connection).execute("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


@contextmanager
def stop_after(connection: Connection, seconds: float, stopped: threading.Event) -> Iterator[None]:
    """Interrupt any statement of the connection that still runs after `seconds`, or once `stopped` is set: it fails
    with "interrupted"."""
    end = time.monotonic() + seconds
    driver = _driver(connection)
    driver.set_progress_handler(lambda: stopped.is_set() or time.monotonic() > end, STEPS_BETWEEN_CHECKS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


def interrupt(connection: Connection) -> None:
    """Interrupt the statement that the connection runs in another thread, if it runs one."""
    with suppress(InvalidRequestError, sqlite3.ProgrammingError):  # it has just been given back
        _driver(connection).interrupt()


def total_changes(connection: Connection) -> int:
    """How many rows the connection has changed since it was opened."""
    return _driver(connection).total_changes


def insert_or_ignore(table: Table) -> Insert:
    """An insert that leaves rows alone whose key is there already."""
    return insert(table).prefix_with("OR IGNORE")


def next_row_id(connection: Connection, table: Table) -> int:
    """The number that the next row of a table gets, in a transaction of the one writer: none is ever used twice."""
    last = _driver(connection).execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,))
    found = last.fetchone()
    return 1 if found is None else int(found[0]) + 1


def in_transaction(connection: Connection) -> bool:
    """Whether a transaction is open: a full disk and other faults of the file end it with all that was done in it."""
    return _driver(connection).in_transaction


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """A part of a transaction: what is inside is undone when it raises, and nothing else."""
    driver = _driver(connection)
    driver.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        if driver.in_transaction:
            driver.execute("ROLLBACK TO part")
            driver.execute("RELEASE part")
        raise
    driver.execute("RELEASE part")


def truncate_log(connection: Connection, patience_ms: int) -> bool:
    """Copy the write-ahead log into the database and empty it, outside of a transaction; whether it was done.

    Readers of older states are waited for; a disk that fails is logged.
    """
    driver = _driver(connection)
    driver.execute(f"PRAGMA busy_timeout = {patience_ms}")
    try:
        busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.DatabaseError as error:
        log.warning("the write-ahead log cannot be emptied: %s", error)
        return False
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    return not busy


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.dbapi_connection)


def _casefold(text: str | float | bytes | None) -> str | float | bytes | None:
    return text.casefold() if isinstance(text, str) else text


def contains(column: ColumnElement[Any], text: str | ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the text or JSON `column` has `text` in it, without regard to case, in any script."""
    return func.instr(func.casefold(column), func.casefold(text)) > 0


def any_contains(column: ColumnElement[Any], text: str | ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether any text of a JSON list has `text` in it, without regard to case."""
    listed = func.json_each(column).table_valued("value")
    return exists(select(1).select_from(listed).where(contains(listed.c.value, text)))


def starts_with(column: ColumnElement[str], text: str | ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the text `column` begins with `text`, without regard to case."""
    folded = func.casefold(text)
    return func.substr(func.casefold(column), 1, func.length(folded)) == folded


def json_value(column: ColumnElement[Any], key: str) -> ColumnElement[Any]:
    """The value under `key` of a JSON column. `key` is a checked field key; it becomes part of the expression so
    that an index over the same expression serves it."""
    assert key.replace("_", "").isalnum(), key
    return func.json_extract(column, literal_column(f"'$.{key}'", Text))


def json_kind(column: ColumnElement[Any], key: str) -> ColumnElement[str]:
    """The kind of the value under `key` of a JSON column, such as `text` or `null`; NULL when there is none."""
    return func.json_type(column, f"$.{key}")


def json_keys(column: ColumnElement[Any]) -> ColumnElement[str]:
    """The keys of a JSON object, as the text of a JSON list."""
    keys = func.json_each(column).table_valued("key", name="keys_")
    return select(func.json_group_array(keys.c.key)).scalar_subquery()


def sync_field_index(connection: Connection, key: str, *, wanted: bool) -> None:
    """Make or drop the index over `json_value(entities.fields, key)`. `key` is a checked field key."""
    assert key.replace("_", "").isalnum(), key
    name = f"ix_entities_field_{key}"
    connection.exec_driver_sql(
        f"CREATE INDEX IF NOT EXISTS {name} ON entities (json_extract(fields, '$.{key}')) WHERE deleted_at IS NULL"
        if wanted
        else f"DROP INDEX IF EXISTS {name}"
    )


def among(column: ColumnElement[Any], values: Listed) -> ColumnElement[bool]:
    """Whether `column` is one of `values`: one parameter and one statement text, however many they are."""
    return column.in_(select(func.json_each(_as_json(values)).table_valued("value").c.value))


def is_one_of(column: ColumnElement[Any], values: Listed) -> ColumnElement[bool]:
    """What `among` says, for a column whose index is not to be used for it: rows are read in another order."""
    listed = func.json_each(_as_json(values)).table_valued("value", name="one_of_")
    return exists().where(listed.c.value == column).correlate_except(listed)


def all_among(column: ColumnElement[Any], values: Listed) -> ColumnElement[bool]:
    """Whether each element of a JSON list is one of `values`."""
    own = func.json_each(column).table_valued("value", name="own_")
    given = func.json_each(_as_json(values)).table_valued("value", name="given_")
    lacking = exists().where(own.c.value.not_in(select(given.c.value)))
    return ~lacking.correlate_except(own)


def holds_for_each(
    values: Listed, holds: Callable[[ColumnElement[Any]], ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Whether `holds` is true of each of `values`, of which there is one at least; one statement text for any number.

    The first few are tried one by one, by the index, as if each were a filter of its own; the others, which hardly
    anybody sends, in one subquery.
    """
    listed = _as_json(values)
    count = func.json_array_length(listed)
    first = [
        holds(func.json_extract(listed, literal_column(f"'$[{place}]'", Text)))
        for place in range(TRIED_ONE_BY_ONE)
    ]
    tried = [
        first[0],
        *(or_(count < literal_column(str(place + 1)), first[place]) for place in range(1, len(first))),
    ]
    each = func.json_each(listed).table_valued("value", name="each_")
    failing = exists(select(1).select_from(each).where(~holds(each.c.value)))
    return and_(*tried, or_(count < literal_column(str(TRIED_ONE_BY_ONE + 1)), ~failing))


def _as_json(values: Listed) -> ColumnElement[Any]:
    return values if isinstance(values, ColumnElement) else literal(dumps(list(values)), Text)


def json_rows(parameter: str) -> TableValuedAlias:
    """The elements of the JSON list bound to `parameter` as rows: `key` is the index, `value` the element."""
    return func.json_each(bindparam(parameter, type_=Json())).table_valued(
        "key", "value", name=f"{parameter}_"
    )
