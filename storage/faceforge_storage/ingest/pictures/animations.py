"""How long an animation lasts, from the heads of its frames alone: none is decoded. GIF, WebP and PNG."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

MOST_PARTS = 1_000_000
"""Parts of a file that are looked at; one with more has no duration."""


def duration_s(path: Path, form: str) -> float | None:
    """The seconds that all frames together are shown, each as long as the file says; None when it does not end well.

    Browsers show a frame of a GIF that is to last less than 0.02 s for 0.1 s. That is not counted.
    """
    times = FORMS.get(form)
    if times is None:
        return None
    with path.open("rb") as file:
        total = 0.0
        try:
            for count, seconds in enumerate(times(file)):
                if count >= MOST_PARTS:
                    return None
                total += seconds
        except (struct.error, IndexError):
            return None
    return round(total, 3) or None


def _gif(file: BinaryIO) -> Iterator[float]:
    """The delays of the graphic control extensions (GIF89a, 23), in hundredths."""
    _skip_colors(file, file.read(13)[10])
    while (kind := file.read(1)) in {b",", b"!"}:
        if kind == b",":
            _skip_colors(file, file.read(9)[8])
            file.seek(1, 1)
            yield 0.0
        elif file.read(1) == b"\xf9":
            _, _, hundredths = struct.unpack("<BBH", file.read(4))
            file.seek(1, 1)  # the transparent colour
            yield hundredths / 100
        while length := file.read(1)[0]:
            file.seek(length, 1)
            yield 0.0


def _skip_colors(file: BinaryIO, flags: int) -> None:
    file.seek(3 << (flags % 8 + 1) if flags & 0x80 else 0, 1)


def _webp(file: BinaryIO) -> Iterator[float]:
    """The durations of the frames (RFC 9649, 2.7.1.1), in milliseconds."""
    file.seek(12)
    while len(head := file.read(8)) == 8:
        name, length = struct.unpack("<4sI", head)
        start = file.tell()
        if name == b"ANMF":
            yield int.from_bytes(file.read(16)[12:15], "little") / 1000
        else:
            yield 0.0
        file.seek(start + length + length % 2)


def _png(file: BinaryIO) -> Iterator[float]:
    """The delays of the frame controls (PNG, third edition, 11.3.6.2), as fractions of a second."""
    file.seek(8)
    while len(head := file.read(8)) == 8:
        length, name = struct.unpack(">I4s", head)
        start = file.tell()
        if name == b"fcTL":
            part, whole = struct.unpack(">HH", file.read(26)[20:24])
            yield part / (whole or 100)
        else:
            yield 0.0
        file.seek(start + length + 4)


FORMS: dict[str, Callable[[BinaryIO], Iterator[float]]] = {"GIF": _gif, "PNG": _png, "WEBP": _webp}
