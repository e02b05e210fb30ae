"""A folder to bring in, made by code: many small files of several types, with sidecars, and large ones."""

from __future__ import annotations

import io
import json
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image

PICTURE = 64
"""The width and height of a picture, whose pixels are noise: about 12 kB, stored and not compressed."""
IN_A_DIRECTORY = 100
DIRECTORIES_BELOW_ONE = 20
DESCRIBED = 10
"""Each so many files one has a sidecar of its own; each directory has one with defaults."""
PEOPLE = 1000
"""How many entities the sidecars name, at most."""
PIECE = 1 << 20


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(number: int) -> bytes:
    """A picture of noise, each another one."""
    head = struct.pack(">IIBBBBB", PICTURE, PICTURE, 8, 2, 0, 0, 0)
    noise = os.urandom(PICTURE * 3)
    rows = b"".join(b"\0" + noise[turn % 192 :] + noise[: turn % 192] for turn in range(PICTURE))
    text = _chunk(b"tEXt", f"Comment\0picture {number}".encode())
    pixels = _chunk(b"IDAT", zlib.compress(rows, 0))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + text + pixels + _chunk(b"IEND", b"")


def _photograph() -> bytes:
    encoded = io.BytesIO()
    Image.effect_noise((160, 120), 60).convert("RGB").save(encoded, "JPEG", quality=85)
    return encoded.getvalue()


PHOTOGRAPH = _photograph()


def jpeg(number: int) -> bytes:
    """A photograph that differs by a comment after its first marker."""
    return PHOTOGRAPH[:2] + struct.pack(">HHI", 0xFFFE, 6, number) + PHOTOGRAPH[2:]


def wav(_: int) -> bytes:
    """Half a second of noise, in one channel of 8,000 samples a second."""
    samples = os.urandom(8000)
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    body = (
        b"WAVEfmt "
        + struct.pack("<I", len(form))
        + form
        + b"data"
        + struct.pack("<I", len(samples))
        + samples
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def text(number: int) -> bytes:
    """A few kilobytes of notes."""
    return f"Note {number}: what was said that day, and by whom.\n".encode() * 60


TYPES: tuple[tuple[str, Callable[[int], bytes]], ...] = (
    ("png", png), ("png", png), ("jpg", jpeg), ("jpg", jpeg), ("wav", wav), ("txt", text),
)  # fmt: skip


def _sidecar(number: int) -> bytes:
    person = number // DESCRIBED % PEOPLE
    entity = {
        "display_name": f"Person {person}",
        "create": True,
        "external_id": {"namespace": "bench", "value": str(person)},
    }
    return json.dumps({"tags": [f"series-{number % 7}"], "entities": [entity], "taken": "2026"}).encode()


def _directories(root: Path, count: int) -> Iterator[Path]:
    for number in range(count):
        directory = root / f"part {number // DIRECTORIES_BELOW_ONE:03}" / f"set {number:05}"
        directory.mkdir(parents=True)
        (directory / "_meta.json").write_bytes(json.dumps({"tags": [f"set-{number}"]}).encode())
        yield directory


def make_small(root: Path, count: int) -> int:
    """`count` small files, and their sidecars beside them; answers the bytes of the files alone."""
    made = 0
    for begin, directory in enumerate(_directories(root, -(-count // IN_A_DIRECTORY))):
        first = begin * IN_A_DIRECTORY
        for number in range(first, min(first + IN_A_DIRECTORY, count)):
            ending, content = TYPES[number % len(TYPES)]
            file = directory / f"file {number:06}.{ending}"
            made += file.write_bytes(content(number))
            if number % DESCRIBED == 0:
                file.with_name(f"{file.name}_meta.json").write_bytes(_sidecar(number))
    return made


def make_large(root: Path, count: int, size: int) -> int:
    """`count` files of `size` bytes that no reader looks into; answers their bytes."""
    root.mkdir(parents=True)
    for number in range(count):
        with (root / f"large {number:03}.bin").open("wb") as file:
            for _ in range(size // PIECE):
                file.write(os.urandom(PIECE))
            file.write(os.urandom(size % PIECE))
    return count * size
