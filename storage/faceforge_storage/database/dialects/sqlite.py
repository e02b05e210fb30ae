"""SQLite: its connection rules, the indexes over fields, and the few expressions without a portable form."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    TableValuedAlias,
    Text,
    bindparam,
    create_engine,
    event,
    exists,
    func,
    literal_column,
    select,
)

from faceforge_storage.database.json_columns import Json, dumps, loads

log = logging.getLogger(__name__)

BUSY_TIMEOUT_MS = 10_000
STEPS_BETWEEN_CHECKS = 100_000
SAFE_SQLITE = (3, 51, 3)


def make_engine(path: str, *, writer: bool, connections: int) -> Engine:
    """An engine on the SQLite file `path`: the one writer, or up to `connections` readers that cannot write."""
    engine = create_engine(
        URL.create("sqlite", database=path),  # from its parts: a path may hold characters that a URL may not
        json_serializer=dumps,
        json_deserializer=loads,
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
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "temp_store = MEMORY",
            # The writer alone checkpoints; readers cannot write at all.
            *(() if writer else ("wal_autocheckpoint = 0", "query_only = ON")),
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


def total_changes(connection: Connection) -> int:
    """How many rows the connection has changed since it was opened."""
    return _driver(connection).total_changes


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


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.dbapi_connection)


def warn_of_old_sqlite() -> None:
    """Log a warning when the SQLite library has the WAL-reset bug that several writing processes can meet."""
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        log.warning(
            "SQLite %s is older than %s, in which a rare fault of the write-ahead log was mended; "
            "never let two programs write this database at once",
            sqlite3.sqlite_version,
            ".".join(map(str, SAFE_SQLITE)),
        )


def _casefold(text: str | float | bytes | None) -> str | float | bytes | None:
    return text.casefold() if isinstance(text, str) else text


def contains(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """Whether the text or JSON `column` has `text` in it, without regard to case, in any script."""
    return func.instr(func.casefold(column), text.casefold()) > 0


def any_contains(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """Whether any text of a JSON list has `text` in it, without regard to case."""
    listed = func.json_each(column).table_valued("value")
    return exists(select(1).select_from(listed).where(contains(listed.c.value, text)))


def starts_with(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Whether the text `column` begins with `text`, without regard to case."""
    folded = text.casefold()
    return func.substr(func.casefold(column), 1, len(folded)) == folded


def json_value(column: ColumnElement[Any], key: str) -> ColumnElement[Any]:
    """The value under `key` of a JSON column. `key` is a checked field key; it becomes part of the expression so
    that an index over the same expression serves it."""
    assert key.replace("_", "").isalnum(), key
    return func.json_extract(column, literal_column(f"'$.{key}'", Text))


def sync_field_index(connection: Connection, key: str, *, wanted: bool) -> None:
    """Make or drop the index over `json_value(entities.fields, key)`. `key` is a checked field key."""
    assert key.replace("_", "").isalnum(), key
    name = f"ix_entities_field_{key}"
    connection.exec_driver_sql(
        f"CREATE INDEX IF NOT EXISTS {name} ON entities (json_extract(fields, '$.{key}')) WHERE deleted_at IS NULL"
        if wanted
        else f"DROP INDEX IF EXISTS {name}"
    )


def among(column: ColumnElement[Any], values: Iterable[str | int]) -> ColumnElement[bool]:
    """Whether `column` is one of `values`: one parameter and one statement text, however many they are."""
    return column.in_(select(func.json_each(dumps(list(values))).table_valued("value").c.value))


def json_rows(parameter: str) -> TableValuedAlias:
    """The elements of the JSON list bound to `parameter` as rows: `key` is the index, `value` the element."""
    return func.json_each(bindparam(parameter, type_=Json())).table_valued(
        "key", "value", name=f"{parameter}_"
    )
