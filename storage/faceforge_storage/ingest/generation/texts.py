"""The texts that programs leave in a picture, found without decoding it: chunks of PNG, EXIF of JPEG and WebP.

Sources: PNG (Third Edition) 11.3.3; RFC 9649 (WebP); EXIF 3.0, 4.6.6 (UserComment).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from faceforge_storage.ingest.reader import File, Unreadable

MOST_BYTES = 4 * 1024 * 1024
"""Of one text; a longer one is left out."""
MOST_PARTS = 1_000_000
"""How many chunks or segments of a file are gone through."""
PNG = b"\x89PNG\r\n\x1a\n"
NAMES = frozenset({"parameters", "prompt", "invokeai_metadata", "sd-metadata"})
"""Of the texts that are asked for."""
PREFIXED = re.compile(r"(prompt)\s*:\s*(?=\{)", re.IGNORECASE)
"""How ComfyUI names its text in the EXIF, which has no names for them."""
PHOTO, USER_COMMENT = 0x8769, 0x9286
Texts = Iterator[tuple[str, str]]


def texts_in(file: File) -> dict[str, str]:
    """Name, one of NAMES -> text, the first of each; texts of EXIF have the name that PNGs of the same programs give.

    Raises Unreadable for a file that is not what its type says.
    """
    found: dict[str, str] = {}
    with file.path.open("rb") as source:
        for name, text in FORMATS[file.mime_type](source):
            found.setdefault(name.lower(), text)
    return found


def _png(source: BinaryIO) -> Texts:
    if source.read(8) != PNG:
        raise Unreadable("It does not begin as a PNG does.")
    wanted = set(NAMES)
    for _ in range(MOST_PARTS):
        head = source.read(8)
        size, kind = int.from_bytes(head[:4], "big"), head[4:]
        if len(head) < 8 or kind == b"IEND":
            return
        if kind in (b"tEXt", b"zTXt", b"iTXt") and size <= MOST_BYTES:
            yield from _chunk(kind, source.read(size), wanted)
            source.seek(4, 1)
        elif kind == b"eXIf" and size <= MOST_BYTES:
            yield from _exif(source.read(size))
            source.seek(4, 1)
        else:
            source.seek(size + 4, 1)


def _chunk(kind: bytes, data: bytes, wanted: set[str]) -> Texts:
    """The text in a chunk, when it has one of the names; each name is tried once, which bounds what is decompressed."""
    keyword, _, rest = data.partition(b"\0")
    name = keyword.decode("latin-1").lower()
    if name not in wanted:
        return
    wanted.remove(name)
    if kind == b"iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:]
        text = rest.split(b"\0", 2)[-1]  # after a language and a translated name
    else:
        packed, text = kind == b"zTXt", rest[1:] if kind == b"zTXt" else rest
    if packed:
        decoder = zlib.decompressobj()
        try:
            text = decoder.decompress(text, MOST_BYTES)
        except zlib.error:
            return
        if decoder.unconsumed_tail:  # longer than that
            return
    yield name, _decoded(text)


def _webp(source: BinaryIO) -> Texts:
    head = source.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WEBP":
        raise Unreadable("It does not begin as a WebP does.")
    for _ in range(MOST_PARTS):
        head = source.read(8)
        if len(head) < 8:
            return
        size = int.from_bytes(head[4:], "little")
        padded = size + size % 2
        if head[:4] == b"EXIF" and size <= MOST_BYTES:
            yield from _exif(source.read(padded)[:size])
        else:
            source.seek(padded, 1)


def _jpeg(source: BinaryIO) -> Texts:
    if source.read(2) != b"\xff\xd8":
        raise Unreadable("It does not begin as a JPEG does.")
    for _ in range(MOST_PARTS):
        marker, size = source.read(2), int.from_bytes(source.read(2), "big")
        if len(marker) < 2 or marker[0] != 0xFF or marker[1] == 0xDA or size < 2:
            return
        data = source.read(size - 2)
        if marker[1] == 0xE1 and data.startswith(b"Exif\0\0"):
            yield from _exif(data)
        elif marker[1] == 0xFE:
            yield "parameters", _decoded(data)


def _exif(data: bytes) -> Texts:
    from PIL.Image import Exif

    exif = Exif()
    try:
        exif.load(data)
        values = [*dict(exif).values()]
        comment = exif.get_ifd(PHOTO).get(USER_COMMENT)
    except Exception:  # what Pillow raises for a broken EXIF is not said; another reader names it
        return
    for value in values:
        named = PREFIXED.match(value) if isinstance(value, str) else None
        if named:
            yield named[1], _decoded(value[named.end() :].encode("latin-1", "replace"))
    if comment:
        text = comment if isinstance(comment, str) else _comment(comment)
        named = PREFIXED.match(text)
        yield (named[1], text[named.end() :]) if named else ("parameters", text)


def _comment(data: bytes) -> str:
    """A UserComment. Of UTF-16 neither the standard nor its writers agree on the order of bytes: letters of most
    scripts here have a zero in one half, which says it."""
    code, text = data[:8], data[8:]
    if code.startswith(b"UNICODE"):
        big = text[::2].count(0) >= text[1::2].count(0)
        return text.decode("utf-16-be" if big else "utf-16-le", "replace").strip("\0\ufeff")
    return _decoded(text if code.startswith((b"ASCII", b"\0\0\0\0")) else data)


def _decoded(data: bytes) -> str:
    """Text in UTF-8, as most write it, else in Latin-1, as PNG asks for."""
    try:
        return data.decode("utf-8").strip("\0")
    except UnicodeDecodeError:
        return data.decode("latin-1").strip("\0")


FORMATS: dict[str, Callable[[BinaryIO], Texts]] = {
    "image/apng": _png,
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
}
