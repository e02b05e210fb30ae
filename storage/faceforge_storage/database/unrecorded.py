"""Writes to what is no record: tables without journal and version, and the derived columns of records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (  # allow statement: a part of the gateway
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    bindparam,
    delete,
    insert,
    update,
)

from faceforge_storage.database import tables, unrecorded_tables
from faceforge_storage.database.clock import now
from faceforge_storage.database.dialects import insert_or_ignore
from faceforge_storage.database.new_rows import store_unless_there
from faceforge_storage.database.write_statements import GATEWAY

Values = Mapping[str, Any]
KEY = "key_of_row"
"""The parameter of `set_derived_each` that no column is called like."""


@dataclass
class Unrecorded:
    """The part of a `Write` that journals nothing."""

    connection: Connection

    def rows(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        """Read within this transaction."""
        return self.connection.execute(statement).all()

    def save_unrecorded(self, table: Table, values: Values) -> None:
        """Store a row of a table that holds no records, so that it is not journalled."""
        check_unrecorded(table)
        self.connection.execute(insert(table).values(values), execution_options=GATEWAY)

    def delete_unrecorded(self, table: Table, condition: ColumnElement[bool]) -> None:
        """Delete rows of a table that holds no records."""
        check_unrecorded(table)
        self.connection.execute(delete(table).where(condition), execution_options=GATEWAY)

    def add_unrecorded(self, table: Table, rows: Sequence[Values]) -> None:
        """Store rows of a table that holds no records; those whose key is there already are left as they are."""
        check_unrecorded(table)
        if rows:
            store_unless_there(self.connection, table, rows)

    def copy_unrecorded(self, table: Table, columns: Sequence[str], found: Select[Any]) -> int:
        """Store what a statement finds, as `add_unrecorded` does; returns how many rows were new."""
        check_unrecorded(table)
        statement = insert_or_ignore(table).from_select(columns, found)
        return self.connection.execute(statement, execution_options=GATEWAY).rowcount

    def update_unrecorded(self, table: Table, condition: ColumnElement[bool], values: Values) -> int:
        """Set columns of rows of a table that holds no records; returns how many rows there were."""
        check_unrecorded(table)
        statement = update(table).where(condition).values(values)
        return self.connection.execute(statement, execution_options=GATEWAY).rowcount

    def set_derived(self, table: Table, condition: ColumnElement[bool], values: Values) -> None:
        """Set derived columns of records, which are outside of the journal and of their version."""
        _check_derived(table, values)
        self.connection.execute(update(table).where(condition).values(values), execution_options=GATEWAY)

    def set_derived_each(self, table: Table, key: Column[Any], changes: Mapping[str, Values]) -> None:
        """What `set_derived` does, for the rows by each value of a column."""
        alike: dict[tuple[str, ...], list[Values]] = {}
        for value, columns in changes.items():
            alike.setdefault(tuple(sorted(columns)), []).append({**columns, KEY: value})
        for names, rows in alike.items():
            _check_derived(table, names)
            if names:
                statement = update(table).where(key == bindparam(KEY))
                sets = statement.values({name: bindparam(name) for name in names})
                self.connection.execute(sets, rows, execution_options=GATEWAY)

    def save_idempotency_key(self, values: Values) -> None:
        """Store an answer under its idempotency key. It is no record, so it is not journalled."""
        self.save_unrecorded(unrecorded_tables.idempotency_keys, values)

    def delete_idempotency_keys(self, older_than: timedelta) -> None:
        """Delete idempotency keys of a greater age."""
        keys = unrecorded_tables.idempotency_keys
        self.delete_unrecorded(keys, keys.c.created_at < now(-older_than))


def _check_derived(table: Table, names: Iterable[str]) -> None:
    for name in names:
        if not table.c[name].info.get("derived"):
            raise ValueError(f"{table.name}.{name} belongs to the record")


def check_unrecorded(table: Table) -> None:
    """Raise ValueError for a table of records, whose changes are journalled."""
    if table in tables.RECORDS.values():
        raise ValueError(f"{table.name} holds records")
