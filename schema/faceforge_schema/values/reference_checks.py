"""Checks that the records an input refers to exist."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection as Reader
from sqlalchemy import Table, select

from faceforge_storage.database import records, tables
from faceforge_storage.database.dialects import among
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.errors import Fault, UnknownReference


def check_asset(db: Reader, values: Mapping[str, Any], key: str, row: AnyRow | None = None) -> None:
    """Raise UnknownReference when `values` refer under `key` to an asset that is not live.

    What the record `row` refers to already may stay, also while it is in the trash.
    """
    wanted = values.get(key)
    if row is None or wanted != row._mapping[key]:
        require_asset(db, f"/{key}", wanted)


def require_asset(db: Reader, where: str, asset_id: str | None) -> AnyRow | None:
    """The live asset an input refers to at the pointer `where`, if any. Raises UnknownReference."""
    return require_records(db, tables.assets, where, [asset_id])[0] if asset_id is not None else None


def require_entity(db: Reader, where: str, entity_id: str) -> AnyRow:
    """The live entity an input refers to at the pointer `where`; raises UnknownReference."""
    return require_records(db, tables.entities, where, [entity_id])[0]


def require_records(db: Reader, table: Table, where: str, ids: Sequence[str]) -> list[AnyRow]:
    """The live records of these ids, in order; raises UnknownReference for the first that is none."""
    found = records.live(db, table, ids)
    check_known(table, where, ids, found)
    return [found[each] for each in ids]


def live_record(found: Mapping[str, AnyRow], table: Table, where: str, record_id: str) -> AnyRow:
    """The record of an id among those `found`; raises UnknownReference, at the pointer `where`."""
    check_known(table, where, [record_id], found)
    return found[record_id]


def check_known(table: Table, where: str, ids: Sequence[str], known: Container[str]) -> None:
    """Raise UnknownReference for the first of these ids that is not among those `known` to be of live records."""
    for each in ids:
        if each not in known:
            noun = table.info["record"]
            raise UnknownReference(
                f"There is no {noun} {each[:80]!r}.",
                errors=(Fault(where, f"names no live {noun}", "unknown_reference"),),
            )


def live_ids(db: Reader, table: Table, ids: Collection[str]) -> set[str]:
    """Those of the ids that live records have; asks nothing where there are none."""
    if not ids:
        return set()
    statement = select(table.c.id).where(among(table.c.id, ids), records.shown(table))
    return set(db.execute(statement).scalars())
