"""Signed addresses: files and thumbnails for tools and pages that cannot send a header."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import strawberry
from pydantic import Field
from strawberry import ID

from faceforge_executor import Objects
from faceforge_schema.assets.assets import Asset
from faceforge_schema.assets.thumbnails import (
    Pictures,
    ThumbnailSize,
    picture_of_asset,
    pictures_of_assets,
    pictures_of_entities,
)
from faceforge_schema.context import Context, Reader
from faceforge_schema.declare.fields import batched
from faceforge_schema.declare.operation import query
from faceforge_schema.declare.resources import attribute
from faceforge_schema.entities import Entity
from faceforge_schema.values.inputs import Input, OrDefault, invalid
from faceforge_schema.values.scalars import EXAMPLES, DateTime
from faceforge_schema.values.visible_jobs import check_bytes, hidden_owners
from faceforge_storage import assets
from faceforge_storage.errors import Forbidden, InvalidInput, NotFound


@strawberry.enum(
    description="Whether a browser shows a file or saves it; what could run in it is always saved."
)
class Disposition(Enum):
    INLINE = "inline"
    ATTACHMENT = "attachment"


@strawberry.type(description="An address that opens one file or thumbnail without a token, for a while.")
class SignedUrl:
    url: str = attribute(
        "The address; GET and HEAD, of a file ranges too.",
        example=f"http://127.0.0.1:43210/v1/assets/{EXAMPLES['ID']}/download?expires=1769846950&signature=…",
    )
    expires_at: DateTime = attribute("Until when it works.")


@strawberry.pydantic.input(description="How the address is to work.")
class SignedUrlInput(Input):
    disposition: OrDefault[Disposition] = Field(
        default=Disposition.ATTACHMENT, description="Whether to show or to save."
    )
    thumbnail: ThumbnailSize | None = Field(
        default=None, description="Open its thumbnail of this size instead of its bytes."
    )
    expires_in: int | None = Field(
        default=None,
        ge=1,
        examples=[600],
        description="For how many seconds; the longest allowed when absent.",
    )


@query(
    "POST /assets/{asset_id}/signed-url",
    errors=(NotFound, InvalidInput, Forbidden),
    needs="assets:read",
    volatile=True,
)
def signed_url(db: Reader, context: Context, asset_id: ID, input: SignedUrlInput | None = None) -> SignedUrl:
    """Sign the address of a live asset's bytes, or of its thumbnail."""
    wanted = input or SignedUrlInput()
    seconds = _seconds(context, wanted.expires_in)
    row = assets.get(db, asset_id)
    check_bytes(db, context, row.owner)
    if wanted.thumbnail is None:
        path, expires_at = context.core.sign_download(
            asset_id, row.content_hash, wanted.disposition.value, seconds
        )
    else:
        picture = picture_of_asset(db, asset_id, row.content_hash)
        path, expires_at = context.core.sign_thumbnail(picture, wanted.thumbnail.pixels, seconds)
    return SignedUrl(url=context.base_url + path, expires_at=DateTime(expires_at))


@batched(
    Asset,
    reads=("id", "content_hash", "deleted_at", "owner"),
    rows=lambda level: level.context,
    volatile=True,
)
def download_url(
    context: Context,
    parents: Objects,
    expires_in: int | None = None,
    disposition: Disposition = Disposition.ATTACHMENT,
) -> Sequence[str | None]:
    """A signed address that opens its bytes without a token, as `signedUrl` makes it, for a list in one go.
    `expires_in` is for how many seconds; the longest allowed when absent. An asset in the trash has none, nor has one
    of a job that you may not see.
    """
    seconds = _seconds(context, expires_in)
    names = ("id", "content_hash", "deleted_at", "owner")
    rows = list(zip(*(parents.column(name) for name in names), strict=True))
    hidden = hidden_owners(context.snapshot, context, [owner for *_, owner in rows])
    sign = context.core.sign_download
    return [
        context.base_url + sign(asset_id, content_hash, disposition.value, seconds)[0]
        if deleted_at is None and owner["id"] not in hidden
        else None
        for asset_id, content_hash, deleted_at, owner in rows
    ]


@batched(Asset, reads=("id", "content_hash", "deleted_at"), rows=pictures_of_assets, volatile=True)
def thumbnail_url(
    pictures: Pictures,
    parents: Objects,
    size: ThumbnailSize = ThumbnailSize.SMALL,
    expires_in: int | None = None,
) -> Sequence[str | None]:
    """A signed address that opens its `thumbnail` without a token, as `signedUrl` makes it, for a list in one go.
    `expires_in` is for how many seconds; the longest allowed when absent. An asset in the trash has none.
    """
    trashed = [deleted_at is not None for deleted_at in parents.column("deleted_at")]
    live = [None if gone else each for gone, each in zip(trashed, pictures.hashes, strict=True)]
    return _signed(Pictures(pictures.context, live), size, expires_in)


@batched(Entity, reads=("row_id",), rows=pictures_of_entities, volatile=True, name="thumbnail_url")
def thumbnail_url_of_entity(
    pictures: Pictures,
    _parents: Objects,
    size: ThumbnailSize = ThumbnailSize.SMALL,
    expires_in: int | None = None,
) -> Sequence[str | None]:
    """A signed address that opens its `thumbnail` without a token, null where that is null.
    `expires_in` is for how many seconds; the longest allowed when absent.
    """
    return _signed(pictures, size, expires_in)


def _signed(pictures: Pictures, size: ThumbnailSize, expires_in: int | None) -> list[str | None]:
    context, pixels = pictures.context, size.pixels
    seconds, sign = _seconds(context, expires_in), context.core.sign_thumbnail
    return [
        None if each is None else context.base_url + sign(each, pixels, seconds)[0]
        for each in pictures.hashes
    ]


def _seconds(context: Context, wanted: int | None) -> int:
    """How long an address is to live; raises InvalidInput."""
    most = context.core.settings.limits.signed_url_seconds
    if wanted is not None and not 1 <= wanted <= most:
        raise invalid("/expires_in", f"is 1 to {most} seconds (limits.signed_url_seconds)", "out_of_range")
    return wanted or most
