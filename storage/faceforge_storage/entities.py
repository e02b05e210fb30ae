"""Entities: queries, writes, trash and purge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.exc import IntegrityError

from faceforge_storage.database import records
from faceforge_storage.database.dialects import (
    Listed,
    among,
    any_contains,
    contains,
    holds_for_each,
    json_rows,
    json_value,
)
from faceforge_storage.database.gateway import AnyRow, Write, check_version
from faceforge_storage.database.ids import new_id
from faceforge_storage.database.json_columns import dumps
from faceforge_storage.database.prepared_select import Budget, PreparedSelect
from faceforge_storage.database.records import Deleted, Wanted, shown
from faceforge_storage.database.tables import entities
from faceforge_storage.database.tables import entity_external_ids as external_ids
from faceforge_storage.database.tables import entity_tags as tags
from faceforge_storage.database.unrecorded import Values
from faceforge_storage.database.write_statements import row_maker
from faceforge_storage.errors import ExternalIdTaken

DEFAULTS: Values = {
    "aliases": [],
    "tags": [],
    "fields": {},
    "external_ids": [],
    "primary_thumbnail_asset_id": None,
    "plugin_data": {},
}

_WANTED_IDS, _WANTED_EXTERNAL_IDS = json_rows("ids"), json_rows("external_ids")
_NAMED_ROWS = union_all(
    select(entities.c.row_id).join(_WANTED_IDS, entities.c.id == _WANTED_IDS.c.value),
    select(external_ids.c.entity_row).join(
        _WANTED_EXTERNAL_IDS,
        and_(
            external_ids.c.namespace == json_value(_WANTED_EXTERNAL_IDS.c.value, "namespace"),
            external_ids.c.value == json_value(_WANTED_EXTERNAL_IDS.c.value, "value"),
        ),
    ),
)
_NAMED = PreparedSelect(select(entities).where(entities.c.row_id.in_(_NAMED_ROWS), shown(entities)))


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


def named(db: Connection, ids: Sequence[str], external_ids: Sequence[Values], budget: Budget) -> list[AnyRow]:
    """The live entities that have one of the ids or of the external ids; raises what the budget does."""
    columns = _NAMED(db, {"ids": list(ids), "external_ids": list(external_ids)}, budget)
    row = row_maker(entities)
    return [row(values) for values in zip(*columns.values(), strict=True)]


def create(tx: Write, values: Values) -> AnyRow:
    """Store a new entity; raises ExternalIdTaken."""
    return create_all(tx, [values])[0]


def create_all(tx: Write, new: Sequence[Values]) -> Sequence[AnyRow]:
    """Store new entities; raises ExternalIdTaken."""
    with _external_ids_unique(tx, [(0, each.get("external_ids", ())) for each in new]):
        return tx.insert(entities, [{**DEFAULTS, **each, "id": each.get("id") or new_id()} for each in new])


def change(tx: Write, row: AnyRow, values: Values, expected: int | None) -> AnyRow:
    """Set columns of an entity; raises ExternalIdTaken, VersionConflict."""
    check_version(row, expected)
    return change_all(tx, [(row, values)])[0]


def change_all(tx: Write, changes: Sequence[tuple[AnyRow, Values]]) -> Sequence[AnyRow]:
    """Set columns of different entities; one in which nothing differs comes back as it is. Raises ExternalIdTaken."""
    requested = [(row.row_id, values.get("external_ids", ())) for row, values in changes]
    with _external_ids_unique(tx, requested):
        return tx.update_each(entities, changes)


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
def _external_ids_unique(tx: Write, requested: Iterable[tuple[int, Iterable[Any]]]) -> Iterator[None]:
    """Turn the violated unique index into ExternalIdTaken that names the entity with the id.

    `requested` are the external ids that are to be stored, each list with the row that is to have it, or 0.
    """
    try:
        yield
    except IntegrityError as error:
        if "entity_external_ids" not in str(error.orig):
            raise
        for own_row, ids in requested:
            taken = holders(tx.connection, ((each["namespace"], each["value"]) for each in ids))
            for (namespace, value), other in taken.items():
                if other.row_id != own_row:
                    raise ExternalIdTaken(
                        f"{namespace}:{value} belongs to entity {other.id}.",
                        hint=f"Change entity {other.id} instead, or take the id from it first.",
                    ) from error
        raise ExternalIdTaken("The same external id is given twice.") from error


def restore(tx: Write, row: AnyRow) -> AnyRow:
    """Take an entity out of the trash; raises ExternalIdTaken when one of its ids was given away meanwhile."""
    with _external_ids_unique(tx, [(row.row_id, row.external_ids)]):
        return records.restore(tx, entities, row)
