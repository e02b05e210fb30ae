"""Descriptors: facts about entities, each true always or for a span of time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, func, literal, select

from faceforge_storage.database import records
from faceforge_storage.database.dialects import Listed, among
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.ids import new_id
from faceforge_storage.database.records import Wanted, shown
from faceforge_storage.database.tables import descriptors, entities
from faceforge_storage.database.unrecorded import Values

DEFAULTS: Values = {
    "valid_from": None,
    "valid_to": None,
    "source": None,
    "confidence": None,
    "note": None,
    "evidence_asset_id": None,
}


def matching(
    *,
    entity_id: Wanted | None = None,
    field_key: Wanted | None = None,
    ids: Listed | None = None,
    as_of: Wanted | None = None,
) -> Select[Any]:
    """The facts about live entities that fit every filter given, with `entity_id`. `as_of` is a partial date."""
    conditions = [shown(entities)]
    if entity_id is not None:
        conditions.append(entities.c.id == entity_id)
    if field_key is not None:
        conditions.append(descriptors.c.field_key == field_key)
    if ids is not None:
        conditions.append(among(descriptors.c.id, ids))
    if as_of is not None:
        # Partial dates are spans; a fact holds when its span and the span asked for meet.
        begins, ends = descriptors.c.valid_from, descriptors.c.valid_to
        conditions.append(begins.is_(None) | (begins <= _last_day(as_of)))
        conditions.append(ends.is_(None) | (_last_day(ends) >= as_of))
    return (
        select(descriptors, entities.c.id.label("entity_id"))
        .join(entities, entities.c.row_id == descriptors.c.entity_row)
        .where(*conditions)
    )


def _last_day(date: Wanted) -> ColumnElement[str]:
    """The end of a partial date, as a text that compares like days: the last day of `2015` is `2015-99-99`."""
    text = literal(date, Text) if isinstance(date, str) else date
    return text.concat(func.substr("9999-99-99", func.length(text) + 1))


def get(db: Connection, descriptor_id: str) -> AnyRow:
    """The row of a fact; raises NotFound."""
    return records.find(db, matching(), "id", descriptor_id)


def create(tx: Write, entity: AnyRow, values: Values) -> AnyRow:
    """Store a new fact about an entity."""
    row = {"id": new_id(), "entity_row": entity.row_id, "recorded_at": tx.at, **DEFAULTS, **values}
    return read(tx, tx.insert(descriptors, [row])[0])


def read(tx: Write, row: AnyRow) -> AnyRow:
    """The row as lists show it, after a write."""
    return tx.rows(matching(ids=[row.id]))[0]
