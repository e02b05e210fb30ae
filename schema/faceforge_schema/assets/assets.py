"""Assets: files of any kind, each perhaps belonging to many entities."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Any

import strawberry
from pydantic import Field
from sqlalchemy import Select
from strawberry import ID, Maybe
from strawberry.utils.str_converters import to_camel_case

from faceforge_executor import Objects
from faceforge_schema.assets.arrivals import check_not_itself
from faceforge_schema.assets.by_hash import HEX, find_by_hash
from faceforge_schema.assets.filters import KIND, Linked, is_linked, type_or_all
from faceforge_schema.assets.intake import (
    AssetCreate,
    OwnerType,
    check_content,
    create_or_reuse,
)
from faceforge_schema.context import Context, Reader, Write
from faceforge_schema.declare.connections import collection, listing
from faceforge_schema.declare.fields import batched, reference
from faceforge_schema.declare.filters import none_if_empty
from faceforge_schema.declare.idempotency import earlier_answer
from faceforge_schema.declare.lookup import lookup
from faceforge_schema.declare.operation import mutation, query
from faceforge_schema.declare.resources import Record, attribute, resource
from faceforge_schema.declare.signatures import argument
from faceforge_schema.entities import CHANGE_ERRORS, Entity
from faceforge_schema.values.deleted import Deleted, shown_as
from faceforge_schema.values.inputs import (
    HASH_EXAMPLE,
    HASH_PATTERN,
    Dotted,
    FileName,
    Input,
    RecordId,
    Word,
    Words,
    invalid,
    patched,
)
from faceforge_schema.values.reference_checks import check_asset
from faceforge_schema.values.scalars import BigInt, DateTime, JSONObject
from faceforge_storage import assets as rows
from faceforge_storage.database import records, tables
from faceforge_storage.database.keyset import Children
from faceforge_storage.errors import (
    AmbiguousHash,
    InvalidInput,
    InvalidSidecar,
    NotFound,
    NotInTrash,
    RecordTooLarge,
    UnknownContent,
    UnknownReference,
    VersionConflict,
)

SHA256 = re.compile("[0-9A-Fa-f]{64}")


@strawberry.type(description="Where an asset comes from.")
class Owner:
    type: OwnerType = attribute("What kind of owner.", example=OwnerType.SYSTEM)
    id: str | None = attribute("Which one: an entity's or a plugin's id.")


@strawberry.type(description="Where the bytes of an asset are.")
class StoragePlace:
    provider: str = attribute("The object store that holds them.", example="filesystem")
    bucket: str = attribute("The bucket in it; empty for the filesystem.", example="")
    key: str = attribute("The key in the bucket.", example="3f/0c/portrait")


@resource("asset_id", needs="assets:read")
class Asset(Record):
    """A file of any kind."""

    id: ID = attribute("64 lower-case hex digits, drawn at random when the asset was made.")
    owner: Owner = attribute("Where it comes from.")
    kind: str = attribute("What it is for: dotted, such as `image.original`.", example="image.original")
    filename: str = attribute("The name people see; never a path.", example="portrait.png")
    mime_type: str = attribute("The media type, detected from the bytes.", example="image/png")
    size_bytes: BigInt = attribute("The size in bytes.", example=48_213)
    content_hash: str = attribute(
        "The SHA-256 of the bytes, 64 lower-case hex digits.", example=HASH_EXAMPLE, pattern=HASH_PATTERN
    )
    derived_from_asset_id: ID | None = attribute("The asset it was made from.")
    user_metadata: JSONObject = attribute(
        "What people and tools keep with it.", example={"photographer": "Antoine Claudet"}
    )
    tags: list[str] = attribute("Free words to find it by.", example=["portrait"])
    plugin_data: JSONObject = attribute("What plugins keep, by plugin id.")
    created_at: DateTime = attribute("When it was made.")
    updated_at: DateTime = attribute("When it last changed.")
    deleted_at: DateTime | None = attribute("When it went to the trash; null for a live one.")
    version: int = attribute("Rises by one with each change; see `expectedVersion` and `If-Match`.")


@resource("asset_id", needs="assets:read")
class TakenAsset(Asset):
    """The asset that a create or an upload answers."""

    duplicate: bool = attribute(
        "Whether a live asset had these bytes already and is answered in place of a new one.",
        marks_duplicate="A live asset has these bytes already; this is it.",
    )


@strawberry.enum(description="What assets can be sorted by.")
class AssetSort(Enum):
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    FILENAME = "filename"
    SIZE_BYTES = "size_bytes"
    KIND = "kind"
    MIME_TYPE = "mime_type"
    TAKEN_AT = "taken_at"


@strawberry.pydantic.input(
    description="Changes to where an asset comes from: an absent key keeps, null clears."
)
class OwnerPatch(Input):
    type: Maybe[OwnerType] = Field(description="What kind of owner.")
    id: Maybe[Word | None] = Field(description="Which one: an entity's or a plugin's id.")


@strawberry.pydantic.input(description="Changes to an asset: an absent key keeps, null clears.")
class AssetPatch(Input):
    filename: Maybe[FileName] = Field(description="The name people see; never a path.")
    kind: Maybe[Dotted] = Field(description="What it is for.")
    tags: Maybe[Words | None] = Field(description="Replaces the whole list.")
    user_metadata: Maybe[JSONObject | None] = Field(description="Merged key by key (RFC 7396).")
    plugin_data: Maybe[JSONObject | None] = Field(description="Merged key by key (RFC 7396).")
    derived_from_asset_id: Maybe[RecordId | None] = Field(description="The asset it was made from.")
    owner: Maybe[OwnerPatch | None] = Field(description="Where it comes from; null is the system.")


@lookup("GET /assets/{asset_id}", Asset, needs="assets:read")
def asset(deleted: Deleted = Deleted.EXCLUDE) -> Select[Any]:
    """Read an asset by its id."""
    return rows.matching(deleted=shown_as(deleted))


@query(
    "GET /assets/by-hash/{algorithm}:{hex}",
    errors=(NotFound, InvalidInput, AmbiguousHash),
    needs="assets:read",
)
def asset_by_hash(
    db: Reader,
    context: Context,
    algorithm: Annotated[
        str, argument("Which hash: `sha256`, `autov2`, `autov3`, `md5`, `crc32` or `blake3`.", "sha256")
    ],
    hex: Annotated[
        str,
        argument("The hash in hex, or its first 8 digits or more.", HASH_EXAMPLE, pattern=f"^{HEX.pattern}$"),
    ],
) -> Asset:
    """Find the oldest live asset on the bytes with a hash. `hex` are all its digits or the first 8 and more, of either
    case. Where several contents fit, the error names their assets as `candidates`. `autov2` is the first ten digits of
    the SHA-256; `autov3` the SHA-256 of the tensors of a safetensors file. `sha256`, `autov2` and `blake3` are known of
    every file, the others of models once they have been read.
    """
    return Asset.of(find_by_hash(db, context, algorithm, hex))


def _sha256(text: str, where: str) -> str:
    """A hash as it is stored, in lower case; raises InvalidInput for what is none."""
    if SHA256.fullmatch(text) is None:
        message = "is a SHA-256: 64 hexadecimal digits"
        raise invalid(where, message, hint="`sha256sum FILE` prints it, on Windows `Get-FileHash FILE`.")
    return text.lower()


@listing(
    "GET /assets",
    Asset,
    sort=AssetSort,
    needs="assets:read",
    readers={
        "tag": none_if_empty,
        "content_hash": lambda text: _sha256(text, "/content_hash"),
        "mime_type": type_or_all,
        **KIND,
    },
)
def assets(
    q: Annotated[str | None, argument("A text that the file name holds.", "portrait")] = None,
    tag: Annotated[list[str] | None, argument("Tags that are all there.", ["portrait"])] = None,
    kind: str | None = None,
    mime_type: str | None = None,
    content_hash: str | None = None,
    filename: str | None = None,
    entity_id: ID | None = None,
    linked: Linked | None = None,
    derived_from_asset_id: ID | None = None,
    ids: list[ID] | None = None,
    updated_since: DateTime | None = None,
    taken_since: DateTime | None = None,
    taken_before: DateTime | None = None,
    deleted: Deleted = Deleted.EXCLUDE,
) -> Select[Any]:
    """List assets. `q` is found in file names; every `tag` must be there; `entity_id` is an entity it is linked to.
    `kind` takes a trailing `.*`: `image.*` is every kind that begins with `image.`, at any depth, not `image` itself;
    `mime_type` takes a trailing `/*`: `image/*` is every picture. `linked` is `none` for the assets of nobody: those
    that no `entity_id` finds, since they have no link, or only links to entities in the trash; `some` for all others.
    `taken_since` and `taken_before` are about when a picture was taken, as far as files say so; sorted by that, those
    that do not say it are the earliest. What jobs keep for themselves, such as plans and results, is of kinds below
    `job.`, and only listed where `kind`, `content_hash`, `filename`, `entity_id`, `derived_from_asset_id` or `ids` is
    given.
    """
    return rows.matching(
        q=q,
        tag=tag,
        kind=kind,
        mime_type=mime_type,
        content_hash=content_hash,
        filename=filename,
        entity_id=entity_id,
        linked=is_linked(linked),
        derived_from_asset_id=derived_from_asset_id,
        ids=ids,
        updated_since=updated_since,
        taken_since=taken_since,
        taken_before=taken_before,
        deleted=shown_as(deleted),
        of_jobs=False,
    )


@mutation(
    "POST /assets",
    errors=(InvalidSidecar, UnknownContent, *CHANGE_ERRORS),
    needs="assets:write",
    status=201,
)
def create_asset(tx: Write, context: Context, input: AssetCreate) -> TakenAsset:
    """Make an asset on stored bytes. A live asset on them is answered in its place, unless `on_duplicate` is `new`."""
    row, duplicate = create_or_reuse(tx, context, input)
    if context.taken is not None:
        context.taken(tx, row.id, duplicate)
    return TakenAsset.of_values({**row._mapping, "duplicate": duplicate})


def check_create(db: Reader, context: Context, input: AssetCreate) -> None:
    """Raise what `create_asset` would raise on this snapshot, so that no bytes are stored for what would be refused.

    What changes between this and the create, the create itself refuses.
    """
    name = create_asset.function.__name__
    if earlier_answer(db, context, to_camel_case(name), name, {"input": input}) is None:
        check_content(db, context, input)


@mutation(
    "PATCH /assets/{asset_id}",
    errors=(NotFound, VersionConflict, UnknownReference, InvalidInput, RecordTooLarge),
    needs="assets:write",
)
def update_asset(tx: Write, asset_id: ID, input: AssetPatch, expected_version: int | None = None) -> Asset:
    """Change an asset. An absent key keeps, null clears, objects merge, lists are replaced whole."""
    row = rows.get(tx.connection, asset_id)
    values = patched(row, input, objects=("owner", "user_metadata", "plugin_data"), lists=("tags",))
    check_asset(tx.connection, values, "derived_from_asset_id", row)
    check_not_itself(row, "/derived_from_asset_id", values.get("derived_from_asset_id"))
    if "owner" in values:
        values["owner"] = {**rows.DEFAULTS["owner"], **values["owner"]}
    return Asset.of(rows.change(tx, row, values, expected_version))


@mutation("DELETE /assets/{asset_id}", errors=(NotFound, VersionConflict), needs="assets:write", status=204)
def delete_asset(tx: Write, asset_id: ID, expected_version: int | None = None) -> ID:
    """Put an asset into the trash. Its links are hidden until it comes back."""
    records.trash(tx, tables.assets, rows.get(tx.connection, asset_id, "include"), expected_version)
    return asset_id


@mutation("POST /assets/{asset_id}/restore", errors=(NotFound,), needs="assets:write")
def restore_asset(tx: Write, asset_id: ID) -> Asset:
    """Take an asset out of the trash, with its links. A live one stays as it is."""
    return Asset.of(records.restore(tx, tables.assets, rows.get(tx.connection, asset_id, "include")))


async def _remove_freed(context: Context) -> None:
    while context.freed:
        await context.core.stored_bytes.remove_freed(context.freed.pop(), context.turn)


@mutation(
    "POST /assets/{asset_id}/purge",
    errors=(NotFound, NotInTrash),
    needs="assets:write",
    status=204,
    then=_remove_freed,
)
def purge_asset(tx: Write, context: Context, asset_id: ID) -> ID:
    """Remove a trashed asset for good. Its links go with it, from the journal too, and the bytes that no other has."""
    row = rows.get(tx.connection, asset_id, "include")
    records.check_in_trash(row)
    if rows.purge(tx, row):
        context.core.stored_bytes.expect_freed()
        context.freed.append(row.content_hash)
    return asset_id


@batched(Asset, reads=("content_hash",))
def storage(db: Reader, parents: Objects) -> Sequence[StoragePlace]:
    """Where the bytes are."""
    hashes = parents.column("content_hash")
    places = rows.find_objects(db, hashes)
    found = [places[each] for each in hashes]
    return [StoragePlace(provider=each.provider, bucket=each.bucket, key=each.key) for each in found]


@reference(Asset, Asset, by="derived_from_asset_id")
def derived_from() -> Select[Any]:
    """The live asset it was made from."""
    return rows.matching()


@reference(Entity, Asset, by="primary_thumbnail_asset_id")
def primary_thumbnail() -> Select[Any]:
    """The live picture that stands for it."""
    return rows.matching()


@collection(Asset, Asset, sort=AssetSort, by="id", readers=KIND)
def derivatives(kind: str | None = None) -> Children:
    """The live assets made from it; `kind` as in `assets`."""
    return Children(rows.matching(kind=kind), lambda source: tables.assets.c.derived_from_asset_id == source)
