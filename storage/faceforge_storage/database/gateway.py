"""The one gateway for writes: every change of data is journalled here, in the same transaction.

A `Write` is a transaction in progress. It reads the rows it is about to change, changes them, and when the work is
done writes one changeset with the folded change of each row. The guard refuses any other changing statement, foreign
keys do not cascade, so the journal is the difference of the database before and after, always.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

from sqlalchemy import (
    JSON,
    Row,
    Table,
    delete,
    func,
    or_,
    select,
    update,
)

from faceforge_storage.database import tables, unrecorded_tables
from faceforge_storage.database.clock import now
from faceforge_storage.database.dialects import among, savepoint
from faceforge_storage.database.json_columns import JsonText, dumps, same_json
from faceforge_storage.database.json_difference import difference
from faceforge_storage.database.new_rows import NewRows, insert_rows, store_rows
from faceforge_storage.database.unrecorded import Unrecorded, Values
from faceforge_storage.database.write_statements import (
    GATEWAY,
    NEW_CHANGESET,
    ROW,
    counted_columns,
    recorded_names,
    rows_of,
    split_sizes,
    update_row,
    update_rows,
)
from faceforge_storage.errors import RecordTooLarge, VersionConflict

AnyRow = Row[Any]


@dataclass
class _Change:
    """The change of one row so far in this transaction: its values before and after, None where there is no row."""

    record_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    text: JsonText | None = None
    """`after` as JSON, where it is known."""


@dataclass
class Write(Unrecorded):
    """A transaction that journals what it changes. Made by `Database.write` only."""

    actor: str
    operation: str
    record_bytes: float = inf
    """How many bytes of JSON a record may have."""
    job_id: str | None = None
    """The job that writes, which its changeset names."""
    at: str = field(default_factory=now)
    erased: bool = False
    """Whether values were erased, which stand in the write-ahead log until that is emptied."""
    _changes: dict[tuple[str, int], _Change] = field(default_factory=dict)
    _erased: list[tuple[str, str]] = field(default_factory=list)

    def insert(
        self, table: Table, rows: Sequence[Values], record_ids: Sequence[str] = ()
    ) -> Sequence[AnyRow]:
        """Insert rows and return them as stored, in order. `record_ids` are needed for a table without a public id.

        Raises RecordTooLarge.
        """
        if not rows:
            return []
        stamps = self._stamps(table)
        new = insert_rows(self.connection, table, [{**stamps, **row} for row in rows])
        if new.largest > self.record_bytes:
            raise RecordTooLarge.of(new.largest, self.record_bytes)
        self._fold_new(table, new, record_ids or self._record_ids(table, new.rows))
        return new.rows

    def update(
        self, table: Table, row: AnyRow, values: Values, *, expected: int | None = None, record_id: str = ""
    ) -> AnyRow:
        """Set the columns of one row and return it as stored.

        Nothing is written when nothing differs; else `version` and `updated_at` move on. `expected` is the version the
        caller has seen; raises VersionConflict when the row is at another one, RecordTooLarge when it grows too large.
        """
        check_version(row, expected)
        return self.update_each(table, [(row, values)], [record_id] if record_id else ())[0]

    def update_each(
        self, table: Table, changes: Sequence[tuple[AnyRow, Values]], record_ids: Sequence[str] = ()
    ) -> list[AnyRow]:
        """Set columns of several rows, of which none is there twice, and return them as stored, in order.

        Where nothing differs nothing is written; else as `update`. Raises RecordTooLarge.
        """
        changed = {row.row_id: self._changed(table, row, values) for row, values in changes}
        written = {row_id: columns for row_id, columns in changed.items() if columns}
        stored, sizes = split_sizes(table, self._updated(table, written))
        found = {row.row_id: (row, size) for row, size in zip(stored, sizes, strict=True)}
        names = record_ids or self._record_ids(table, [row for row, _ in changes])
        results = []
        for (row, _), record_id in zip(changes, names, strict=True):
            columns = written.get(row.row_id)
            if columns is None:
                results.append(row)
                continue
            after, size = found[row.row_id]
            # One that was too large already, before there was a limit or under a higher one, may do all but grow.
            if size > self.record_bytes and _grew(table, row, after, columns):
                raise RecordTooLarge.of(size, self.record_bytes)
            old, new = row._mapping, after._mapping
            change = _Change(
                record_id, {name: old[name] for name in columns}, {name: new[name] for name in columns}
            )
            self._fold(table, row.row_id, change)
            results.append(after)
        return results

    def delete(
        self,
        table: Table,
        rows: Sequence[AnyRow],
        record_ids: Sequence[str] = (),
        *,
        expected: int | None = None,
    ) -> None:
        """Delete rows; their values stay in the journal.

        `expected` is the version the caller has seen; raises VersionConflict when a row is at another one.
        """
        if not rows:
            return
        for row in rows:
            check_version(row, expected)
        for row, record_id in zip(rows, record_ids or self._record_ids(table, rows), strict=True):
            self._fold(table, row.row_id, _Change(record_id, _recorded(table, row), None))
        statement = delete(table).where(among(table.c.row_id, [row.row_id for row in rows]))
        self.connection.execute(statement, execution_options=GATEWAY)

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of the transaction: when it raises, all that it wrote is undone, also in the changeset."""
        changes, erased = {key: replace(each) for key, each in self._changes.items()}, list(self._erased)
        try:
            with savepoint(self.connection):
                yield
        except BaseException:
            self._changes, self._erased = changes, erased
            raise

    def erase(self, table: Table, rows: Sequence[AnyRow], record_ids: Sequence[str] = ()) -> None:
        """Delete rows, and their values from the whole journal: a purge, which nothing can undo."""
        if not rows:
            return
        self.delete(table, rows, record_ids)
        for record_id in record_ids or self._record_ids(table, rows):
            self._erased.append((table.info["record"], record_id))

    def erase_history(self, table: Table, column: str, row_id: int) -> None:
        """Erase the values of rows deleted earlier, whose foreign key `column` was `row_id`, from the journal."""
        changes, record = tables.changes.c, table.info["record"]
        pointed = or_(
            *(func.json_extract(side, f"$.{column}") == row_id for side in (changes.before, changes.after))
        )
        found = self.rows(select(changes.record_id).distinct().where(changes.record_type == record, pointed))
        self._erased.extend((record, row.record_id) for row in found)

    def finish(self) -> int | None:
        """Write the changeset; returns its id, or None when nothing changed."""
        if not self._changes:
            return None
        changeset = self.connection.execute(
            NEW_CHANGESET,
            {"at": self.at, "actor": self.actor, "operation": self.operation, "job_id": self.job_id},
        ).scalar_one()
        erased = set(self._erased)
        rows = [
            self._change_row(changeset, record, row_id, change, (record, change.record_id) in erased)
            for (record, row_id), change in self._changes.items()
        ]
        store_rows(self.connection, tables.changes, rows)
        if erased:
            self._erase_values(erased)
            self.erased = True
        return int(changeset)

    def _erase_values(self, erased: set[tuple[str, str]]) -> None:
        """Erase the values of these records, (record type, id), wherever they are stored."""
        for record, record_id in erased:
            self.connection.execute(
                update(tables.changes)
                .where(tables.changes.c.record_type == record, tables.changes.c.record_id == record_id)
                .values(before=None, after=None, list_offsets=None, erased=True),
                execution_options=GATEWAY,
            )
        # The answer of a create is stored with its idempotency key: it holds the record's values too.
        keys = unrecorded_tables.idempotency_keys
        ids = [record_id for _, record_id in erased]
        self.connection.execute(
            delete(keys).where(among(keys.c.result["id"].as_string(), ids)), execution_options=GATEWAY
        )

    def _changed(self, table: Table, row: AnyRow, values: Values) -> dict[str, Any]:
        """The columns that an update sets: those that differ and, when any does, what moves on with them."""
        changed = _differing(table, dict(row._mapping), values)
        if changed and "version" in table.c:
            changed["version"] = row.version + 1
        if changed and "updated_at" in table.c:
            changed["updated_at"] = self.at
        return changed

    def _updated(self, table: Table, written: Mapping[int, Values]) -> Iterable[AnyRow]:
        """Set the columns of rows, by their numbers, and return them with their sizes."""
        if len(written) == 1:
            (only,) = ({**columns, ROW: row_id} for row_id, columns in written.items())
            return self.connection.execute(update_row(table), only)
        alike: dict[frozenset[str], list[Values]] = {}
        for row_id, columns in written.items():
            alike.setdefault(frozenset(columns), []).append({**columns, ROW: row_id})
        for rows in alike.values():
            self.connection.execute(update_rows(table), rows)
        return self.connection.execute(rows_of(table), {"numbers": list(written)}) if written else ()

    def _stamps(self, table: Table) -> dict[str, Any]:
        """What every new row of a table has."""
        stamps = {name: self.at for name in ("created_at", "updated_at") if name in table.c}
        return {**({"version": 1} if "version" in table.c else {}), **stamps}

    def _record_ids(self, table: Table, rows: Iterable[AnyRow]) -> list[str]:
        public = table.info["public"]
        return [str(row._mapping[public]) for row in rows]

    def _fold_new(self, table: Table, new: NewRows, record_ids: Sequence[str]) -> None:
        names = recorded_names(table)
        places = [table.c.keys().index(name) for name in names]
        for row, record_id, text in zip(new.rows, record_ids, new.records(table), strict=True):
            after = {name: row[place] for name, place in zip(names, places, strict=True)}
            self._fold(table, row.row_id, _Change(record_id, None, after, text))

    def _fold(self, table: Table, row_id: int, change: _Change) -> None:
        """Fold a change into what the transaction has already done to the same row."""
        key = (table.info["record"], row_id)
        first = self._changes.get(key)
        if first is None:
            self._changes[key] = change
        elif first.before is None and change.after is None:
            del self._changes[key]
        elif first.before is None or first.after is None:
            first.after, first.text = {**(first.after or {}), **(change.after or {})}, None
        elif change.after is None:
            first.before, first.after = {**(change.before or {}), **(first.before or {})}, None
            first.text = None
        else:
            before = {**(change.before or {}), **first.before}
            first.after = _differing(table, before, {**first.after, **change.after})
            first.before = {name: before[name] for name in first.after}
            if not first.after:
                del self._changes[key]

    def _change_row(
        self, changeset: int, record: str, row_id: int, change: _Change, erased: bool
    ) -> dict[str, Any]:
        before, after, list_offsets = change.before, change.after, None
        verb = "insert" if before is None else "delete" if after is None else "update"
        if erased:
            before = after = None
        elif before is not None and after is not None:
            before, after, list_offsets = difference(before, after)
        return {
            "changeset_row": changeset,
            "record_type": record,
            "record_id": change.record_id,
            "record_row": row_id,
            "verb": verb,
            "before": before,
            "after": after if after is None or change.text is None else change.text,
            "list_offsets": list_offsets,
            "erased": erased,
        }


def _recorded(table: Table, row: AnyRow) -> dict[str, Any]:
    """The values of a row that are its record's."""
    values = row._asdict()
    return {name: values[name] for name in recorded_names(table)}


def _differing(table: Table, before: Values, after: Values) -> dict[str, Any]:
    """The columns that `after` would change."""
    return {
        name: value for name, value in after.items() if not _same(table.c[name].type, before[name], value)
    }


def _same(kind: object, one: object, other: object) -> bool:
    """Whether two values of a column of type `kind` are equal."""
    return same_json(one, other) if isinstance(kind, JSON) else one == other


def _grew(table: Table, row: AnyRow, stored: AnyRow, changed: Iterable[str]) -> bool:
    """Whether an update has made the JSON of a record larger; measured for one that is too large only."""
    names = set(counted_columns(table)).intersection(changed)
    was, now_is = (sum(len(dumps(each._mapping[name]).encode()) for name in names) for each in (row, stored))
    return now_is > was


def check_version(row: AnyRow, expected: int | None) -> None:
    """Raise VersionConflict when the caller has seen another version of the row."""
    if expected is not None and row.version != expected:
        raise VersionConflict(f"The record is at version {row.version}, not {expected}.")
