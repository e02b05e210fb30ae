"""What Core and a process that reads files send each other: JSON, and bytes beside it.

No pickle: the process handles files that nobody trusts, so what comes out of it is only ever data.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, BinaryIO

from faceforge_storage.ingest.reader import Bounds, File, Found

MOST_JSON = 16 * 1024 * 1024
"""Bytes of what one reader may have found in one file."""
MOST_BYTES = 16 * 1024 * 1024
"""Bytes of one thumbnail."""
HEAD = struct.Struct("!II")
"""The lengths of the JSON and of the bytes that follow it."""


class TooMuch(ValueError):
    """A message is larger than any may be."""


@dataclass(frozen=True, slots=True)
class Step:
    """What to do with a file in one go: let readers read it, then make thumbnails of so many pixels in width."""

    file: File
    bounds: Bounds
    readers: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    tile: bool = False
    """Whether the thumbnails are drawn by the kind of file, without a look at its content."""

    def as_json(self) -> dict[str, Any]:
        # field by field: `asdict` copies whatever is in them, which takes as long as the rest of a small file
        return {
            "file": {**_fields(self.file), "path": str(self.file.path)},
            "bounds": _fields(self.bounds),
            "readers": self.readers,
            "sizes": self.sizes,
            "tile": self.tile,
        }

    @classmethod
    def of_json(cls, given: dict[str, Any]) -> Step:
        file = File(**{**given["file"], "path": Path(given["file"]["path"])})
        several = {name: tuple(given[name]) for name in ("readers", "sizes")}
        return cls(**{**given, **several, "file": file, "bounds": Bounds(**given["bounds"])})


def _fields(record: File | Bounds) -> dict[str, Any]:
    return {each.name: getattr(record, each.name) for each in fields(record)}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one reader: what it found, why the file cannot be read, or where the reader failed."""

    found: Any = None
    """Whose form is not known yet: the process may be in the hands of a file."""
    unreadable: str | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a step."""

    readings: dict[str, Answer] = field(default_factory=dict)
    lengths: tuple[int, ...] = ()
    """Of the thumbnails, which follow one behind the other; none where they could not be made."""
    fault: str | None = None
    """Why the thumbnails are tiles, or are none."""
    out_of_memory: bool = False
    too_much: bool = False
    """Whether it was more than a message may hold, so that all of it was left out."""


def found_as_json(found: Found) -> dict[str, Any]:
    return {
        "metadata": dict(found.metadata),
        "media": asdict(found.media),
        "hashes": dict(found.hashes),
    }


def send(stream: BinaryIO, message: dict[str, Any], attached: bytes = b"") -> None:
    """Raises TooMuch, having sent nothing; ValueError for what is no JSON, OSError when nobody reads."""
    text = json.dumps(message, allow_nan=False).encode()
    if len(text) > MOST_JSON or len(attached) > MOST_BYTES:
        raise TooMuch
    stream.write(HEAD.pack(len(text), len(attached)) + text + attached)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """The next message and its bytes. Raises EOFError at the end, ValueError for what is none."""
    text_bytes, attached_bytes = HEAD.unpack(_exactly(stream, HEAD.size))
    if text_bytes > MOST_JSON or attached_bytes > MOST_BYTES:
        raise TooMuch
    message = json.loads(_exactly(stream, text_bytes))
    if not isinstance(message, dict):
        raise ValueError("a message is an object")
    return message, _exactly(stream, attached_bytes)


def _exactly(stream: BinaryIO, count: int) -> bytes:
    received = stream.read(count)
    if len(received) < count:
        raise EOFError
    return received
