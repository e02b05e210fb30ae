"""What a reader of files is: what it is given, what it hands back, and how it fails. Its comments are the contract.

A reader is one module with one `READER`, and one line in `registry.py`. Core imports the module, and a process of its
own runs it: so what is heavy, such as a decoder, is imported inside of the functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class File:
    """The file to be read, and what is known of it before.

    `path` has no extension that means anything. `filename` and `kind` are those of the oldest asset on the bytes, and
    may lie; `mime_type` was detected from the first bytes, and may be wrong too.
    """

    path: Path
    sha256: str
    size_bytes: int
    mime_type: str
    filename: str
    kind: str
    blake3: str | None = None
    """Its BLAKE3 in lower-case hex; None when it is not known yet."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the settings say of reading."""

    image_pixels: int = 50_000_000
    """How many pixels may be decoded (`limits.image_pixels`)."""
    hash_all_files: bool = False
    """Whether `md5` and `crc32` are computed of files that are no models, too."""


@dataclass(frozen=True, slots=True)
class Media:
    """What lists need of a file; null where it does not apply or is not known."""

    width: int | None = None
    """In pixels, as the picture is shown: after its orientation was applied."""
    height: int | None = None
    duration_s: float | None = None
    """In seconds."""
    pages: int | None = None
    color: str | None = None
    """The average colour, such as `#7a5c42`."""
    taken_at: str | None = None
    """When it was taken, as `2024-05-01T12:00:00.000000Z`; a time without a zone is taken as it stands."""
    has_alpha: bool | None = None
    """Whether the picture has transparent parts."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader found in a file."""

    metadata: Mapping[str, Any]
    """JSON, which stands under the reader's name in `extracted_metadata`. Texts are cleaned: no NUL, no lone surrogate;
    numbers are finite."""
    media: Media = Media()
    hashes: Mapping[str, str] = field(default_factory=dict)
    """Of `autov3`, `blake3`, `crc32`, `md5`, in lower-case hex."""


class Unreadable(Exception):
    """The file cannot be read; the message says why, in words for a person, without a path."""


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one kind of file.

    `read` raises Unreadable; whatever else it raises, takes too long or takes too much memory fails this reading only.
    `preview` answers the picture that thumbnails are made of: at most 640 pixels wide and 1,280 high, never larger than
    it is, in sRGB, as it is shown, `RGB` or `RGBA`, or `P` where it was drawn in few colours; None where there is none.
    """

    name: str
    """The key in `extracted_metadata` and in `readings`."""
    version: int
    """Rises when it finds more than before: what it has read already is read again then."""
    takes: Callable[[File], bool]
    read: Callable[[File, Bounds], Found]
    preview: Callable[[File, Bounds], Image | None] | None = None
    available: Callable[[], bool] = _always
    """Whether what it needs beside Python is there."""
    reads_all_bytes: bool = False
    """Whether it reads the file to its end, however large: then it may take longer, by the size of the file."""
