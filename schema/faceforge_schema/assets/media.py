"""What Core read from the bytes of assets: what lists need of it, all of it, how far reading is, and reading again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, cast

import strawberry
from orjson import Fragment, dumps
from pydantic import Field
from strawberry import ID

from faceforge_executor import Level, Objects
from faceforge_schema.assets.assets import Asset
from faceforge_schema.context import Context, Reader, Write
from faceforge_schema.declare.fields import batched
from faceforge_schema.declare.operation import mutation, query
from faceforge_schema.declare.resources import attribute
from faceforge_schema.declare.signatures import argument
from faceforge_schema.values.inputs import Input, Word
from faceforge_schema.values.scalars import DateTime, JSONObject
from faceforge_storage import assets as rows
from faceforge_storage import readings as found_rows
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.errors import NotFound
from faceforge_storage.ingest.reader import File

FACTS = ("content_hash", "size_bytes", "mime_type", "filename", "kind")
"""What readers are chosen by: the columns that make a `File`."""
READER = argument("The name of a reader, as `readings` has it.", "image")


@strawberry.type(
    description="What lists need of a file; null where it does not apply, or is not known (yet)."
)
class Media:
    width: int | None = attribute("In pixels, as the picture is shown.", example=4032)
    height: int | None = attribute("In pixels, as the picture is shown.", example=3024)
    duration_s: float | None = attribute("How long it plays, in seconds.", example=83.4)
    pages: int | None = attribute("How many pages it has.", example=12)
    color: str | None = attribute("The average colour of the picture.", example="#7a5c42")
    taken_at: DateTime | None = attribute(
        "When it was taken, as the file says; a time without a zone is taken as it stands."
    )
    has_alpha: bool | None = attribute("Whether the picture has transparent parts.", example=False)


@strawberry.enum(description="How far a reader is with a file.")
class ReadingState(Enum):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@strawberry.type(description="How far one reader is with the bytes of an asset.")
class Reading:
    reader: str = attribute("The reader; its key in `extracted_metadata`.", example="image")
    state: ReadingState = attribute("Whether it has read them.", example=ReadingState.DONE)
    message: str | None = attribute("Why it failed, in words.", example=None)


@strawberry.type(description="All that one reader found in the bytes of an asset.")
class WholeReading(Reading):
    read_at: DateTime = attribute("When it read them.")
    found: JSONObject | None = attribute(
        "What it found, also what `extracted_metadata` leaves out; null when it failed."
    )


@strawberry.type(description="How many files are to be read again.")
class Reread:
    queued: int = attribute("How many were put into the queue by this.", example=214)
    waiting: int = attribute("How many wait in all.", example=214)


@strawberry.pydantic.input(description="Which files are to be read again; all of them, unless it says more.")
class RereadInput(Input):
    reader: Word | None = Field(
        default=None, description="Only those that this reader has read, or failed on.", examples=["image"]
    )
    failed: bool | None = Field(
        default=None, description="Only those that a reader has failed on.", examples=[True]
    )


@batched(Asset, reads=found_rows.MEDIA)
def media(_db: Reader, parents: Objects) -> Sequence[Media]:
    """What lists need of the file: sizes, length, colour, when it was taken."""
    columns = zip(*(parents.column(name) for name in found_rows.MEDIA), strict=True)
    found = (dict(zip(found_rows.MEDIA, values, strict=True)) for values in columns)
    return [Media(**{**values, "taken_at": values["taken_at"] or None}) for values in found]


def _readings(level: Level) -> list[list[AnyRow]]:
    """The readings of the content of each asset."""
    found: dict[str, list[AnyRow]] = defaultdict(list)
    hashes, budget = level.parents.column("content_hash"), level.context.budget
    for chunk in found_rows.of_contents(level.context.snapshot, set(hashes)):
        budget.count_rows(chunk)
        for row in chunk:
            found[row.sha256].append(row)
    return [found.get(each, []) for each in hashes]


@batched(Asset, reads=("content_hash",), rows=_readings)
def extracted_metadata(found: list[list[AnyRow]], parents: Objects) -> Sequence[JSONObject]:
    """What readers found in the file: reader -> what it found. What is very long is cut off, see `cut_off` in it."""
    return cast("Sequence[JSONObject]", [_by_reader(each) for each in found])


def _by_reader(found: list[AnyRow]) -> Fragment:
    """The readings of one content as one object, whose values stand in the answer as they are stored."""
    parts = [dumps(each.reader) + b":" + each.shown for each in found if each.shown not in (None, b"{}")]
    return Fragment(b"{" + b",".join(parts) + b"}")


def _reading_states(level: Level) -> tuple[list[list[AnyRow]], set[str], Context]:
    """The readings of each content, and which contents wait."""
    if _readings not in level.shared:
        level.shared[_readings] = _readings(level)
    waiting = found_rows.pending_among(level.context.snapshot, set(level.parents.column("content_hash")))
    return level.shared[_readings], waiting, level.context


@batched(Asset, reads=FACTS, rows=_reading_states)
def readings(
    states: tuple[list[list[AnyRow]], set[str], Context], parents: Objects
) -> Sequence[list[Reading]]:
    """How far each reader is with the file."""
    found, waiting, context = states
    columns = (parents.column(name) for name in FACTS)
    return [
        [
            *(Reading(reader=row.reader, state=ReadingState(row.state), message=row.message) for row in each),
            *(_to_come(context, facts, each) if facts[0] in waiting else ()),
        ]
        for each, *facts in zip(found, *columns, strict=True)
    ]


def _to_come(context: Context, facts: Sequence[Any], read: list[AnyRow]) -> Iterator[Reading]:
    """The readers that will read a content which waits, and have not yet."""
    names = context.core.examiner.examinations.readers_of(File(Path(), *facts)) - {row.reader for row in read}
    return (Reading(reader=each, state=ReadingState.PENDING, message=None) for each in sorted(names))


@query("GET /assets/{asset_id}/readings/{reader}", errors=(NotFound,), needs="assets:read")
def asset_reading(db: Reader, asset_id: ID, reader: Annotated[str, READER]) -> WholeReading:
    """Read all that one reader found in an asset. It has what is cut off in `extracted_metadata`, too."""
    row = found_rows.whole(db, rows.get(db, asset_id).content_hash, reader)
    if row is None:
        raise NotFound(
            f"No reader {reader[:80]!r} has read this asset.",
            hint="`readings` of the asset names those that have; a file that has just come may still wait.",
        )
    return WholeReading(
        reader=row.reader,
        state=ReadingState(row.state),
        message=row.message,
        read_at=row.read_at,
        found=row.found,
    )


@mutation("POST /assets/{asset_id}/reread", errors=(NotFound,), needs="assets:write")
def reread_asset(tx: Write, context: Context, asset_id: ID) -> Asset:
    """Read the bytes of an asset again, with all readers, in the background. What was found stands until then."""
    row = rows.get(tx.connection, asset_id)
    found_rows.enqueue(tx, [row.content_hash], again=True)
    context.core.examiner.expect()
    return Asset.of(row)


@mutation("POST /assets/reread", needs="assets:write")
def reread_assets(
    tx: Write,
    context: Context,
    input: RereadInput | None = None,
) -> Reread:
    """Read the files of all assets again, or of some, in the background. What was found stands until then."""
    wanted = input or RereadInput()
    queued = found_rows.enqueue_all(tx, reader=wanted.reader, failed=bool(wanted.failed))
    context.core.examiner.expect()
    return Reread(queued=queued, waiting=found_rows.unread(tx.connection))
