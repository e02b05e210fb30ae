"""Thumbnails: where the pictures are that stand for assets and entities."""

from __future__ import annotations

from collections.abc import Sequence

import strawberry

from faceforge_executor import Level, Objects
from faceforge_schema.assets.assets import Asset
from faceforge_schema.context import Context, Reader
from faceforge_schema.declare.fields import batched
from faceforge_schema.declare.resources import attribute
from faceforge_schema.entities import Entity
from faceforge_schema.values.inputs import HASH_EXAMPLE
from faceforge_storage import thumbnails as rows
from faceforge_storage.ingest.thumbnails import RECIPE, SIZES

ADDRESS = "/v1/thumbnails/{content_hash}/{size}-{recipe}.webp"
READ = "assets:read"


def address(content_hash: str, size: int) -> str:
    """Where the thumbnail of the bytes with a hash is, of one of SIZES, by the present recipe."""
    return ADDRESS.format(content_hash=content_hash, size=size, recipe=RECIPE)


@strawberry.type(
    description="Where the picture of a record is, in WebP. What is behind an address never changes."
)
class Thumbnail:
    small: str = attribute(
        "The address at this Core of the one that is at most 320 pixels wide and 640 high.",
        example=address(HASH_EXAMPLE, SIZES[0]),
    )
    large: str = attribute(
        "The address at this Core of the one that is at most 640 pixels wide and 1280 high.",
        example=address(HASH_EXAMPLE, SIZES[1]),
    )

    @classmethod
    def of(cls, content_hash: str) -> Thumbnail:
        """That of the bytes with a hash."""
        small, large = SIZES
        return cls(small=address(content_hash, small), large=address(content_hash, large))


@batched(Asset, reads=("id", "content_hash"))
def thumbnail(db: Reader, parents: Objects) -> Sequence[Thumbnail]:
    """The picture that stands for it: a live asset of the kind `image.thumbnail` that was derived from it, the newest
    one, else what is made of its own bytes: a picture, or a tile that names the kind of file.
    """
    ids = parents.column("id")
    derived = rows.of_assets(db, ids)
    own = zip(ids, parents.column("content_hash"), strict=True)
    return [Thumbnail.of(derived.get(each) or content_hash) for each, content_hash in own]


def _context(level: Level) -> Context:
    context: Context = level.context
    return context


@batched(Entity, reads=("row_id",), rows=_context, name="thumbnail")
def thumbnail_of_entity(context: Context, parents: Objects) -> Sequence[Thumbnail | None]:
    """The picture that stands for it: the chosen one, else the newest picture linked to it. Null when there is none,
    when it is in the trash, and for whoever may not read assets.
    """
    places = parents.column("row_id")
    if READ not in context.actor.permissions:
        return [None] * len(places)
    found = rows.of_entities(context.snapshot, places)
    return [Thumbnail.of(found[each]) if each in found else None for each in places]
