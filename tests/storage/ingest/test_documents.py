"""What is read from text, ZIP and PDF."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from written_pdf import pdf

from faceforge_storage.ingest import archive, text
from faceforge_storage.ingest import pdf as pdf_reader
from faceforge_storage.ingest.mime import HEAD_BYTES, sniff
from faceforge_storage.ingest.reader import Bounds, File, Found, Reader, Unreadable

Given = Callable[..., File]


@pytest.fixture
def given(tmp_path: Path) -> Given:
    """Writes a file; its type is detected as that of an upload is."""

    def write(content: bytes, filename: str) -> File:
        path = tmp_path / "content"
        path.write_bytes(content)
        mime_type = sniff(content[:HEAD_BYTES], filename, complete=len(content) <= HEAD_BYTES)
        return File(path, "0" * 64, len(content), mime_type, filename, "other")

    return write


def read(reader: Reader, file: File) -> Found:
    assert reader.takes(file)
    return reader.read(file, Bounds())


def said(reader: Reader, file: File) -> dict[str, Any]:
    return dict(read(reader, file).metadata)


@pytest.mark.parametrize(
    ("content", "encoding", "marked", "first"),
    [
        ("Grüße\nan alle".encode(), "utf-8", False, "Grüße"),
        ("Grüße\nan alle".encode("utf-8-sig"), "utf-8", True, "Grüße"),
        ("Grüße\nan alle".encode("utf-16"), "utf-16-le", True, "Grüße"),
        (b"\xfe\xff" + "Grüße\nan alle".encode("utf-16-be"), "utf-16-be", True, "Grüße"),
        ("Grüße\nan alle".encode("windows-1252"), "windows-1252", False, "Grüße"),
    ],
)
def test_the_encoding_of_a_text_is_told(
    given: Given, content: bytes, encoding: str, marked: bool, first: str
) -> None:
    found = said(text.READER, given(content, "a.txt"))
    assert (found["encoding"], found["byte_order_mark"]) == (encoding, marked)
    assert (found["first_lines"], found["lines"]) == ([first, "an alle"], 2)


@pytest.mark.parametrize(
    ("content", "lines", "ends"),
    [
        (b"", 0, None),
        (b"one", 1, None),
        (b"one\n", 1, "lf"),
        (b"one\r\ntwo\r\n", 2, "crlf"),
        (b"one\rtwo", 2, "cr"),
        (b"one\n\ntwo\r\n", 3, "mixed"),
    ],
)
def test_lines_are_counted_by_their_ends(given: Given, content: bytes, lines: int, ends: str | None) -> None:
    found = said(text.READER, given(content, "a.txt"))
    assert (found["lines"], found["line_ends"], len(found["first_lines"])) == (lines, ends, lines)


def test_of_a_long_text_the_first_lines_are_kept_and_not_all_of_a_line(given: Given) -> None:
    found = said(text.READER, given(b"x" * 3_000_000 + b"\n" + b"line\n" * 999, "a.log"))
    assert [len(line) for line in found["first_lines"]] == [500]
    found = said(text.READER, given("ü".encode() * 999_999 + b"\n" + b"line\n" * 999, "a.log"))
    assert (found["lines"], found["encoding"]) == (1000, "utf-8")


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"\x81\x8d", b"\xff\xfe\x00\xdca\x00"])
def test_what_is_no_text_is_refused(given: Given, content: bytes) -> None:
    with pytest.raises(Unreadable, match="no text"):
        read(text.READER, given(content, "a.txt"))


def test_the_thumbnail_of_a_text_shows_its_first_lines(given: Given) -> None:
    assert text.READER.preview is not None
    page = text.READER.preview(given(b"def main():\n\treturn 1\n" * 50, "a.py"), Bounds())
    assert page is not None
    assert page.size == (640, 800)
    assert len(page.getcolors(10_000) or ()) > 2
    for nothing in (b"", "日本語のテキスト".encode()):
        assert text.READER.preview(given(nothing, "a.txt"), Bounds()) is None


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as target:
        for name, content in files:
            target.writestr(name, content)
        target.comment = b"a remark"
    return written.getvalue()


def test_a_zip_tells_what_is_inside(given: Given) -> None:
    content = zipped(("a/", b""), ("a/b.txt", b"12345"), ("ü.txt", b"1"))
    assert said(archive.READER, given(content, "a.zip")) == {
        "entries": 3,
        "files": 2,
        "unpacked_bytes": 6,
        "packed_bytes": 10,
        "encrypted": False,
        "names": [{"name": "a/b.txt", "bytes": 5}, {"name": "ü.txt", "bytes": 1}],
        "more_names": 0,
        "comment": "a remark",
        "warnings": [],
    }


@pytest.mark.parametrize(
    ("files", "warning"),
    [
        ([("a", b"\0" * 5_000_000)], "would unpack to 5000000 bytes, "),
        ([("../../etc/passwd", b"")], "has names that lead out of the folder it is unpacked into"),
        ([("C:/a", b"")], "has names that lead out of the folder it is unpacked into"),
    ],
)
def test_a_zip_that_does_harm_when_it_is_unpacked_has_a_warning(
    given: Given, files: list[tuple[str, bytes]], warning: str
) -> None:
    (found,) = said(archive.READER, given(zipped(*files), "a.zip"))["warnings"]
    assert found.startswith(warning)


def test_entries_that_share_their_bytes_have_a_warning(given: Given) -> None:
    content = zipped(("a", b"a" * 1000), ("b", b"b" * 1000))
    second = content.rfind(b"PK\1\2")
    content = content[: second + 42] + struct.pack("<L", 0) + content[second + 46 :]
    assert said(archive.READER, given(content, "a.zip"))["warnings"] == ["has entries that lie in each other"]


def test_many_entries_are_counted_and_the_first_are_named(given: Given) -> None:
    found = said(archive.READER, given(zipped(*((f"{n}.txt", b"") for n in range(300))), "a.zip"))
    assert (found["files"], len(found["names"]), found["more_names"]) == (300, 200, 100)


def test_a_zip_without_its_end_is_cut_off(given: Given) -> None:
    content = zipped(("a", b"a" * 1000))
    with pytest.raises(Unreadable, match="cut off"):
        read(archive.READER, given(content[:-30], "a.zip"))
    end = content.rfind(b"PK\5\6")
    with pytest.raises(Unreadable, match="cut off"):
        read(archive.READER, given(content[: end + 12] + b"\xff\xff\xff\x7f" + content[end + 16 :], "a.zip"))


def test_a_pdf_tells_its_pages_and_what_it_says_of_itself(given: Given) -> None:
    info = "/Title (Report) /Author (\\376\\377\\000\\334) /CreationDate (D:20240501123000+02'00')"
    found = read(pdf_reader.READER, given(pdf("", "", "", info=info), "a.pdf"))
    assert found.media.pages == 3
    assert found.metadata == {
        "version": "1.7",
        "title": "Report",
        "author": "Ü",
        "created": "2024-05-01T12:30:00+02:00",
        "page_points": {"width": 200.0, "height": 400.0},
    }


@pytest.mark.parametrize(
    ("date", "read_as"),
    [
        ("D:2024", "2024-01-01T00:00:00"),
        ("D:20240501123000Z", "2024-05-01T12:30:00+00:00"),
        ("D:20240501123000-05'30'", "2024-05-01T12:30:00-05:30"),
        ("D:20249901", None),
        ("yesterday", None),
    ],
)
def test_dates_of_a_pdf(given: Given, date: str, read_as: str | None) -> None:
    content = pdf("", info=f"/ModDate ({date})")
    assert said(pdf_reader.READER, given(content, "a.pdf")).get("modified") == read_as


@pytest.mark.parametrize("box", ["0 0 200 400", "0 0 14400 3", "0 0 612 792", "0 0 3 14400"])
def test_the_first_page_of_a_pdf_is_drawn_within_the_bounds_of_a_preview(given: Given, box: str) -> None:
    assert pdf_reader.READER.preview is not None
    picture = pdf_reader.READER.preview(
        given(pdf("1 0 0 rg 0 0 100 400 re f", media_box=box), "a.pdf"), Bounds()
    )
    assert picture is not None
    assert picture.mode == "RGB"
    assert picture.width <= 640
    assert picture.height <= 1280
    if box == "0 0 200 400":
        assert picture.size == (640, 1280)
        assert [picture.getpixel((x, 600)) for x in (100, 600)] == [(255, 0, 0), (255, 255, 255)]


def test_a_pdf_with_a_password_says_so(given: Given) -> None:
    locked = (
        f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >> /ID [<00> <00>]"
    )
    with pytest.raises(Unreadable, match="password"):
        read(pdf_reader.READER, given(pdf("", trailer=locked), "a.pdf"))


def test_a_hundred_pages_of_another_program(given: Given) -> None:
    written = io.BytesIO()
    pages = [Image.new("RGB", (60, 80), (n, n, n)) for n in range(100)]
    pages[0].save(written, "PDF", save_all=True, append_images=pages[1:], title="Hundred")
    found = read(pdf_reader.READER, given(written.getvalue(), "a.pdf"))
    assert (found.media.pages, found.metadata["title"]) == (100, "Hundred")


@pytest.mark.parametrize("content", [b"%PDF-1.4\nnothing", pdf("")[:300]])
def test_a_damaged_pdf_is_refused(given: Given, content: bytes) -> None:
    with pytest.raises(Unreadable, match="damaged"):
        read(pdf_reader.READER, given(content, "a.pdf"))
