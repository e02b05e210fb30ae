"""Reads PDF with PDFium: pages, title and what else it says of itself; draws the first page for the thumbnail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from faceforge_storage.ingest.pictures.as_shown import HEIGHT, WIDTH, keep_last
from faceforge_storage.ingest.reader import Bounds, File, Found, Media, Reader, Unreadable

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdfium2 import PdfDocument

CHARACTERS = 2000
"""How much of a title and the like is kept."""
DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-])(\d\d)'?(\d\d)?'?)?", re.ASCII)
"""A date of PDF (ISO 32000-1, 7.9.4): all after the year may be left out."""
WRONG_PASSWORD = 4
"""FPDF_ERR_PASSWORD of PDFium."""
LONGEST_SIDE = 14_400
"""Of a page, in points (ISO 32000-1, C.2)."""


def takes(file: File) -> bool:
    return file.mime_type == "application/pdf"


def read(file: File, _bounds: Bounds) -> Found:
    """Raises Unreadable for what PDFium does not open, and for what only a password opens."""
    with _opened(file) as document:
        pages = len(document)
        said = {key: value[:CHARACTERS] for key, value in document.get_metadata_dict(skip_empty=True).items()}
        found: dict[str, Any] = {
            "version": _version(document.get_version()),
            "title": said.get("Title"),
            "author": said.get("Author"),
            "subject": said.get("Subject"),
            "keywords": said.get("Keywords"),
            "creator": said.get("Creator"),
            "producer": said.get("Producer"),
            "created": _date(said.get("CreationDate", "")),
            "modified": _date(said.get("ModDate", "")),
        }
        width, height = _page_size(document)
        found["page_points"] = {"width": width, "height": height}
    return Found({key: value for key, value in found.items() if value is not None}, Media(pages=pages))


@keep_last
def preview(file: File, _bounds: Bounds) -> Image | None:
    """The first page on white. Raises Unreadable."""
    with _opened(file) as document:
        width, height = _page_size(document)
        if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE):
            return None
        # the sizes are rounded up, so a page of exactly that width would be a pixel too wide
        scale: Any = 0.9999 * min(WIDTH / width, HEIGHT / height)
        picture: Image = document[0].render(scale=scale, may_draw_forms=False).to_pil()
        return picture.convert("RGB")  # a copy: the pixels of PDFium end with the document


@contextmanager
def _opened(file: File) -> Iterator[PdfDocument]:
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        with file.path.open("rb") as stream:
            document = PdfDocument(stream)
            try:
                yield document
            finally:
                document.close()
    except PdfiumError as fault:
        if getattr(fault, "err_code", None) == WRONG_PASSWORD:
            raise Unreadable("It is encrypted, and opens only with a password.") from None
        raise Unreadable(f"The PDF is damaged: {fault}") from None


def _page_size(document: PdfDocument) -> tuple[float, float]:
    """Of the first page, in points of 1/72 inch, as it is shown."""
    width, height = document.get_page_size(0)
    return round(width, 2), round(height, 2)


def _version(number: int | None) -> str | None:
    return None if number is None else f"{number // 10}.{number % 10}"


def _date(text: str) -> str | None:
    """As `2024-05-01T12:00:00+02:00`, without a zone where none is given; None for what is no date."""
    from datetime import datetime, timedelta, timezone

    found = DATE.match(text)
    if found is None:
        return None
    parts = [
        int(each) if each else least
        for each, least in zip(found.groups()[:6], (0, 1, 1, 0, 0, 0), strict=True)
    ]
    zone = None
    if found[7] or found[8]:
        offset = timedelta(hours=int(found[9] or 0), minutes=int(found[10] or 0))
        with suppress(ValueError):
            zone = timezone(-offset if found[8] == "-" else offset)
    with suppress(ValueError):
        return datetime(*parts, tzinfo=zone).isoformat()  # type: ignore[arg-type,misc]  # six numbers
    return None


READER = Reader("pdf", 1, takes, read, preview)
