"""Reads the journal: changesets, and the changes of each with public ids and without private columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from faceforge_storage.database.dialects import Listed, among
from faceforge_storage.database.records import Wanted
from faceforge_storage.database.shared_columns import metadata
from faceforge_storage.database.tables import RECORDS, changes, changesets

_INTERNAL = frozenset({"row_id"})


def matching(
    *,
    after: int | None = None,
    ids: Listed | None = None,
    actor: Wanted | None = None,
    operation: Wanted | None = None,
) -> Select[Any]:
    """The changesets that fit every filter given; `after` an id."""
    statement = select(changesets, changesets.c.row_id.label("id"))
    if after is not None:
        statement = statement.where(changesets.c.row_id > after)
    if ids is not None:
        statement = statement.where(among(changesets.c.row_id, ids))
    if actor is not None:
        statement = statement.where(changesets.c.actor == actor)
    return statement if operation is None else statement.where(changesets.c.operation == operation)


def changes_matching(
    *,
    changeset_id: int | ColumnElement[Any] | None = None,
    record_type: Wanted | None = None,
    record_id: Wanted | None = None,
) -> Select[Any]:
    """The changes that fit every filter given, with the `at`, `actor` and `operation` of their changeset."""
    filters = {"changeset_row": changeset_id, "record_type": record_type, "record_id": record_id}
    return (
        select(
            changes,
            changes.c.row_id.label("id"),
            changes.c.changeset_row.label("changeset_id"),
            changesets.c.at,
            changesets.c.actor,
            changesets.c.operation,
        )
        .join(changesets, changesets.c.row_id == changes.c.changeset_row)
        .where(*(changes.c[name] == value for name, value in filters.items() if value is not None))
    )


def latest(db: Connection) -> int:
    """The id of the newest changeset, 0 when there is none."""
    return db.execute(select(func.max(changesets.c.row_id))).scalar_one() or 0


def public_values(
    db: Connection, sides: Sequence[tuple[str, dict[str, Any] | None]]
) -> list[dict[str, Any] | None]:
    """One side of each change, given as (record type, values), in public terms: ids for row numbers, nothing private.

    A row number whose record was purged since reads null.
    """
    numbers_by_table: dict[str, set[int]] = defaultdict(set)
    for record_type, values in sides:
        for name, _, table in _foreign(record_type, values or ()):
            numbers_by_table[table].add((values or {})[name])
    known = {table: _public_ids(db, table, numbers) for table, numbers in numbers_by_table.items()}
    return [_public(record_type, values, known) for record_type, values in sides]


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
