"""Thumbnails: where the pictures are that stand for assets and entities."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

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


@strawberry.enum(description="Which of the two thumbnails: at most 320 or 640 pixels wide.")
class ThumbnailSize(Enum):
    SMALL = "small"
    LARGE = "large"

    @property
    def pixels(self) -> int:
        """How wide it is at most."""
        return SIZES[0] if self is ThumbnailSize.SMALL else SIZES[1]


class Pictures(NamedTuple):
    """Of which bytes the thumbnails of a level's records are made, None where a record has none."""

    context: Context
    hashes: Sequence[str | None]


def picture_of_asset(db: Reader, asset_id: str, content_hash: str) -> str:
    """The hash of the bytes that the thumbnail of an asset is made of."""
    return rows.of_assets(db, [asset_id]).get(asset_id, content_hash)


def pictures_of_assets(level: Level) -> Pictures:
    """Looked up once for all fields of these assets, which read `id` and `content_hash`."""
    ids = level.parents.column("id")
    derived = rows.of_assets(level.context.snapshot, ids)
    own = zip(ids, level.parents.column("content_hash"), strict=True)
    return Pictures(level.context, [derived.get(each) or content_hash for each, content_hash in own])


def pictures_of_entities(level: Level) -> Pictures:
    """Looked up once for all fields of these entities, which read `row_id`; none for who may not read assets."""
    context: Context = level.context
    places = level.parents.column("row_id")
    found = rows.of_entities(context.snapshot, places) if READ in context.actor.permissions else {}
    return Pictures(context, [found.get(each) for each in places])


@batched(Asset, reads=("id", "content_hash"), rows=pictures_of_assets)
def thumbnail(pictures: Pictures, _parents: Objects) -> Sequence[Thumbnail]:
    """The picture that stands for it: a live asset of the kind `image.thumbnail` that was derived from it, the newest
    one, else what is made of its own bytes: a picture, or a tile that names the kind of file.
    """
    return [Thumbnail.of(each) for each in pictures.hashes if each is not None]


@batched(Entity, reads=("row_id",), rows=pictures_of_entities, name="thumbnail")
def thumbnail_of_entity(pictures: Pictures, _parents: Objects) -> Sequence[Thumbnail | None]:
    """The picture that stands for it: the chosen one, else the newest picture linked to it. Null when there is none,
    when it is in the trash, and for whoever may not read assets.
    """
    return [None if each is None else Thumbnail.of(each) for each in pictures.hashes]
