"""Signed addresses: an asset's bytes for tools that cannot send a header."""

from __future__ import annotations

from enum import Enum

import strawberry
from pydantic import Field
from strawberry import ID

from faceforge_schema.context import Context, Reader
from faceforge_schema.declare.operation import query
from faceforge_schema.declare.resources import attribute
from faceforge_schema.values.inputs import Input, OrDefault, invalid
from faceforge_schema.values.scalars import EXAMPLES, DateTime
from faceforge_storage import assets
from faceforge_storage.errors import InvalidInput, NotFound


@strawberry.enum(
    description="Whether a browser shows a file or saves it; what could run in it is always saved."
)
class Disposition(Enum):
    INLINE = "inline"
    ATTACHMENT = "attachment"


@strawberry.type(description="An address that opens one file without a token, for a while.")
class SignedUrl:
    url: str = attribute(
        "The address; GET and HEAD, ranges too.",
        example=f"http://127.0.0.1:43210/v1/assets/{EXAMPLES['ID']}/download?expires=1769846950&signature=…",
    )
    expires_at: DateTime = attribute("Until when it works.")


@strawberry.pydantic.input(description="How the address is to work.")
class SignedUrlInput(Input):
    disposition: OrDefault[Disposition] = Field(
        default=Disposition.ATTACHMENT, description="Whether to show or to save."
    )
    expires_in: int | None = Field(
        default=None,
        ge=1,
        examples=[600],
        description="For how many seconds; the longest allowed when absent.",
    )


@query(
    "POST /assets/{asset_id}/signed-url", errors=(NotFound, InvalidInput), needs="assets:read", volatile=True
)
def signed_url(db: Reader, context: Context, asset_id: ID, input: SignedUrlInput | None = None) -> SignedUrl:
    """Sign the address of a live asset's bytes."""
    wanted = input or SignedUrlInput()
    most = context.core.settings.limits.signed_url_seconds
    seconds = wanted.expires_in or most
    if seconds > most:
        raise invalid("/expires_in", f"is at most {most} seconds (limits.signed_url_seconds)", "out_of_range")
    row = assets.get(db, asset_id)
    path, expires_at = context.core.sign_download(
        asset_id, row.content_hash, wanted.disposition.value, seconds
    )
    return SignedUrl(url=context.base_url + path, expires_at=DateTime(expires_at))
