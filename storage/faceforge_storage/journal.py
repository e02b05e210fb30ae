"""Reads the journal: changesets, and the changes of each with public ids and without private columns.

A change that is stored as it is shown is not parsed. One that was written before the journal held differences holds
whole values (see `tables.changes`); it is shown as a difference too, which is made when it is read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from orjson import Fragment
from sqlalchemy import ColumnElement, Connection, LargeBinary, Select, and_, case, cast, func, not_, select

from faceforge_storage.database.dialects import Listed, among
from faceforge_storage.database.json_difference import difference
from faceforge_storage.database.records import Wanted
from faceforge_storage.database.shared_columns import metadata
from faceforge_storage.database.tables import RECORDS, changes, changesets

_INTERNAL = frozenset({"row_id"})
_ROW_ID = re.compile(rb'^\{"row_id":\d+,')
"""The number of a row, with which the stored values of a new or removed one begin."""

SIDE_READS = {
    side: ("record_type", f"{side}_text", f"{side}_values", f"old_{other}")
    for side, other in (("before", "after"), ("after", "before"))
}
"""Side of a change -> the columns that it is made of; see `changes_matching`."""
OFFSET_READS = ("list_offsets", "old_before", "old_after")
"""The columns that the offsets of the lists are made of."""

_SHOWN_AS_STORED = [
    record_type
    for record_type, table in RECORDS.items()
    if not any(column.info.keys() & {"public_name", "private"} for column in table.c)
]


def _side_columns() -> Iterator[ColumnElement[Any]]:
    old = and_(changes.c.verb == "update", changes.c.list_offsets.is_(None))
    as_stored = and_(changes.c.record_type.in_(_SHOWN_AS_STORED), not_(old))
    for side in (changes.c.before, changes.c.after):
        yield cast(case((as_stored, side)), LargeBinary).label(f"{side.name}_text")
        yield case((not_(as_stored), side)).label(f"{side.name}_values")
        yield case((old, side)).label(f"old_{side.name}")


_SIDE_COLUMNS = list(_side_columns())


def matching(
    *,
    after: int | None = None,
    ids: Listed | None = None,
    actor: Wanted | None = None,
    operation: Wanted | None = None,
    job_id: Wanted | None = None,
) -> Select[Any]:
    """The changesets that fit every filter given; `after` an id."""
    statement = select(changesets, changesets.c.row_id.label("id"))
    if after is not None:
        statement = statement.where(changesets.c.row_id > after)
    if ids is not None:
        statement = statement.where(among(changesets.c.row_id, ids))
    if actor is not None:
        statement = statement.where(changesets.c.actor == actor)
    if job_id is not None:
        statement = statement.where(changesets.c.job_id == job_id)
    return statement if operation is None else statement.where(changesets.c.operation == operation)


def changes_matching(
    *,
    changeset_id: int | ColumnElement[Any] | None = None,
    record_type: Wanted | None = None,
    record_id: Wanted | None = None,
    record_ids: Listed | None = None,
    shown: Callable[[ColumnElement[Any], ColumnElement[Any]], ColumnElement[bool]] | None = None,
) -> Select[Any]:
    """The changes that fit every filter given, with the `at`, `actor` and `operation` of their changeset.

    `shown` makes the condition for those that may be seen, of the columns for the type and the id of their record.
    Each of `before` and `after` is there as `…_text` when it can be shown as it is stored, else as `…_values`; that of
    an older change, of whose whole values the difference is still to be made, as `old_…` too.
    """
    filters = {"changeset_row": changeset_id, "record_type": record_type, "record_id": record_id}
    conditions = [changes.c[name] == value for name, value in filters.items() if value is not None]
    if record_ids is not None:
        conditions.append(among(changes.c.record_id, record_ids))
    if shown is not None:
        conditions.append(shown(changes.c.record_type, changes.c.record_id))
    return (
        select(
            changes,
            changes.c.row_id.label("id"),
            changes.c.changeset_row.label("changeset_id"),
            changesets.c.at,
            changesets.c.actor,
            changesets.c.operation,
            *_SIDE_COLUMNS,
        )
        .join(changesets, changesets.c.row_id == changes.c.changeset_row)
        .where(*conditions)
    )


def latest(db: Connection) -> int:
    """The id of the newest changeset, 0 when there is none."""
    return db.execute(select(func.max(changesets.c.row_id))).scalar_one() or 0


def oldest(db: Connection) -> int:
    """The id of the oldest changeset that is kept, 1 before there is any."""
    return db.execute(select(func.min(changesets.c.row_id))).scalar_one() or 1


def sides(
    db: Connection,
    record_types: Sequence[str],
    texts: Sequence[bytes | None],
    values: Sequence[dict[str, Any] | None],
    others: Sequence[dict[str, Any] | None],
) -> list[dict[str, Any] | Fragment | None]:
    """One side of each change in public terms: ids for row numbers, nothing private. Takes the columns `SIDE_READS`.

    A row number whose record was purged since reads null.
    """
    stored = [
        own if other is None or own is None else difference(own, other).before
        for own, other in zip(values, others, strict=True)
    ]
    numbers_by_table: dict[str, set[int]] = defaultdict(set)
    for record_type, row in zip(record_types, stored, strict=True):
        for name, _, table in _foreign(record_type, row or ()):
            numbers_by_table[table].add((row or {})[name])
    known = {table: _public_ids(db, table, numbers) for table, numbers in numbers_by_table.items()}
    return [
        _public(record_type, row, known) if text is None else Fragment(_ROW_ID.sub(b"{", text))
        for record_type, text, row in zip(record_types, texts, stored, strict=True)
    ]


def list_offsets(
    stored: Sequence[dict[str, Any] | None],
    old_before: Sequence[dict[str, Any] | None],
    old_after: Sequence[dict[str, Any] | None],
) -> list[dict[str, Any] | None]:
    """Where the lists in `before` and `after` of each change begin. Takes the columns `OFFSET_READS`."""
    return [
        offsets if before is None or after is None else difference(before, after).list_offsets
        for offsets, before, after in zip(stored, old_before, old_after, strict=True)
    ]


def _public(
    record_type: str, values: dict[str, Any] | None, known: dict[str, dict[int, str]]
) -> dict[str, Any] | None:
    if values is None:
        return None
    columns = RECORDS[record_type].c
    foreign = {name: (public, table) for name, public, table in _foreign(record_type, values)}
    result: dict[str, Any] = {}
    for name, value in values.items():
        if name in foreign:
            public, table = foreign[name]
            result[public] = known[table].get(value)
        elif name not in _INTERNAL and not columns[name].info.get("private"):
            result[name] = value
    return result


def _foreign(record_type: str, values: Iterable[str]) -> list[tuple[str, str, str]]:
    """(column, public name, table pointed at) of the values that are row numbers."""
    columns = RECORDS[record_type].c
    return [
        (name, columns[name].info["public_name"], next(iter(columns[name].foreign_keys)).column.table.name)
        for name in values
        if "public_name" in columns[name].info
    ]


def _public_ids(db: Connection, table: str, numbers: set[int]) -> dict[int, str]:
    target = metadata.tables[table]
    rows = db.execute(select(target.c.row_id, target.c.id).where(among(target.c.row_id, numbers)))
    return {row.row_id: row.id for row in rows}
