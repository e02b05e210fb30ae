"""The media type follows from the bytes, whatever the name claims."""

from __future__ import annotations

import io
import json
import struct
import wave
import zipfile
import zlib

import pytest

from faceforge_storage.errors import InvalidInput
from faceforge_storage.ingest.filenames import clean_filename
from faceforge_storage.ingest.mime import HEAD_BYTES, UNKNOWN, sniff
from faceforge_storage.objects import staging

OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = b"  \n<!DOCTYPE html>\n<html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBBI", 13, b"IHDR", 1, 1, 8, 2, 0, 0, 0, zlib.crc32(b""))
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb0043")
MP4 = struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"isom", 512, b"isom", b"mp42") + b"\x00\x00\x00\x08free"


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


def sound() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\x01\x80" * 100)
    return buffer.getvalue()


def ogg(codec: bytes) -> bytes:
    return b"OggS\x00\x02" + bytes(20) + b"\x01\x1e" + codec + bytes(20)


def matroska(doctype: bytes) -> bytes:
    body = b"\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82" + bytes([0x80 + len(doctype)]) + doctype
    return b"\x1a\x45\xdf\xa3" + bytes([0x80 + len(body)]) + body + bytes(40)


def tensors() -> bytes:
    header = json.dumps({"__metadata__": {"ss_network_dim": "16"}}).encode()
    return struct.pack("<Q", len(header)) + header


SAMPLES: list[tuple[str, bytes, str]] = [
    ("png", PNG, "image/png"),
    ("jpg", JPEG, "image/jpeg"),
    ("webp", b"RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00" + bytes(24), "image/webp"),
    ("avif", struct.pack(">I4s4sI4s4s", 28, b"ftyp", b"avif", 0, b"avif", b"mif1") + bytes(30), "image/avif"),
    ("avif", struct.pack(">I4s4sI4s4s", 28, b"ftyp", b"avis", 0, b"avif", b"msf1") + bytes(30), "image/avif"),
    ("heic", struct.pack(">I4s4sI4s4s", 28, b"ftyp", b"heix", 0, b"mif1", b"heix") + bytes(30), "image/heic"),
    ("gif", b"GIF89a\x01\x00\x01\x00\x80\x00\x00", "image/gif"),
    ("mp3", b"ID3\x04\x00\x00\x00\x00\x00\x00" + bytes(20), "audio/mpeg"),
    ("mp3", b"\xff\xfb\x90\x64\x00\x0f\xf0" + bytes(100), "audio/mpeg"),
    ("wav", sound(), "audio/wav"),
    ("ogg", ogg(b"\x01vorbis"), "audio/ogg"),
    ("opus", ogg(b"OpusHead"), "audio/ogg"),
    ("ogv", ogg(b"\x80theora"), "video/ogg"),
    ("flac", b"fLaC\x00\x00\x00\x22" + bytes(34), "audio/flac"),
    ("m4a", MP4.replace(b"isom", b"M4A "), "audio/mp4"),
    ("m4a", MP4, "audio/mp4"),
    ("mp4", MP4, "video/mp4"),
    ("webm", matroska(b"webm"), "video/webm"),
    ("mkv", matroska(b"matroska"), "video/x-matroska"),
    ("pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\n", "application/pdf"),
    ("zip", zipped("a.txt"), "application/zip"),
    ("docx", zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml"), OFFICE),
    ("safetensors", tensors(), "application/x-safetensors"),
    ("json", b'{"a": [1, 2]}', "application/json"),
    ("json", b'{"a": "' + b"x" * (HEAD_BYTES - 7), "application/json"),
    ("json", b"{no json}", "text/plain"),
    ("json", b"[" * 5000, "text/plain"),
    ("csv", b"name,age\nann,3\n", "text/csv"),
    ("svg", SVG, "image/svg+xml"),
    ("html", HTML, "text/html"),
    ("xml", b'<?xml version="1.0"?><a/>', "application/xml"),
    ("js", b"function f() { return 1; }\n", "text/javascript"),
    ("txt", "Grüße an alle, 東京\n".encode(), "text/plain"),
    ("txt", "hello".encode("utf-16"), "text/plain"),
    ("txt", ("é" * HEAD_BYTES).encode()[1 : HEAD_BYTES + 1][1:], "text/plain"),
    ("txt", b"", UNKNOWN),
    ("bin", bytes(range(256)), UNKNOWN),
    ("png", b"\x00\x01\x02\x03", UNKNOWN),
    ("txt", b"BM is how a bitmap begins, but this is prose.", "text/plain"),
]


@pytest.mark.parametrize(("suffix", "data", "expected"), SAMPLES)
def test_a_sample_is_known_by_its_bytes(suffix: str, data: bytes, expected: str) -> None:
    assert sniff(data[:HEAD_BYTES], f"x.{suffix}") == expected


@pytest.mark.parametrize(
    ("data", "claimed", "expected"),
    [
        (HTML, "face.png", "text/html"),
        (HTML, "notes.txt", "text/html"),
        (b"\xef\xbb\xbf" + HTML, "notes.txt", "text/html"),
        (HTML.decode().encode("utf-16"), "notes.txt", "text/html"),
        (SVG, "face.png", "image/svg+xml"),
        (b"<!-- x --><!DOCTYPE svg [<!ENTITY a 'b'>]><svg>", "a.txt", "image/svg+xml"),
        (b"<script>alert(1)</script>", "a.txt", "text/html"),
        (PNG, "page.html", "image/png"),
        (PNG, "", "image/png"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "face.jpg", "application/x-msdownload"),
    ],
)
def test_a_false_name_changes_nothing(data: bytes, claimed: str, expected: str) -> None:
    assert sniff(data, claimed) == expected


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("my face.png", "my face.png"),
        ("😀 صورة.png", "😀 صورة.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\a.png", "a.png"),
        ("cafe\u0301.txt", "café.txt"),
        ("...", "..."),
        ("CON.txt", "CON.txt"),
    ],
)
def test_a_file_name_keeps_its_last_component_as_it_was_written(name: str, kept: str) -> None:
    assert clean_filename(name) == kept


@pytest.mark.parametrize(
    "name", ["", " ", "a/", "..", "a/..", "a\x00.png", "a\r\nb", "\x85", "x" * 1025, "\ud800"]
)
def test_a_hostile_file_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_filename(name)
    assert [fault.pointer for fault in refused.value.errors] == ["/filename"]


def test_staging_keeps_as_much_of_a_file_as_is_looked_at() -> None:
    assert staging.HEAD_BYTES == HEAD_BYTES
