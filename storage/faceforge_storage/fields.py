"""Field definitions: queries, writes, and the indexes over the fields they declare."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, func, literal, select

from faceforge_storage.database import records
from faceforge_storage.database.dialects import Listed, among, json_rows, json_value, sync_field_index
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.records import shown
from faceforge_storage.database.tables import entities, field_defs
from faceforge_storage.database.unrecorded import Values
from faceforge_storage.errors import FieldKeyTaken


def matching(*, scope: str | None = None, keys: Listed | None = None) -> Select[Any]:
    """The definitions that hold in a scope (those of `both` hold in each), of these keys."""
    statement = _in_scope(scope)
    return statement if keys is None else statement.where(among(field_defs.c.field_key, keys))


@cache
def _in_scope(scope: str | None) -> Select[Any]:
    """Made once for each scope: every write of an entity asks for it."""
    statement = select(field_defs)
    if scope is None:
        return statement
    # As literals: of plain values SQLAlchemy would write the list anew each time.
    return statement.where(field_defs.c.scope.in_((literal(scope), literal("both"))))


def get(db: Connection, field_key: str) -> AnyRow:
    """The row of a field definition; raises NotFound."""
    return records.find(db, matching(), "field_key", field_key)


def create(tx: Write, values: Values) -> AnyRow:
    """Store a new definition, behind all others where it brings no position; raises FieldKeyTaken."""
    if tx.rows(select(field_defs).where(field_defs.c.field_key == values["field_key"])):
        raise FieldKeyTaken(
            f"The field key {values['field_key']} is already defined.", hint="PATCH it instead."
        )
    if values.get("position") is None:
        last = tx.connection.execute(select(func.max(field_defs.c.position))).scalar_one()
        values = {**values, "position": 0 if last is None else last + 1}
    row = tx.insert(field_defs, [values])[0]
    _sync_index(tx, row)
    return row


def change(tx: Write, row: AnyRow, values: Values, expected: int | None) -> AnyRow:
    """Set columns of a definition."""
    changed = tx.update(field_defs, row, values, expected=expected)
    _sync_index(tx, changed)
    return changed


def remove(tx: Write, row: AnyRow, expected: int | None) -> None:
    """Delete a definition; values under its key stay where they are, undeclared."""
    tx.delete(field_defs, [row], expected=expected)
    sync_field_index(tx.connection, row.field_key, wanted=False)


def holders_of_values(db: Connection, key: str, values: Sequence[object]) -> list[tuple[int, str]]:
    """(place in `values`, id) of the live entities that have one of the values under a unique key.

    Only single values are unique: a list or an object, stored before the key was defined, equals no other.
    """
    if not values:
        return []
    listed = json_rows("values")
    statement = (
        select(listed.c.key, entities.c.id)
        .select_from(listed)
        .join(entities, json_value(entities.c.fields, key) == listed.c.value)
        .where(shown(entities))
    )
    return [(row.key, row.id) for row in db.execute(statement, {"values": list(values)})]


def comparable(value: object) -> Hashable:
    """A single value as the database compares it; None for a list, an object or null, which equal no other."""
    if isinstance(value, int) and abs(value) >= 2**63:
        return _as_read_from_json(value)
    return None if isinstance(value, list | dict) else value


def _as_read_from_json(number: int) -> float:
    """What SQLite makes of a number of more than 64 bits."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def duplicated_value(db: Connection, key: str) -> object | None:
    """A value that two live entities have under `key`, if any: it stands in the way of making the key unique."""
    value = json_value(entities.c.fields, key)
    statement = select(value).where(shown(entities), value.is_not(None)).group_by(value)
    return db.execute(statement.having(func.count() > 1).limit(1)).scalar_one_or_none()


def _sync_index(tx: Write, row: AnyRow) -> None:
    sync_field_index(
        tx.connection, row.field_key, wanted=(row.indexed or row.unique) and row.scope != "descriptor"
    )
