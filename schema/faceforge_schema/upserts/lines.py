"""The items of a stored file, one JSON object a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from faceforge_schema.upserts.items import MOST_ITEMS, EntityUpsert, Item, Refused, item_of
from faceforge_storage.errors import Fault, InvalidInput
from faceforge_storage.strict_json import parse

BATCH_BYTES = 4 * 1024 * 1024
"""About how many bytes of lines are carried out together."""


@dataclass
class Batch:
    """Items that are carried out together."""

    items: list[Item]
    numbers: list[int]
    """The number of each one's line in the file, from 1."""
    place: int
    """Where the file goes on after them."""
    lines: int
    """How many lines there are up to that place."""


def batches(file: BinaryIO, place: int, lines: int, most_bytes: int) -> Iterator[Batch]:
    """The items from a place on, before which there are so many lines. A line has `most_bytes` at most; empty lines
    are none."""
    file.seek(place)
    batch, begin = Batch([], [], place, lines), place
    while line := file.readline(most_bytes + 1):
        batch.place += len(line)
        whole = line.endswith(b"\n") or len(line) <= most_bytes
        if not whole:
            batch.place += _skip_line(file)
        batch.lines += 1
        if line.strip():
            batch.items.append(
                _item(line) if whole else _refused(f"has more than {most_bytes} bytes", "too_long")
            )
            batch.numbers.append(batch.lines)
        if len(batch.items) == MOST_ITEMS or batch.place - begin >= BATCH_BYTES:
            yield batch
            batch, begin = Batch([], [], batch.place, batch.lines), batch.place
    if batch.place > begin:
        yield batch


def _skip_line(file: BinaryIO) -> int:
    """Read up to the end of the line; answers how many bytes that were."""
    skipped = 0
    while piece := file.readline(1024 * 1024):
        skipped += len(piece)
        if piece.endswith(b"\n"):
            break
    return skipped


def _item(line: bytes) -> Item:
    try:
        parse(line.decode())
    except ValueError as error:  # what is no UTF-8 is one, too
        return _refused(f"is no JSON that can be taken: {str(error)[:200]}", "invalid_json")
    return item_of(EntityUpsert.model_validate_json, line)


def _refused(message: str, code: str) -> Refused:
    return Refused(InvalidInput(f"The line {message}.", errors=(Fault("", message, code),)))
