"""How stored bytes become an asset: the input and the sidecar together, duplicates, and the links to make."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry
from pydantic import Field

from faceforge_schema.assets.arrivals import Arrival, Uploaded, WantedLink, check_arrival, store_arrivals
from faceforge_schema.assets.sidecar import (
    EntityByExternalId,
    EntityById,
    NewEntity,
    Sidecar,
    read_sidecar,
)
from faceforge_schema.assets.upload_form import InForm, form_of
from faceforge_schema.context import Context, Reader, Write
from faceforge_schema.entities import EntityCreate, checked_values
from faceforge_schema.fields.entity_rules import UniqueValue
from faceforge_schema.values.inputs import (
    Dotted,
    FileName,
    Hash,
    Input,
    OrDefault,
    RecordId,
    Word,
    Words,
)
from faceforge_schema.values.scalars import JSONObject
from faceforge_storage.database.gateway import AnyRow

Linked = Annotated[list[RecordId], Field(max_length=1000)]


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
    content_hash: Hash = Field(description="The SHA-256 of the bytes, 64 lower-case hex digits.")
    filename: Annotated[FileName, InForm()] = Field(description="The name people see; never a path.")
    kind: Annotated[Dotted | None, InForm()] = Field(
        default=None, description="What it is for; `file` by default."
    )
    entity_ids: Annotated[OrDefault[Linked], InForm("entity_id")] = Field(
        default=[], description="Entities to link it to."
    )
    role: Annotated[Word | None, InForm()] = Field(
        default=None, description="The role of those links.", examples=["portrait"]
    )
    tags: Annotated[OrDefault[Words], InForm("tag")] = Field(
        default=[], description="Free words to find it by."
    )
    derived_from_asset_id: Annotated[RecordId | None, InForm()] = Field(
        default=None, description="The asset it was made from."
    )
    user_metadata: OrDefault[JSONObject] = Field(
        default=JSONObject({}), description="Anything worth keeping."
    )
    owner: OwnerInput | None = Field(default=None, description="Where it comes from; the system by default.")
    sidecar: Annotated[JSONObject | None, InForm("meta", is_sidecar=True)] = Field(
        default=None, description="The content of a `_meta.json`; the other fields win over it."
    )
    on_duplicate: Annotated[OrDefault[OnDuplicate], InForm()] = Field(
        default=OnDuplicate.REUSE, description="What to do when a live asset has the same bytes."
    )


UPLOAD_FORM = form_of(AssetCreate)
"""Name in the form -> field, of all that may accompany the bytes of a file."""


def create_or_reuse(tx: Write, context: Context, input: AssetCreate) -> tuple[AnyRow, bool]:
    """Store an asset, or find its twin; answers its row and whether it is a duplicate.

    Raises UnknownContent, InvalidSidecar, UnknownReference, and what making an entity raises; then nothing is stored.
    """
    (stored,) = store_arrivals(tx, context, [arrival_of(context, input)], _uploaded(context))
    return stored.row, stored.duplicate


def check_content(db: Reader, context: Context, input: AssetCreate) -> None:
    """Raise what `create_or_reuse` would raise on this snapshot."""
    taken: set[UniqueValue] = set()

    def check(new: EntityCreate) -> bool:
        checked_values(db, context, new, taken)
        return True

    check_arrival(db, context, arrival_of(context, input), _uploaded(context), check)


def arrival_of(context: Context, input: AssetCreate) -> Arrival:
    """The asset that an input means: it and the sidecar together. Raises InvalidSidecar."""
    sidecar = read_sidecar(input.sidecar or {})
    uploaded = context.uploaded
    role = input.role or sidecar.role
    return Arrival(
        content_hash=input.content_hash,
        filename=input.filename,
        kind=input.kind or sidecar.kind,
        mime_type=None if uploaded is None else uploaded["mime_type"],
        tags=[*sidecar.tags, *input.tags],
        user_metadata={**sidecar.metadata(), **input.user_metadata},
        derived_from=input.derived_from_asset_id or sidecar.derived_from,
        derived_where="/derived_from_asset_id" if input.derived_from_asset_id else "/sidecar/derived_from",
        owner=input.owner.model_dump(mode="json") if input.owner else None,
        reuse=input.on_duplicate is OnDuplicate.REUSE,
        links=[
            *(WantedLink(f"/entity_ids/{n}", each, role) for n, each in enumerate(input.entity_ids)),
            *sidecar_links(sidecar, role),
        ],
    )


def sidecar_links(sidecar: Sidecar, role: str | None) -> list[WantedLink]:
    """The entities that a sidecar names; one without a role of its own gets `role`."""
    links = []
    for place, entry in enumerate(sidecar.entities):
        where = f"/sidecar/entities/{place}"
        match entry:
            case str():
                links.append(WantedLink(where, entry, role))
            case EntityById():
                links.append(WantedLink(f"{where}/entity_id", entry.entity_id, entry.role or role))
            case EntityByExternalId():
                links.append(WantedLink(where, entry.external_id, entry.role or role))
            case NewEntity():
                links.append(WantedLink(where, entry.entity(), entry.role or role))
    return links


def _uploaded(context: Context) -> dict[str, Uploaded]:
    """The bytes that came with this request, by hash."""
    came = context.uploaded
    if came is None:
        return {}
    content = {name: value for name, value in came.items() if name not in ("mime_type", "hashes")}
    return {came["sha256"]: Uploaded(content, came.get("hashes", {}))}
