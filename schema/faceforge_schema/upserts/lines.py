"""The items of a stored file, one JSON object a line, and the file of lines that says what became of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from faceforge_schema.upserts.items import MOST_ITEMS, EntityUpsert, Item, Refused, item_of
from faceforge_storage.errors import Fault, InvalidInput
from faceforge_storage.objects.disk import disk_errors
from faceforge_storage.strict_json import parse

BATCH_BYTES = 4 * 1024 * 1024
"""About how many bytes of lines are carried out together."""
RESULTS = re.compile(r"upsert-([0-9a-f]{64})\.ndjson")


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


class ResultFile:
    """Lines in `tmp/` that say what became of the items, until the job ends.

    A checkpoint says how many bytes of them count: what an attempt that was killed has written beyond is overwritten.
    """

    def __init__(self, tmp: Path, job_id: str, size: int) -> None:
        self.path = tmp / f"upsert-{job_id}.ndjson"
        with disk_errors("to keep the results of an upsert"):
            self._file = self.path.open("r+b" if self.path.exists() else "w+b")
            self.size = min(size, self._file.seek(0, os.SEEK_END))
        self.lost = self.size < size
        """Whether lines that count are gone."""

    def write(self, lines: Iterable[dict[str, Any]]) -> int:
        """Write lines behind those that count, to the disk; answers how many bytes count once they are committed.

        Raises NoSpace, StorageFailed.
        """
        text = b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in lines)
        with disk_errors("to keep the results of an upsert"):
            self._file.seek(self.size)
            self._file.write(text)
            self._file.truncate()
            self._file.flush()
            os.fsync(self._file.fileno())
        return self.size + len(text)

    def close(self) -> None:
        self._file.close()

    def remove(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


def left_behind(tmp: Path) -> dict[str, Path]:
    """Job -> its lines, of all that are there."""
    return {named[1]: path for path in tmp.iterdir() if (named := RESULTS.fullmatch(path.name))}


def remove_all(paths: Sequence[Path]) -> None:
    """Remove files as far as that can be done."""
    for path in paths:
        with suppress(OSError):
            path.unlink(missing_ok=True)
