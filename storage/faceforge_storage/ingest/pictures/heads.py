"""What Pillow tells of a picture only when it decodes it: what a PNG says behind its pixels, the size of a WebP."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

MOST_BYTES = 1024 * 1024
"""Of one chunk that is looked into."""
MOST_CHUNKS = 1_000_000
SAYING = frozenset({b"eXIf", b"iTXt", b"tEXt", b"zTXt"})


def png_after_pixels(path: Path) -> dict[str, Any]:
    """EXIF and texts behind the pixels, where ImageMagick writes them, as Pillow gives those before the pixels."""
    from PIL.PngImagePlugin import PngStream

    with path.open("rb") as file:
        stream, pixels = PngStream(file), False
        file.seek(8)
        for _ in range(MOST_CHUNKS):
            head = file.read(8)
            name, length = head[4:], int.from_bytes(head[:4], "big")
            if len(head) < 8 or name == b"IEND":
                break
            after = file.tell() + length + 4
            pixels = pixels or name == b"IDAT"
            if pixels and name in SAYING and length <= MOST_BYTES:
                with suppress(SyntaxError, ValueError, EOFError):  # one that is damaged says nothing
                    stream.call(name, file.tell(), length)
            file.seek(after)
    return {str(key): value for key, value in (stream.im_info | stream.im_text).items()}


def webp_size(head: bytes) -> tuple[int, int] | None:
    """Width and height by the first 30 bytes (RFC 9649, 2.5 to 2.7): to open a WebP takes memory for its pixels."""
    match head[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
        case b"VP8L":
            sizes = int.from_bytes(head[21:25], "little")
            return 1 + (sizes & 0x3FFF), 1 + (sizes >> 14 & 0x3FFF)
        case b"VP8 ":
            return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(
                head[28:30], "little"
            ) & 0x3FFF
    return None
