"""The one door through which data changes: every write is journalled here, in the same transaction.

A `Write` is a transaction in progress. It reads the rows it is about to change, changes them, and when the work is
done writes one changeset with the folded change of each row. The guard refuses any other changing statement, foreign
keys do not cascade, so the journal is the difference of the database before and after, always.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import JSON, Connection, Row, Select, Table, delete, event, func, insert, or_, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import ExecutionContext

from faceforge_storage.database import tables
from faceforge_storage.database.clock import now
from faceforge_storage.database.dialects import among
from faceforge_storage.database.json_columns import same_json
from faceforge_storage.errors import VersionConflict

AnyRow = Row[Any]
Values = Mapping[str, Any]

_OPEN = {"gateway": True}
_CHANGING = re.compile(r"\b(?:INSERT|UPDATE|DELETE|REPLACE)\s", re.IGNORECASE)
_BUMPED = frozenset({"version", "updated_at"})


@dataclass
class _Change:
    """What has happened to one row so far in this transaction."""

    record_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass
class Write:
    """A transaction that journals what it changes. Made by `Database.write` only."""

    connection: Connection
    actor: str
    operation: str
    at: str = field(default_factory=now)
    _changes: dict[tuple[str, int], _Change] = field(default_factory=dict)
    _erased: list[tuple[str, str]] = field(default_factory=list)

    def insert(
        self, table: Table, rows: Sequence[Values], record_ids: Sequence[str] = ()
    ) -> Sequence[AnyRow]:
        """Insert rows and answer them as stored, in order. `record_ids` names those of a table without a public id."""
        if not rows:
            return []
        statement = insert(table).returning(table, sort_by_parameter_order=len(rows) > 1)
        stored = self.connection.execute(
            statement, [self._stamped(table, row) for row in rows], execution_options=_OPEN
        ).all()
        for row, record_id in zip(stored, record_ids or self._names(table, stored), strict=True):
            self._note(table, row.row_id, _Change(record_id, None, dict(row._mapping)))
        return stored

    def update(
        self, table: Table, row: AnyRow, values: Values, *, expected: int | None = None, record_id: str = ""
    ) -> AnyRow:
        """Set the columns of one row and answer it as stored.

        Nothing is written when nothing differs; else `version` and `updated_at` move on. `expected` is the version the
        caller has seen; raises VersionConflict when the row is at another one.
        """
        check_version(row, expected)
        changed = _differing(table, dict(row._mapping), values)
        if not changed:
            return row
        if "version" in table.c:
            changed["version"] = row.version + 1
        if "updated_at" in table.c:
            changed["updated_at"] = self.at
        statement = update(table).where(table.c.row_id == row.row_id).values(changed).returning(table)
        stored = self.connection.execute(statement, execution_options=_OPEN).one()
        name = record_id or self._names(table, [row])[0]
        before = {column: row._mapping[column] for column in changed}
        self._note(table, row.row_id, _Change(name, before, changed))
        return stored

    def delete(
        self,
        table: Table,
        rows: Sequence[AnyRow],
        record_ids: Sequence[str] = (),
        *,
        expected: int | None = None,
    ) -> None:
        """Remove rows for good; the journal keeps them.

        `expected` is the version the caller has seen; raises VersionConflict when a row is at another one.
        """
        if not rows:
            return
        for row in rows:
            check_version(row, expected)
        for row, record_id in zip(rows, record_ids or self._names(table, rows), strict=True):
            before = {column.name: row._mapping[column.name] for column in table.c}
            self._note(table, row.row_id, _Change(record_id, before, None))
        statement = delete(table).where(among(table.c.row_id, [row.row_id for row in rows]))
        self.connection.execute(statement, execution_options=_OPEN)

    def erase(self, table: Table, rows: Sequence[AnyRow], record_ids: Sequence[str] = ()) -> None:
        """Remove rows and their values from the whole journal: a purge, which nothing can undo."""
        if not rows:
            return
        self.delete(table, rows, record_ids)
        for record_id in record_ids or self._names(table, rows):
            self._erased.append((table.info["record"], record_id))

    def erase_told(self, table: Table, column: str, row_id: int) -> None:
        """Erase from the journal what it tells of rows, gone since, whose foreign key `column` was `row_id`."""
        told, record = tables.changes.c, table.info["record"]
        pointed = or_(
            *(func.json_extract(side, f"$.{column}") == row_id for side in (told.before, told.after))
        )
        found = self.rows(select(told.record_id).distinct().where(told.record_type == record, pointed))
        self._erased.extend((record, row.record_id) for row in found)

    def rows(self, statement: Select[Any]) -> Sequence[AnyRow]:
        """Read within this transaction."""
        return self.connection.execute(statement).all()

    def remember(self, values: Values) -> None:
        """Keep the answer under an idempotency key. Not a record: the journal does not tell of it."""
        self.connection.execute(insert(tables.idempotency_keys).values(values), execution_options=_OPEN)

    def forget(self, older_than: timedelta) -> None:
        """Drop idempotency keys of a greater age."""
        keys = tables.idempotency_keys
        self.connection.execute(
            delete(keys).where(keys.c.created_at < now(-older_than)), execution_options=_OPEN
        )

    def finish(self) -> int | None:
        """Write the changeset; answers its id, or None when nothing changed."""
        if not self._changes:
            return None
        changeset = self.connection.execute(
            insert(tables.changesets)
            .values(at=self.at, actor=self.actor, operation=self.operation)
            .returning(tables.changesets.c.row_id),
            execution_options=_OPEN,
        ).scalar_one()
        erased = set(self._erased)
        told = [
            self._told(changeset, record, row_id, change, (record, change.record_id) in erased)
            for (record, row_id), change in self._changes.items()
        ]
        self.connection.execute(insert(tables.changes), told, execution_options=_OPEN)
        for record, record_id in erased:
            self.connection.execute(
                update(tables.changes)
                .where(tables.changes.c.record_type == record, tables.changes.c.record_id == record_id)
                .values(before=None, after=None, erased=True),
                execution_options=_OPEN,
            )
        if erased:
            # What a create answered is kept with its key: that is the record's values once more.
            keys = tables.idempotency_keys
            ids = [record_id for _, record_id in erased]
            self.connection.execute(
                delete(keys).where(among(keys.c.result["id"].as_string(), ids)), execution_options=_OPEN
            )
        return int(changeset)

    def _stamped(self, table: Table, row: Values) -> dict[str, Any]:
        stamps = {name: self.at for name in ("created_at", "updated_at") if name in table.c}
        return {**({"version": 1} if "version" in table.c else {}), **stamps, **row}

    def _names(self, table: Table, rows: Iterable[AnyRow]) -> list[str]:
        public = table.info["public"]
        return [str(row._mapping[public]) for row in rows]

    def _note(self, table: Table, row_id: int, change: _Change) -> None:
        """Fold a change into what the transaction has already done to the same row."""
        key = (table.info["record"], row_id)
        first = self._changes.get(key)
        if first is None:
            self._changes[key] = change
        elif first.before is None and change.after is None:
            del self._changes[key]
        elif first.before is None or first.after is None:
            first.after = {**(first.after or {}), **(change.after or {})}
        elif change.after is None:
            first.before, first.after = {**(change.before or {}), **(first.before or {})}, None
        else:
            before = {**(change.before or {}), **first.before}
            first.after = _differing(table, before, {**first.after, **change.after})
            first.before = {name: before[name] for name in first.after}
            if not first.after:
                del self._changes[key]

    def _told(
        self, changeset: int, record: str, row_id: int, change: _Change, erased: bool
    ) -> dict[str, Any]:
        verb = "insert" if change.before is None else "delete" if change.after is None else "update"
        return {
            "changeset_row": changeset,
            "record_type": record,
            "record_id": change.record_id,
            "record_row": row_id,
            "verb": verb,
            "before": None if erased else change.before,
            "after": None if erased else change.after,
            "erased": erased,
        }


def _differing(table: Table, before: Values, after: Values) -> dict[str, Any]:
    """The columns that `after` would change."""
    return {
        name: value for name, value in after.items() if not _same(table.c[name].type, before[name], value)
    }


def _same(kind: object, one: object, other: object) -> bool:
    """Whether a column holds the same by either."""
    return same_json(one, other) if isinstance(kind, JSON) else one == other


def check_version(row: AnyRow, expected: int | None) -> None:
    """Raise VersionConflict when the caller has seen another version of the row."""
    if expected is not None and row.version != expected:
        raise VersionConflict(f"The record is at version {row.version}, not {expected}.")


def guard(engine: Engine) -> None:
    """Refuse every data-changing statement on `engine` that does not come through a `Write`."""

    @event.listens_for(engine, "before_cursor_execute")
    def refuse(
        _connection: Connection,
        _cursor: object,
        statement: str,
        _parameters: object,
        context: ExecutionContext | None,
        _many: bool,
    ) -> None:
        # A comment or a WITH may stand before the word that changes; what begins with SELECT can only read.
        if statement.startswith("SELECT") or not _CHANGING.search(statement):
            return
        if context is None or not context.execution_options.get("gateway"):
            raise RuntimeError(f"data changes only through the gateway, not by: {statement[:80]}")
