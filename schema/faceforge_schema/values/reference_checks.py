"""Checks that the records an input refers to exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection as Reader
from sqlalchemy import Table

from faceforge_storage.database import records, tables
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
    return [live_record(found, table, where, each) for each in ids]


def live_record(found: Mapping[str, AnyRow], table: Table, where: str, record_id: str) -> AnyRow:
    """The record of an id among those `found`; raises UnknownReference, at the pointer `where`."""
    if record_id not in found:
        noun = table.info["record"]
        raise UnknownReference(
            f"There is no {noun} {record_id[:80]!r}.",
            errors=(Fault(where, f"names no live {noun}", "unknown_reference"),),
        )
    return found[record_id]
