"""Thumbnails of files in WebP: made of the picture that a reader found, or drawn as a tile that names the kind of file.

Core imports this for the sizes and the recipe; what draws and encodes runs in the processes that read files.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING

from faceforge_storage.ingest.reader import File

if TYPE_CHECKING:
    from PIL.Image import Image

SIZES = (320, 640)
"""How many pixels wide a thumbnail is, at most; it is twice as high at most."""
RECIPE = 1
"""Rises when the same file would get another thumbnail than before; part of names and addresses."""
MEDIA_TYPE = "image/webp"

QUALITY = 80
EFFORT = 2
"""Of 0 to 6, how long WebP looks for a smaller file: 4, its default, takes twice the time for 4 % fewer bytes."""

COLORS = {
    "model": "#6b4fa0",
    "image": "#3f7d58",
    "audio": "#2f7a85",
    "video": "#3a5f9e",
    "text": "#5b6470",
    "archive": "#8a6a2c",
    "document": "#9c4141",
    "other": "#6a6a6a",
}
"""The ground of a tile: the white sheet on it can be told from each, and so can each from a light and a dark page."""
DOCUMENTS = re.compile(r"application/(pdf|rtf|postscript|msword|epub\+zip|vnd\.(oasis|openxmlformats|ms-).*)")
ARCHIVES = re.compile(
    r"application/(zip|gzip|x-(7z-compressed|tar|bzip2|xz|rar.*)|vnd\.(rar|comicbook\+zip))"
)
MODELS = re.compile(r"application/x-(safetensors|gguf)")
SHORT = re.compile(r"[A-Za-z0-9]{1,12}")
"""What fits on a tile, in letters that its font has."""


def render(picture: Image, sizes: Iterable[int]) -> dict[int, bytes]:
    """The thumbnails of a picture: at most so wide and twice as high, never enlarged, transparency kept.

    `picture` is what a reader's `preview` answers. It stays as it is, and one that fits all sizes is encoded once.
    """
    made: dict[int, bytes] = {}
    encoded: dict[tuple[int, int], bytes] = {}
    for size in sizes:
        shown = _within(picture, size)
        if shown.size not in encoded:
            encoded[shown.size] = _encoded(shown, drawn=picture.mode == "P")
        made[size] = encoded[shown.size]
    return made


def _within(picture: Image, size: int) -> Image:
    from PIL.Image import Resampling

    if picture.width <= size and picture.height <= 2 * size:
        return picture
    if picture.mode == "P":
        shown = picture.convert("RGB")
        shown.thumbnail((size, 2 * size), Resampling.BOX, reducing_gap=1.0)
    else:
        shown = picture.copy()
        shown.thumbnail((size, 2 * size), Resampling.LANCZOS)
    return shown


def _encoded(picture: Image, *, drawn: bool) -> bytes:
    """What is drawn has few colours: without loss it is smaller, and much faster."""
    encoded = io.BytesIO()
    if drawn:
        picture.save(encoded, "WEBP", lossless=True, quality=0, method=0)
    else:
        picture.save(encoded, "WEBP", quality=QUALITY, method=EFFORT)
    return encoded.getvalue()


def tile(file: File, size: int) -> bytes:
    """The thumbnail of a file without a picture: a sheet with its kind in a few letters, `size` pixels square."""
    return _tile(label(file), COLORS[family(file)], size)


@lru_cache(maxsize=64)
def _tile(text: str, color: str, size: int) -> bytes:
    from PIL import Image, ImageDraw, ImageFont
    from PIL.Image import Resampling

    side = 2 * size  # edges of shapes are smooth once it is reduced
    picture = Image.new("RGB", (side, side), color)
    draw = ImageDraw.Draw(picture)
    left, right, top, bottom, fold = (round(side * part) for part in (0.25, 0.75, 0.17, 0.83, 0.13))
    draw.polygon(
        [(left, top), (right - fold, top), (right, top + fold), (right, bottom), (left, bottom)], "#fbfaf8"
    )
    draw.polygon([(right - fold, top), (right, top + fold), (right - fold, top + fold)], "#d4d1cb")
    room = 0.42 * side
    font = ImageFont.load_default(side / 7)
    if (width := font.getlength(text)) > room:
        font = ImageFont.load_default(side / 7 * room / width)
    draw.text((side / 2, side / 2 + fold / 3), text, color, font, anchor="mm")
    encoded = io.BytesIO()
    picture.resize((size, size), Resampling.BOX).save(encoded, "WEBP", lossless=True)
    return encoded.getvalue()


def is_tile(thumbnail: bytes) -> bool:
    """Whether a thumbnail is a drawn tile: lossless and square.

    Pictures are encoded with loss, and neither a page nor a wave that is drawn of a file's content is square. The first
    chunk of a lossless file without transparency is `VP8L`; behind a byte of its own that begins with the width and the
    height, less one each, in 14 bits (RFC 9649, sections 2.6 and 3.4).
    """
    if thumbnail[12:16] != b"VP8L":
        return False
    sides = int.from_bytes(thumbnail[21:25], "little")
    return sides & 0x3FFF == sides >> 14 & 0x3FFF


def label(file: File) -> str:
    """What a tile says: the kind of model, else the suffix of the file's name, else the media type's first half."""
    kind, _, rest = file.kind.partition(".")
    suffix = PurePath(file.filename).suffix[1:]
    found = rest.rpartition(".")[2] if kind == "model" else suffix
    if SHORT.fullmatch(found):
        return found.upper()
    top = file.mime_type.partition("/")[0]
    return "FILE" if top == "application" or not SHORT.fullmatch(top) else top.upper()


def family(file: File) -> str:
    """Which of COLORS a tile has: by what was detected, and for bytes that nobody knows by the kind that was given."""
    top, kind = file.mime_type.partition("/")[0], file.kind.partition(".")[0]
    if MODELS.fullmatch(file.mime_type) or kind == "model":
        return "model"
    if DOCUMENTS.fullmatch(file.mime_type) or kind == "doc":
        return "document"
    if ARCHIVES.fullmatch(file.mime_type):
        return "archive"
    if file.mime_type in {"application/json", "application/xml", "application/yaml"}:
        return "text"
    return top if top in COLORS else "other"
