"""Papers: a PDF of pages with a title and lines of text, written out by hand."""

from __future__ import annotations

import textwrap
import zlib

WIDE, TALL = 595, 842
"""A4 in points."""
LINES = 40
COLUMNS = 78


def as_pdf(title: str, author: str, text: str) -> bytes:
    """A document in Latin letters; paragraphs are divided by empty lines."""
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        lines += [*textwrap.wrap(paragraph, COLUMNS), ""]
    pages = [lines[start : start + LINES] for start in range(0, len(lines), LINES)]
    objects = [b"", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
               b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>",
               b"<< /Title %s /Author %s /CreationDate (D:20250311090000Z) >>"
               % (_text(title), _text(author))]  # fmt: skip
    kids = []
    for number, page in enumerate(pages, 1):
        content = zlib.compress(_page(title if number == 1 else "", page, f"{number} / {len(pages)}"))
        objects.append(
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(content), content)
        )
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R "
            b"/Resources << /Font << /T 3 0 R /B 4 0 R >> >> >>" % (WIDE, TALL, len(objects))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return _file(objects)


def _page(title: str, lines: list[str], foot: str) -> bytes:
    said = [b"0.2 0.18 0.2 rg BT"]
    if title:
        said.append(b"/T 22 Tf 72 752 Td %s Tj 0 -40 Td" % _text(title))
    else:
        said.append(b"72 770 Td")
    said.append(b"/B 12 Tf 16 TL")
    said += [b"%s Tj T*" % _text(line) for line in lines]
    said.append(b"ET BT 0.5 g /T 9 Tf 280 40 Td %s Tj ET" % _text(foot))
    return b"\n".join(said)


def _text(text: str) -> bytes:
    coded = text.encode("cp1252", "replace")
    return b"(" + coded.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"


def _file(objects: list[bytes]) -> bytes:
    written, places = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        len(written),
    )
    return written + table + end
