"""How stored bytes become an asset: the input and the sidecar together, duplicates, and the links to make."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any

import strawberry
from pydantic import Field

from faceforge_schema.assets.by_hash import first_readable
from faceforge_schema.assets.sidecar import (
    EntityByExternalId,
    EntityById,
    NewEntity,
    Sidecar,
    read_sidecar,
    within,
)
from faceforge_schema.assets.upload_form import InForm, form_of
from faceforge_schema.context import Context, Reader, Write
from faceforge_schema.entities import EntityCreate, ExternalIdInput, checked_values, new_entity
from faceforge_schema.values.inputs import (
    Dotted,
    FileName,
    Hash,
    Input,
    OrDefault,
    RecordId,
    Word,
    Words,
    invalid,
)
from faceforge_schema.values.reference_checks import require_asset, require_entity
from faceforge_schema.values.scalars import JSONObject
from faceforge_schema.values.visible_jobs import hidden_owners
from faceforge_storage import assets as rows
from faceforge_storage import entities as entity_rows
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.errors import Fault, UnknownContent, UnknownReference

DEFAULT_KIND = "file"
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


@dataclass(frozen=True)
class Resolved:
    """What a create means on the records of one moment."""

    content: dict[str, Any]
    """Where the bytes are, and their size: a row of `objects`."""
    mime_type: str
    sidecar: Sidecar
    kind: str | None
    derived_from: str | None
    twin: AnyRow | None
    """The live asset that is answered in place of a new one."""
    links: list[tuple[AnyRow, dict[str, Any]]]
    """The entities to link it to, each with the columns of the link."""


def create_or_reuse(tx: Write, context: Context, input: AssetCreate) -> tuple[AnyRow, bool]:
    """Store an asset, or find its twin; answers its row and whether it is a duplicate.

    Raises UnknownContent, InvalidSidecar, UnknownReference, and what making an entity raises; then nothing is stored.
    """
    found = _resolve(tx.connection, context, input, lambda new: new_entity(tx, context, new))
    metadata = {**found.sidecar.metadata(), **input.user_metadata}
    tags = [*found.sidecar.tags, *input.tags]
    if found.twin is None:
        uploaded = context.uploaded or {}
        new_bytes = rows.add_object(tx, found.content, uploaded.get("hashes", {}))
        if new_bytes:
            context.core.examiner.expect()
        owner = input.owner.model_dump(mode="json") if input.owner else rows.DEFAULTS["owner"]
        values = {
            "content_hash": input.content_hash,
            "size_bytes": found.content["size_bytes"],
            "mime_type": found.mime_type,
            "filename": input.filename,
            "kind": found.kind or DEFAULT_KIND,
            "tags": list(dict.fromkeys(tags)),
            "user_metadata": metadata,
            "derived_from_asset_id": found.derived_from,
            "owner": owner,
        }
        stored = rows.create(tx, values, new_bytes=new_bytes)
    else:
        values = {
            "tags": list(dict.fromkeys([*found.twin.tags, *tags])),
            "user_metadata": {**metadata, **found.twin.user_metadata},
            "derived_from_asset_id": found.twin.derived_from_asset_id or found.derived_from,
        }
        stored = rows.change(tx, found.twin, values, None)
    for entity, role in found.links:
        rows.link(tx, stored, entity, role)
    return stored, found.twin is not None


def check_content(db: Reader, context: Context, input: AssetCreate) -> None:
    """Raise what `create_or_reuse` would raise on this snapshot."""
    beside: list[dict[str, Any]] = []

    def check(new: EntityCreate) -> None:
        beside.append(checked_values(db, context, new, beside)["fields"])

    _resolve(db, context, input, check)


def check_not_itself(row: AnyRow, where: str, derived_from: str | None) -> None:
    """Raise InvalidInput when an asset would be made from itself, as the input at the pointer `where` has it."""
    if derived_from == row.id != row.derived_from_asset_id:
        raise invalid(where, "is the asset itself")


def _resolve(
    db: Reader, context: Context, input: AssetCreate, make: Callable[[EntityCreate], Any]
) -> Resolved:
    """What the input means now; `make` stores an entity that the sidecar brings, or only checks it."""
    sidecar = read_sidecar(input.sidecar or {})
    content, mime_type = _content(db, context, input.content_hash)
    kind = input.kind or sidecar.kind
    derived_from = input.derived_from_asset_id or sidecar.derived_from
    where = "/derived_from_asset_id" if input.derived_from_asset_id else "/sidecar/derived_from"
    require_asset(db, where, derived_from)
    twin = None
    if input.on_duplicate is OnDuplicate.REUSE:
        twin = first_readable(db, context, input.content_hash, kind)
    if twin is not None:
        check_not_itself(twin, where, derived_from)
    role = input.role or sidecar.role
    links = []
    for entity, own_role in _entities(db, context, input, sidecar, make):
        wanted = own_role or role
        links.append((entity, {} if wanted is None else {"role": wanted}))
    return Resolved(content, mime_type, sidecar, kind, derived_from, twin, links)


def _content(db: Reader, context: Context, content_hash: str) -> tuple[dict[str, Any], str]:
    """Where the bytes are, and their media type: just uploaded, or known from an asset that is on them."""
    uploaded = context.uploaded
    if uploaded is not None and uploaded["sha256"] == content_hash:
        content = {name: value for name, value in uploaded.items() if name not in ("mime_type", "hashes")}
        return content, uploaded["mime_type"]
    held = rows.any_with_content(db, content_hash)
    if held is not None and hidden_owners(db, context, [held.owner]):
        held = first_readable(db, context, content_hash)
    if held is None:
        raise UnknownContent(f"No stored bytes have the hash {content_hash}.")
    return {"sha256": content_hash, "size_bytes": held.size_bytes}, held.mime_type


def _entities(
    db: Reader, context: Context, input: AssetCreate, sidecar: Sidecar, make: Callable[[EntityCreate], Any]
) -> Iterator[tuple[AnyRow, str | None]]:
    """The entities to link, each with a role of its own when the sidecar gives it one."""
    for place, entity_id in enumerate(input.entity_ids):
        yield require_entity(db, f"/entity_ids/{place}", entity_id), input.role
    made: dict[tuple[str, str], AnyRow] = {}
    for place, entry in enumerate(sidecar.entities):
        where = f"/sidecar/entities/{place}"
        match entry:
            case str():
                yield require_entity(db, where, entry), None
            case EntityById():
                yield require_entity(db, f"{where}/entity_id", entry.entity_id), entry.role
            case EntityByExternalId():
                yield _held(db, where, entry.external_id, made), entry.role
            case NewEntity():
                yield _held_or_made(db, context, where, entry.entity(), made, make), entry.role


def _held(db: Reader, where: str, wanted: ExternalIdInput, made: Mapping[tuple[str, str], AnyRow]) -> AnyRow:
    """The entity with an external id: one that is there, or one of `made`; raises UnknownReference."""
    key = (wanted.namespace, wanted.value)
    if key in made:
        return made[key]
    found = entity_rows.holder(db, *key)
    if found is None:
        message = f"No live entity has the external id {wanted.namespace}:{wanted.value}."
        wrong = Fault(f"{where}/external_id", "names no live entity", "unknown_reference")
        raise UnknownReference(message, errors=(wrong,))
    return found


def _held_or_made(
    db: Reader,
    context: Context,
    where: str,
    new: EntityCreate,
    made: dict[tuple[str, str], AnyRow],
    make: Callable[[EntityCreate], Any],
) -> AnyRow:
    """The entity that holds one of the external ids of `new`, or `new` itself, which then stands in `made`."""
    keys = [(each.namespace, each.value) for each in new.external_ids]
    for key in keys:
        if key in made:
            return made[key]
        if (found := entity_rows.holder(db, *key)) is not None:
            return found
    context.actor.check(frozenset({"entities:write"}))
    with within(where):
        entity: AnyRow = make(new)
    made.update(dict.fromkeys(keys, entity))
    return entity
