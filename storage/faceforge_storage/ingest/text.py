"""Reads text: its encoding, its first lines, how many there are; draws them for the thumbnail."""

from __future__ import annotations

import codecs
import math
import re
from functools import cache, lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from faceforge_storage.ingest.mime import UNKNOWN
from faceforge_storage.ingest.pictures.as_shown import keep_last
from faceforge_storage.ingest.reader import Bounds, File, Found, Reader, Unreadable

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont, ImageFont

HEAD_BYTES = 1024 * 1024
"""Of these the encoding and the first lines are found."""
COUNTED_BYTES = 64 * 1024 * 1024
"""Files up to this size have their lines counted."""
LINES, CHARACTERS = 20, 500
"""How many first lines are kept, and how much of each."""

TYPES = frozenset({"application/json", "application/x-ndjson", "application/xml", "application/yaml"})
SUFFIXES = frozenset({".csv", ".ini", ".log", ".md", ".nfo", ".srt", ".tsv", ".txt"})
"""Of files that are text in an old encoding, which has no mark by which it could be told."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8", 3),
    (codecs.BOM_UTF32_LE, "utf-32-le", 4),  # begins like the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be", 4),
    (codecs.BOM_UTF16_LE, "utf-16-le", 2),
    (codecs.BOM_UTF16_BE, "utf-16-be", 2),
)
NO_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
LINE_ENDS = re.compile("\r\n|\n|\r")

WIDTH, HEIGHT = 640, 800
MARGIN, LINE_HEIGHT, LETTER = 36, 26, 19
"""Of the drawn page, in pixels."""
DRAWN_LETTERS = 0x250
"""The font of Pillow has the Latin letters below, and a box for each other one."""
PAPER, INK = (0xFB, 0xFA, 0xF8), (0x3C, 0x3A, 0x36)
SHADES = 4
"""How many colours a page has, from paper to ink: with few, it is encoded in a third of the time."""


class Opening(NamedTuple):
    """How a text is encoded, and its first HEAD_BYTES."""

    encoding: str
    marked: bool
    text: str


def takes(file: File) -> bool:
    return (
        file.mime_type.startswith("text/")
        or file.mime_type in TYPES
        or (file.mime_type == UNKNOWN and PurePath(file.filename).suffix.lower() in SUFFIXES)
    )


def read(file: File, _bounds: Bounds) -> Found:
    """Raises Unreadable for what is no text."""
    opening = _opening(file)
    lines = _first_lines(opening.text, LINES)
    found = {
        "encoding": opening.encoding,
        "byte_order_mark": opening.marked,
        "line_ends": _line_ends(opening.text),
        "first_lines": [line[:CHARACTERS] for line in lines],
    }
    if file.size_bytes <= COUNTED_BYTES:
        found["lines"] = _count_lines(file, opening)
    return Found(found)


@keep_last
def preview(file: File, _bounds: Bounds) -> Image | None:
    """Its first lines on a page; None for an empty one, and for letters that the font does not have."""
    most = (HEIGHT - 2 * MARGIN) // LINE_HEIGHT
    lines = [line[:100].expandtabs(4) for line in _first_lines(_opening(file).text, most)]
    letters = [letter for line in lines for letter in line if letter.isalnum()]
    if not letters or sum(ord(letter) < DRAWN_LETTERS for letter in letters) < 0.9 * len(letters):
        return None
    return _page(lines)


def _page(lines: list[str]) -> Image:
    """The lines as they stand on a page, which ends them on the right."""
    from PIL import Image, ImageDraw

    page = Image.new("L", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(page)
    for n, line in enumerate(lines):
        left = float(MARGIN)
        for letter in line:
            shape, advance = _letter(letter)
            if left + advance > WIDTH - MARGIN:
                break
            draw.bitmap((round(left), MARGIN + n * LINE_HEIGHT), shape, 255)
            left += advance
    page = page.point([value * SHADES // 256 for value in range(256)])
    steps = [shade / (SHADES - 1) for shade in range(SHADES)]
    page.putpalette([round(p + (i - p) * step) for step in steps for p, i in zip(PAPER, INK, strict=True)])
    return page


@lru_cache(maxsize=1024)  # most of the time that a page takes is in these
def _letter(letter: str) -> tuple[Image, float]:
    """(how it looks, how far on the next one stands)."""
    from PIL import Image, ImageDraw

    font = _font()
    _, _, right, bottom = font.getbbox(letter)
    shape = Image.new("L", (max(1, math.ceil(right)), max(1, math.ceil(bottom))))
    ImageDraw.Draw(shape).text((0, 0), letter, 255, font)
    return shape, font.getlength(letter)


@cache
def _font() -> FreeTypeFont | ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(LETTER)


def _opening(file: File) -> Opening:
    with file.path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    for mark, encoding, size in MARKS:
        if head.startswith(mark):
            return Opening(encoding, True, _decoded(head[size:], encoding))
    try:
        return Opening("utf-8", False, _decoded(head, "utf-8"))
    except Unreadable:
        # the one whose bytes are nearly all letters: right for Western Europe, near for others
        return Opening("windows-1252", False, _decoded(head, "windows-1252"))


def _decoded(head: bytes, encoding: str) -> str:
    """An incremental decoder leaves a character that the end of the head cuts in two."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError as fault:
        raise Unreadable(f"It is no text in {encoding}: byte {fault.start} fits none.") from None
    if found := NO_TEXT.search(text):
        raise Unreadable(f"It is no text: it has the control character U+{ord(found[0]):04X}.")
    return text


def _first_lines(text: str, count: int) -> list[str]:
    lines = LINE_ENDS.split(text, count)
    return lines[:count] if len(lines) > count or lines[-1] else lines[:-1]


def _line_ends(text: str) -> str | None:
    """`lf`, `crlf`, `cr`, or `mixed`; None where no line ends."""
    names = {"\n": "lf", "\r\n": "crlf", "\r": "cr"}
    found = {names[each] for each in LINE_ENDS.findall(text)}
    return found.pop() if len(found) == 1 else "mixed" if found else None


def _count_lines(file: File, opening: Opening) -> int:
    """By line feeds, or by carriage returns where these end the lines; a last line without an end counts."""
    end = ("\r" if _line_ends(opening.text) == "cr" else "\n").encode(opening.encoding)
    count, last = 0, b""
    with file.path.open("rb") as stream:
        while chunk := stream.read(HEAD_BYTES):
            count, last = count + chunk.count(end), chunk
    return count + bool(last and not last.endswith(end))


READER = Reader("text", 1, takes, read, preview)
