"""Relationships between entities: queries and writes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select, union_all

from faceforge_storage.database import records
from faceforge_storage.database.dialects import Listed, among
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.ids import new_id
from faceforge_storage.database.records import Wanted, shown
from faceforge_storage.database.tables import entities, relationships
from faceforge_storage.database.unrecorded import Values
from faceforge_storage.errors import RelationshipExists

DEFAULTS: Values = {"fields": {}, "valid_from": None, "valid_to": None, "confidence": None, "source": None}

_src = entities.alias("src")
_dst = entities.alias("dst")
_same = relationships.alias("same")


def matching(
    *, entity_id: Wanted | None = None, relationship_type: Wanted | None = None, ids: Listed | None = None
) -> Select[Any]:
    """The relationships between live entities that fit every filter given, with `src_entity_id` and `dst_entity_id`."""
    conditions = [shown(_src), shown(_dst)]
    if entity_id is not None:
        conditions.append(
            touching(select(entities.c.row_id).where(entities.c.id == entity_id).scalar_subquery())
        )
    if relationship_type is not None:
        conditions.append(relationships.c.relationship_type == relationship_type)
    if ids is not None:
        conditions.append(among(relationships.c.id, ids))
    return (
        select(relationships, _src.c.id.label("src_entity_id"), _dst.c.id.label("dst_entity_id"))
        .join(_src, _src.c.row_id == relationships.c.src_row)
        .join(_dst, _dst.c.row_id == relationships.c.dst_row)
        .where(*conditions)
    )


def get(db: Connection, relationship_id: str) -> AnyRow:
    """The row of a relationship; raises NotFound."""
    return records.find(db, matching(), "id", relationship_id)


def touching(entity_row: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a relationship has an entity at either end: one probe of each index; an OR would walk the whole table."""
    probes = (
        select(_same.c.row_id).where(end == entity_row).correlate_except(_same)
        for end in (_same.c.src_row, _same.c.dst_row)
    )
    return relationships.c.row_id.in_(union_all(*probes))


def create(tx: Write, src: AnyRow, dst: AnyRow, kind: AnyRow, values: Values) -> AnyRow:
    """Relate two entities; raises RelationshipExists with the id of an equal one."""
    _check_unique(tx, src.row_id, dst.row_id, kind, values.get("valid_from"))
    row = {"id": new_id(), "src_row": src.row_id, "dst_row": dst.row_id, "relationship_type": kind.name}
    return read(tx, tx.insert(relationships, [{**row, **DEFAULTS, **values}])[0])


def change(tx: Write, row: AnyRow, kind: AnyRow, values: Values, expected: int | None) -> AnyRow:
    """Set columns of a relationship of the type `kind`; raises RelationshipExists, VersionConflict."""
    valid_from = values.get("valid_from", row.valid_from)
    if (kind.name, valid_from) != (row.relationship_type, row.valid_from):
        _check_unique(tx, row.src_row, row.dst_row, kind, valid_from, other_than=row.row_id)
    return read(tx, tx.update(relationships, row, values, expected=expected))


def read(tx: Write, row: AnyRow) -> AnyRow:
    """The row as lists show it, after a write."""
    return tx.rows(matching(ids=[row.id]))[0]


def _check_unique(
    tx: Write, src: int, dst: int, kind: AnyRow, valid_from: str | None, other_than: int | None = None
) -> None:
    along = and_(relationships.c.src_row == src, relationships.c.dst_row == dst)
    against = and_(relationships.c.src_row == dst, relationships.c.dst_row == src)
    equal = select(relationships.c.id).where(
        or_(along, against) if kind.symmetric else along,
        relationships.c.relationship_type == kind.name,
        relationships.c.valid_from.is_not_distinct_from(valid_from),
        relationships.c.row_id != (other_than or 0),
    )
    found = tx.rows(equal.limit(1))
    if found:
        raise RelationshipExists(
            f"Relationship {found[0].id} says the same.",
            hint=f"PATCH /v1/relationships/{found[0].id} instead.",
        )
