"""How stored bytes become an asset: the input and the sidecar together, duplicates, and the links to make."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

import strawberry
from pydantic import Field
from strawberry import ID

from faceforge_schema.assets.sidecar import (
    EntityByExternalId,
    EntityById,
    NewEntity,
    Sidecar,
    read_sidecar,
    within,
)
from faceforge_schema.context import Context, Write
from faceforge_schema.entities import new_entity
from faceforge_schema.values.inputs import Dotted, FileName, Input, Word, Words, invalid
from faceforge_schema.values.reference_checks import require_asset, require_entity
from faceforge_schema.values.scalars import JSONObject
from faceforge_storage import assets as rows
from faceforge_storage import entities as entity_rows
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.errors import Fault, UnknownContent, UnknownReference

DEFAULT_KIND = "file"


@strawberry.enum(description="What to do when a live asset has the same bytes.")
class OnDuplicate(Enum):
    REUSE = "reuse"
    NEW = "new"


@strawberry.enum(description="Whose an asset is; it changes neither who sees nor who deletes it.")
class OwnerType(Enum):
    ENTITY = "entity"
    SYSTEM = "system"
    PLUGIN = "plugin"


@strawberry.pydantic.input(description="Where an asset comes from.")
class OwnerInput(Input):
    type: OwnerType = Field(description="What kind of owner.")
    id: Word | None = Field(default=None, description="Which one: an entity's or a plugin's id.")


@strawberry.pydantic.input(description="An asset on bytes that are stored. To bring new bytes, upload them.")
class AssetCreate(Input):
    content_hash: str = Field(
        description="The SHA-256 of the bytes, 64 lower-case hex digits.", pattern=r"^[0-9a-f]{64}$"
    )
    filename: FileName = Field(description="The name people see; never a path.", examples=["portrait.png"])
    kind: Dotted | None = Field(
        default=None, description="What it is for; `file` when nothing says.", examples=["image.original"]
    )
    entity_ids: list[ID] = Field(default=[], max_length=1000, description="Entities to link it to.")
    role: Word | None = Field(default=None, description="The role of those links.")
    tags: Words = Field(default=[], description="Free words to find it by.")
    derived_from_asset_id: ID | None = Field(default=None, description="The asset it was made from.")
    user_metadata: JSONObject = Field(default=JSONObject({}), description="Anything worth keeping.")
    owner: OwnerInput | None = Field(
        default=None, description="Where it comes from; the system when nothing says."
    )
    sidecar: JSONObject | None = Field(
        default=None, description="The content of a `_meta.json`; what is said above wins over it."
    )
    on_duplicate: OnDuplicate = Field(
        default=OnDuplicate.REUSE, description="What to do when a live asset has the same bytes."
    )


def create_or_reuse(tx: Write, context: Context, input: AssetCreate) -> tuple[AnyRow, bool]:
    """Store an asset, or find its twin; answers its row and whether it is a duplicate.

    Raises UnknownContent, InvalidSidecar, UnknownReference, and what making an entity raises; then nothing is stored.
    """
    sidecar = read_sidecar(input.sidecar or {})
    values, mime_type = _content(tx, context, input.content_hash)
    kind = input.kind or sidecar.kind
    role = input.role or sidecar.role
    derived_from = input.derived_from_asset_id or sidecar.derived_from
    reference = "/derived_from_asset_id" if input.derived_from_asset_id else "/sidecar/derived_from"
    require_asset(tx, reference, derived_from)
    metadata = {**sidecar.metadata(), **input.user_metadata}
    tags = list(dict.fromkeys([*sidecar.tags, *input.tags]))
    twin = None
    if input.on_duplicate is OnDuplicate.REUSE:
        twin = rows.twin(tx.connection, input.content_hash, kind)
    if twin is None:
        rows.hold(tx, values)
        stored = rows.create(
            tx,
            {
                "content_hash": input.content_hash,
                "size_bytes": values["size_bytes"],
                "mime_type": mime_type,
                "filename": input.filename,
                "kind": kind or DEFAULT_KIND,
                "tags": tags,
                "user_metadata": metadata,
                "derived_from_asset_id": derived_from,
                "owner": input.owner.model_dump(mode="json")
                if input.owner
                else {"type": "system", "id": None},
            },
        )
    else:
        check_not_itself(twin, reference, derived_from)
        stored = rows.change(
            tx,
            twin,
            {
                "tags": list(dict.fromkeys([*twin.tags, *tags])),
                "user_metadata": {**metadata, **twin.user_metadata},
                "derived_from_asset_id": twin.derived_from_asset_id or derived_from,
            },
            None,
        )
    for entity, own_role in _wanted(tx, context, input, sidecar):
        wanted = own_role or role
        rows.link(tx, stored, entity, {} if wanted is None else {"role": wanted})
    return stored, twin is not None


def check_not_itself(row: AnyRow, where: str, derived_from: str | None) -> None:
    """Raise InvalidInput when an asset would be made from itself, as the input at the pointer `where` would have it."""
    if derived_from == row.id != row.derived_from_asset_id:
        raise invalid(where, "is the asset itself")


def _content(tx: Write, context: Context, content_hash: str) -> tuple[dict[str, Any], str]:
    """Where the bytes are, and their media type: just uploaded, or those of an asset that is on them."""
    uploaded = context.uploaded
    if uploaded is not None and uploaded["sha256"] == content_hash:
        return {name: value for name, value in uploaded.items() if name != "mime_type"}, uploaded["mime_type"]
    held = rows.any_on(tx.connection, content_hash)
    if held is None:
        raise UnknownContent(f"No stored bytes have the hash {content_hash}.")
    return {"sha256": content_hash, "size_bytes": held.size_bytes}, held.mime_type


def _wanted(
    tx: Write, context: Context, input: AssetCreate, sidecar: Sidecar
) -> Iterator[tuple[AnyRow, str | None]]:
    """The entities to link, each with a role of its own when the sidecar gives it one."""
    for place, entity_id in enumerate(input.entity_ids):
        yield require_entity(tx, f"/entity_ids/{place}", entity_id), input.role
    for place, entry in enumerate(sidecar.entities):
        where = f"/sidecar/entities/{place}"
        if isinstance(entry, str):
            yield require_entity(tx, where, entry), None
        else:
            yield _entity_of(tx, context, where, entry), entry.role


def _entity_of(
    tx: Write, context: Context, where: str, entry: EntityById | EntityByExternalId | NewEntity
) -> AnyRow:
    if isinstance(entry, EntityById):
        return require_entity(tx, f"{where}/entity_id", entry.entity_id)
    if isinstance(entry, EntityByExternalId):
        wanted = entry.external_id
        found = entity_rows.holder(tx, wanted.namespace, wanted.value)
        if found is None:
            message = f"No live entity has the external id {wanted.namespace}:{wanted.value}."
            wrong = Fault(f"{where}/external_id", "names no live entity", "unknown_reference")
            raise UnknownReference(message, errors=(wrong,))
        return found
    new = entry.entity()
    for each in new.external_ids:
        if (found := entity_rows.holder(tx, each.namespace, each.value)) is not None:
            return found
    context.actor.check(frozenset({"entities:write"}))
    with within(where):
        return new_entity(tx, context, new)
