"""Entities: queries, writes, trash and purge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, exists, func, literal, or_, select
from sqlalchemy.exc import IntegrityError

from faceforge_storage.database import records
from faceforge_storage.database.dialects import Listed, among, any_contains, contains, holds_for_each
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.ids import new_id
from faceforge_storage.database.json_columns import dumps
from faceforge_storage.database.records import Deleted, Wanted, shown
from faceforge_storage.database.tables import entities
from faceforge_storage.database.tables import entity_external_ids as external_ids
from faceforge_storage.database.tables import entity_tags as tags
from faceforge_storage.database.unrecorded import Values
from faceforge_storage.errors import ExternalIdTaken

DEFAULTS: Values = {
    "aliases": [],
    "tags": [],
    "fields": {},
    "external_ids": [],
    "primary_thumbnail_asset_id": None,
    "plugin_data": {},
}


def matching(
    *,
    q: Wanted | None = None,
    tag: Listed | None = None,
    ids: Listed | None = None,
    external_id: Wanted | None = None,
    updated_since: Wanted | None = None,
    deleted: Deleted = "exclude",
) -> Select[Any]:
    """The entities that fit every filter given; every `tag` must be there, and `external_id` is `namespace:value`."""
    conditions = [shown(entities, deleted)]
    if tag is not None:
        conditions.append(holds_for_each(tag, has_tag))
    if q is not None:
        conditions.append(or_(contains(entities.c.display_name, q), any_contains(entities.c.aliases, q)))
    if ids is not None:
        conditions.append(among(entities.c.id, ids))
    if external_id is not None:
        colon = func.instr(external_id, ":")
        held = select(external_ids.c.entity_row).where(
            external_ids.c.namespace == func.substr(external_id, 1, colon - 1),
            external_ids.c.value == func.substr(external_id, colon + 1),
        )
        conditions.append(entities.c.row_id.in_(held))
    if updated_since is not None:
        conditions.append(entities.c.updated_at >= updated_since)
    return select(entities).where(*conditions)


def get(db: Connection, entity_id: str, deleted: Deleted = "exclude") -> AnyRow:
    """The row of an entity, a live one unless `deleted` says otherwise; raises NotFound."""
    return records.find(db, matching(deleted=deleted), "id", entity_id)


def has_tag(tag: Wanted) -> ColumnElement[bool]:
    """Whether the entity has the tag."""
    return exists().where(tags.c.tag == tag, tags.c.entity_row == entities.c.row_id).correlate_except(tags)


def create(tx: Write, values: Values) -> AnyRow:
    """Store a new entity; raises ExternalIdTaken."""
    with _external_ids_unique(tx, values.get("external_ids", ())):
        return tx.insert(entities, [{"id": new_id(), **DEFAULTS, **values}])[0]


def change(tx: Write, row: AnyRow, values: Values, expected: int | None) -> AnyRow:
    """Set columns of an entity; raises ExternalIdTaken, VersionConflict."""
    with _external_ids_unique(tx, values.get("external_ids", ())):
        return tx.update(entities, row, values, expected=expected)


def holders(db: Connection, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], AnyRow]:
    """The live entities that hold external ids, by namespace and value."""
    asked = func.json_each(literal(dumps(list(wanted)), Text)).table_valued("value", name="asked")
    namespace, value = (func.json_extract(asked.c.value, f"$[{place}]") for place in (0, 1))
    held = and_(external_ids.c.namespace == namespace, external_ids.c.value == value)
    found = db.execute(
        select(entities, external_ids.c.namespace, external_ids.c.value)
        .select_from(asked)
        .join(external_ids, held)
        .join(entities, entities.c.row_id == external_ids.c.entity_row)
    )
    return {(row.namespace, row.value): row for row in found}


def purge(tx: Write, row: AnyRow) -> None:
    """Remove an entity with its links, facts and relations, and their values from the journal. Files stay."""
    records.purge(tx, entities, row)


@contextmanager
def _external_ids_unique(tx: Write, requested: Iterable[Any]) -> Iterator[None]:
    """Turn the violated unique index into ExternalIdTaken that names the entity with the id."""
    try:
        yield
    except IntegrityError as error:
        if "entity_external_ids" not in str(error.orig):
            raise
        taken = holders(tx.connection, ((each["namespace"], each["value"]) for each in requested))
        for (namespace, value), other in taken.items():
            raise ExternalIdTaken(
                f"{namespace}:{value} belongs to entity {other.id}.",
                hint=f"Change entity {other.id} instead, or take the id from it first.",
            ) from error
        raise ExternalIdTaken("The same external id is given twice.") from error


def restore(tx: Write, row: AnyRow) -> AnyRow:
    """Take an entity out of the trash; raises ExternalIdTaken when one of its ids was given away meanwhile."""
    with _external_ids_unique(tx, row.external_ids):
        return records.restore(tx, entities, row)
