"""Which bytes the thumbnail of an asset or an entity is made of."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from faceforge_storage.database.dialects import json_rows
from faceforge_storage.database.records import shown
from faceforge_storage.database.tables import asset_links, assets, entities

KIND = "image.thumbnail"
"""An asset of this kind stands for the one that it is derived from."""
DRAWING = "image/svg+xml"
"""A picture of which none is made: it may run code, and asks for other files."""


def of_assets(db: Connection, asset_ids: Iterable[str]) -> dict[str, str]:
    """Asset id -> the hash of the live thumbnail derived from it, the newest one; without those that have none."""
    found = db.execute(_of_assets(), {"wanted": list(dict.fromkeys(asset_ids))})
    return {row.derived_from_asset_id: row.content_hash for row in found}


def of_entities(db: Connection, entity_rows: Iterable[int]) -> dict[int, str]:
    """Row number of a live entity -> the hash of its picture; without those that have none.

    That is the chosen one, else of the live pictures linked to it the asset that was made last.
    """
    found = db.execute(_of_entities(), {"wanted": list(entity_rows)})
    return {row.row_id: row.content_hash for row in found if row.content_hash is not None}


@cache
def _of_assets() -> Select[Any]:
    wanted = select(json_rows("wanted").c.value)
    columns: list[ColumnElement[Any]] = [assets.c.derived_from_asset_id, assets.c.content_hash]
    return (
        select(*columns)
        .where(assets.c.derived_from_asset_id.in_(wanted), assets.c.kind == KIND, shown(assets))
        .order_by(assets.c.row_id)
    )


@cache
def _of_entities() -> Select[Any]:
    chosen, linked = assets.alias("chosen"), assets.alias("linked")
    choice = select(_stands_for(chosen.c.id, chosen.c.content_hash)).where(
        chosen.c.id == entities.c.primary_thumbnail_asset_id, shown(chosen)
    )
    newest = (
        select(_stands_for(linked.c.id, linked.c.content_hash))
        .join_from(asset_links, linked, linked.c.row_id == asset_links.c.asset_row)
        .where(asset_links.c.entity_row == entities.c.row_id, shown(linked))
        .where(func.substr(linked.c.mime_type, 1, 6) == "image/", linked.c.mime_type != DRAWING)
        .order_by(asset_links.c.asset_row.desc())
        .limit(1)
    )
    picture = func.coalesce(
        choice.correlate(entities).scalar_subquery(), newest.correlate(entities).scalar_subquery()
    )
    wanted = select(json_rows("wanted").c.value)
    columns: list[ColumnElement[Any]] = [entities.c.row_id, picture.label("content_hash")]
    return select(*columns).where(entities.c.row_id.in_(wanted), shown(entities))


def _stands_for(asset_id: ColumnElement[str], content_hash: ColumnElement[str]) -> ColumnElement[str]:
    """The hash of the newest live thumbnail derived from an asset, else its own."""
    derived = assets.alias("derived")
    newest = (
        select(derived.c.content_hash)
        .where(derived.c.derived_from_asset_id == asset_id, derived.c.kind == KIND, shown(derived))
        .order_by(derived.c.row_id.desc())
        .limit(1)
    )
    return func.coalesce(newest.correlate_except(derived).scalar_subquery(), content_hash)
