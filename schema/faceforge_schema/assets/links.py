"""Links: which assets belong to which entities, each perhaps with a role."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import strawberry
from pydantic import Field
from sqlalchemy import Select
from strawberry import ID, Maybe

from faceforge_executor import Level, Objects
from faceforge_schema.assets.assets import Asset, AssetSort
from faceforge_schema.assets.filters import KIND, type_or_all
from faceforge_schema.context import Write
from faceforge_schema.declare.connections import collection, listing
from faceforge_schema.declare.fields import batched, reference
from faceforge_schema.declare.operation import mutation
from faceforge_schema.declare.resources import attribute
from faceforge_schema.declare.selected_columns import outside_the_trash
from faceforge_schema.entities import Entity, EntitySort
from faceforge_schema.values.inputs import Input, Word
from faceforge_storage import assets as rows
from faceforge_storage import entities as entity_rows
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.database.keyset import Children
from faceforge_storage.errors import NotFound


@strawberry.type(description="That an asset belongs to an entity.")
class AssetLink:
    entity_id: ID = attribute("The entity.")
    role: str | None = attribute("What the asset is to the entity.")


@strawberry.pydantic.input(description="How an asset belongs to an entity.")
class LinkInput(Input):
    role: Maybe[Word | None] = Field(
        description="What the asset is to the entity; an absent role keeps the present one.",
        examples=["portrait"],
    )


@listing(
    "GET /entities/{entity_id}/assets",
    Asset,
    sort=AssetSort,
    needs="assets:read",
    of={"entity_id": entity_rows.get},
    readers=KIND,
)
def entity_assets(entity_id: ID, kind: str | None = None) -> Select[Any]:
    """List the assets linked to an entity. `kind` takes a trailing `.*`, as in the list of all assets."""
    return rows.matching(entity_id=entity_id, kind=kind)


@mutation("POST /entities/{entity_id}/assets/{asset_id}/link", errors=(NotFound,), needs="assets:write")
def link_asset(tx: Write, entity_id: ID, asset_id: ID, input: LinkInput | None = None) -> Asset:
    """Link an asset to an entity. A link that stands takes the role, when one is given."""
    row = rows.get(tx.connection, asset_id)
    entity = entity_rows.get(tx.connection, entity_id)
    rows.link(tx, [(row, entity, input.given() if input is not None else {})])
    return Asset.of(row)


@mutation(
    "POST /entities/{entity_id}/assets/{asset_id}/unlink",
    errors=(NotFound,),
    needs="assets:write",
    status=204,
)
def unlink_asset(tx: Write, entity_id: ID, asset_id: ID) -> ID:
    """Take the link between an asset and an entity away, when there is one."""
    rows.unlink(tx, rows.get(tx.connection, asset_id), entity_rows.get(tx.connection, entity_id))
    return asset_id


def _links(level: Level) -> list[list[AnyRow]]:
    """The links of each asset to live entities."""
    found: dict[int, list[AnyRow]] = defaultdict(list)
    context, places = level.context, outside_the_trash(level.parents, "row_id")
    for row in rows.links(context.snapshot, [each for each in places if each is not None], context.budget):
        found[row.asset_row].append(row)
    return [found.get(each, []) for each in places]


@batched(Asset, reads=("row_id", "deleted_at"), rows=_links)
def links(found: list[list[AnyRow]], parents: Objects) -> Sequence[list[AssetLink]]:
    """The live entities it belongs to, each with the role."""
    return [[AssetLink(entity_id=link.entity_id, role=link.role) for link in each] for each in found]


@batched(Asset, reads=("row_id", "deleted_at"), rows=_links)
def linked_entity_ids(found: list[list[AnyRow]], parents: Objects) -> Sequence[list[ID]]:
    """The ids of the live entities it belongs to."""
    return [[link.entity_id for link in each] for each in found]


@reference(AssetLink, Entity, by="entity_id", always=True)
def entity() -> Select[Any]:
    """The entity."""
    return entity_rows.matching()


@collection(Entity, Asset, sort=AssetSort, name="assets", readers={**KIND, "mime_type": type_or_all})
def assets_of_entity(kind: str | None = None, mime_type: str | None = None) -> Children:
    """The live assets linked to it; `kind` and `mime_type` as in `assets`."""
    return Children(rows.matching(kind=kind, mime_type=mime_type), rows.linked_to)


@collection(Asset, Entity, sort=EntitySort)
def linked_entities() -> Children:
    """The live entities it belongs to."""
    return Children(entity_rows.matching(), rows.linked_from)
