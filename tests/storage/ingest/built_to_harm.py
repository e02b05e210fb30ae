"""Files that were built to harm who reads them: bombs, lies about sizes, structures that point at themselves."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator

from PIL import Image
from well_formed import encoded, gradient, png, zipped
from written_pdf import pdf

GIB = 1024**3
Built = tuple[str, str, bytes] | tuple[str, str, bytes, int]
"""A name, a suffix, the content, and the size where zeros follow."""


def built_to_harm(whole: dict[str, bytes]) -> Iterator[Built]:
    yield from pictures(whole)
    yield from directories_of_tiff()
    yield from archives()
    yield from documents()
    yield from models()
    yield from sounds_and_videos(whole)
    yield from texts()


def pictures(whole: dict[str, bytes]) -> Iterator[Built]:
    deflated = zlib.compress(bytes(200_000_000), 9)
    yield "png-60000-header-only", "png", png(60_000, 60_000)
    yield (
        "png-60000-of-zeros",
        "png",
        png(60_000, 60_000, (b"IDAT", deflated), (b"IEND", b""), color=0, depth=1),
    )
    yield "png-7000-unpacks-to-more", "png", png(7000, 7000, (b"IDAT", deflated), (b"IEND", b""), color=2)
    yield "png-2147483647", "png", png(2**31 - 1, 2**31 - 1, (b"IDAT", b"x"))
    yield "png-no-width", "png", png(0, 10, (b"IDAT", b"x"))
    for chunk in (b"zTXt", b"iTXt", b"iCCP", b"eXIf"):
        head = {b"zTXt": b"a\0\0", b"iTXt": b"a\0\1\0\0\0", b"iCCP": b"a\0\0", b"eXIf": b""}[chunk]
        kind = chunk.decode()
        yield f"png-{kind}-bomb", "png", png(9, 9, (chunk, head + deflated), (b"IDAT", b"x"))
    yield "png-many-texts", "png", png(9, 9, *[(b"tEXt", b"k%d\0v" % n) for n in range(200_000)])
    yield "png-chunk-of-4-gib", "png", png(9, 9) + struct.pack(">I4s", 2**32 - 1, b"IDAT") + b"x" * 100
    yield "gif-65535", "gif", b"GIF89a" + struct.pack("<2H3B", 65535, 65535, 0xF7, 0, 0) + whole["gif"][13:]
    yield (
        "gif-frames",
        "gif",
        whole["gif"][:-1] + (b"\x2c" + struct.pack("<4HB", 0, 0, 1, 1, 0) + b"\2\1\0\0") * 200_000,
    )
    yield "jpg-65500", "jpg", resized_jpeg(whole["jpg"], 65500, 65500)
    yield (
        "jpg-progressive-12000",
        "jpg",
        resized_jpeg(encoded(gradient(64, 64), "JPEG", progressive=True), 12_000, 12_000),
    )
    yield "jpg-many-scans", "jpg", many_scans()
    yield (
        "webp-16383",
        "webp",
        b"RIFF" + struct.pack("<I4s4sI", 30, b"WEBP", b"VP8L", 10) + b"\x2f\xfe\xff\xff\x0f" + bytes(20),
    )
    yield "webp-size-of-4-gib", "webp", b"RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff" + bytes(100)
    yield "bmp-huge", "bmp", whole["bmp"][:18] + struct.pack("<2i", 60_000, 60_000) + whole["bmp"][26:]
    yield "bmp-upside", "bmp", whole["bmp"][:18] + struct.pack("<2i", -9, -(2**31)) + whole["bmp"][26:]
    yield "ico-of-icos", "ico", b"\0\0\1\0\xff\xff" + (b"\0" * 8 + struct.pack("<2I", 2**31, 6)) * 5000
    yield (
        "jp2-huge",
        "jp2",
        whole["jp2"].replace(struct.pack(">2I", 96, 64), struct.pack(">2I", 60_000, 60_000)),
    )
    for suffix in ("avif", "heic"):
        sized = whole[suffix].replace(struct.pack(">2I", 96, 64), struct.pack(">2I", 60_000, 60_000))
        yield f"{suffix}-60000", suffix, sized
        yield f"{suffix}-boxes", suffix, whole[suffix][:32] + struct.pack(">I4s", 8, b"meta") * 50_000
    yield "svg-laughs", "svg", laughs()


def resized_jpeg(content: bytes, width: int, height: int) -> bytes:
    at = max(content.find(b"\xff\xc0"), content.find(b"\xff\xc2"))
    return content[: at + 5] + struct.pack(">2H", height, width) + content[at + 9 :]


def many_scans() -> bytes:
    """A progressive JPEG that goes over all of its pixels again and again."""
    content = encoded(Image.new("RGB", (4000, 4000)), "JPEG", progressive=True)
    scan = content.rfind(b"\xff\xda")
    return content[:-2] + content[scan:-2] * 1000 + b"\xff\xd9"


def laughs() -> bytes:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a0 "ha">{levels}]><svg>&a11;</svg>'.encode()


def directories_of_tiff() -> Iterator[Built]:
    def entry(tag: int, kind: int, count: int, value: int) -> bytes:
        return struct.pack("<2H2I", tag, kind, count, value)

    def directory(*entries: bytes, following: int = 0) -> bytes:
        return struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", following)

    head = b"II*\0\x08\0\0\0"
    size = (entry(256, 4, 1, 60_000), entry(257, 4, 1, 60_000), entry(258, 3, 1, 8), entry(262, 3, 1, 1))
    strips = (entry(273, 4, 1, 8), entry(278, 4, 1, 60_000), entry(279, 4, 1, 2**32 - 1))
    yield "tif-60000", "tif", head + directory(*size, *strips)
    yield "tif-next-is-itself", "tif", head + directory(*size, *strips, following=8)
    chain = b"".join(directory(entry(256, 4, 1, 1), following=8 + 18 * (n + 1)) for n in range(100_000))
    yield "tif-100000-pages", "tif", head + chain
    looped = {
        "exif-cycle": directory(entry(0x8769, 4, 1, 8), entry(0x8825, 4, 1, 8), following=8),
        "exif-of-4-gib": directory(entry(0x010F, 2, 2**32 - 1, 8), entry(0x9286, 7, 2**32 - 1, 8)),
        "exif-maker-note": directory(entry(0x927C, 7, 2**31, 8), entry(0x8769, 4, 1, 8)),
        "exif-interop-cycle": directory(entry(0x8769, 4, 1, 26))
        + directory(entry(0xA005, 4, 1, 26), following=26),
        "exif-50000-entries": directory(*(entry(n, 4, 1, 1) for n in range(4900))),
        "exif-no-end": struct.pack("<H", 0xFFFF) + entry(0x0112, 3, 1, 99),
    }
    for name, content in looped.items():
        exif = b"Exif\0\0" + head + content
        yield name, "jpg", with_exif(exif)
        yield (
            f"png-{name}",
            "png",
            png(9, 9, (b"eXIf", head + content), (b"IDAT", zlib.compress(bytes(9 * 28))), (b"IEND", b"")),
        )
        yield f"tif-{name}", "tif", head + content


def with_exif(exif: bytes) -> bytes:
    content = encoded(gradient(64, 48), "JPEG")
    return content[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + content[2:]


def archives() -> Iterator[Built]:
    end = "<4s4H2LH"
    plain = zipped({"a": bytes(50_000_000)})
    yield "zip-bomb", "zip", plain
    yield "zip-in-zip", "zip", zipped({f"{n}.zip": plain for n in range(50)})
    yield "zip-65535-entries", "zip", struct.pack(end, b"PK\5\6", 0, 0, 65535, 65535, 2**32 - 2, 0, 0)
    yield "zip-directory-of-2-gib", "zip", b"PK\3\4" + bytes(100), 2 * GIB
    record = b"PK\1\2" + bytes(24) + struct.pack("<3H", 1, 0, 0) + bytes(12) + b"a"
    count = 300_000
    directory = record * count
    yield (
        "zip-300000-times-one-name",
        "zip",
        b"PK\3\4"
        + directory
        + struct.pack(end, b"PK\5\6", 0, 0, count & 0xFFFF, count & 0xFFFF, len(directory), 4, 0),
    )
    lie = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 2**40, 2**40, 2**60, 2**60)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 4, 1)
    last = struct.pack(end, b"PK\5\6", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)
    yield "zip-64-lie", "zip", b"PK\3\4" + lie + locator + last
    extra = struct.pack("<2H", 1, 60_000) + bytes(8)
    wide = b"PK\1\2" + bytes(24) + struct.pack("<3H", 1, len(extra), 0) + b"\xff" * 12 + b"a" + extra
    yield "zip-extra-lie", "zip", b"PK\3\4" + wide + struct.pack(end, b"PK\5\6", 0, 0, 1, 1, len(wide), 4, 0)


def documents() -> Iterator[Built]:
    yield "pdf-page-of-14400-squared", "pdf", pdf("0 0 9999 9999 re f", media_box="0 0 14400 14400")
    yield "pdf-page-without-end", "pdf", pdf("", media_box="0 0 1e30 1e30")
    yield "pdf-page-turned-inside-out", "pdf", pdf("", media_box="100 100 -100 0")
    yield "pdf-million-paths", "pdf", pdf("0 0 m 9 9 l S\n" * 1_000_000)
    yield "pdf-nested-states", "pdf", pdf("q " * 1_000_000)
    yield "pdf-nested-lists", "pdf", pdf("[" * 1_000_000)
    yield "pdf-nested-info", "pdf", pdf("", info="/Title " + "[" * 100_000)
    yield "pdf-long-title", "pdf", pdf("", info=f"/Title ({'x' * 5_000_000})")
    yield "pdf-cyclic-pages", "pdf", pdf("").replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")
    yield "pdf-count", "pdf", pdf("").replace(b"/Count 1", b"/Count 2147483647")
    yield "pdf-cyclic-xref", "pdf", pdf("", trailer="/Prev 9")
    yield "pdf-prev-is-itself", "pdf", cyclic_table()
    bomb = zlib.compress(bytes(200_000_000), 9).decode("latin-1")
    picture = (
        "<< /Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceRGB /BitsPerComponent 8"
        f" /Filter /FlateDecode /Length {len(bomb)} >>\nstream\n{bomb}\nendstream"
    )
    shown = pdf("/a Do", info="").replace(b"/Contents", b"/Resources << /XObject << /a 3 0 R >> >> /Contents")
    yield "pdf-picture-of-60000", "pdf", shown.replace(b"<<  >>", picture.encode("latin-1"))
    content = f"<< /Filter [{'/FlateDecode ' * 3}] /Length {len(bomb)} >>\nstream\n{bomb}\nendstream"
    yield (
        "pdf-content-bomb",
        "pdf",
        pdf("").replace(b"<< /Length 0 >>\nstream\n\nendstream", content.encode("latin-1")),
    )
    form = "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /a 3 0 R >> >> /Length 11 >>"
    drawn = f"{form}\nstream\n/a Do /a Do\nendstream".encode()
    yield "pdf-form-in-itself", "pdf", shown.replace(b"<<  >>", drawn)


def cyclic_table() -> bytes:
    content = pdf("")
    return content.replace(b"/Info 3 0 R ", b"/Prev %d /Info 3 0 R " % content.rfind(b"xref\n0"))


def models() -> Iterator[Built]:
    def model(header: bytes, said: int | None = None) -> bytes:
        return struct.pack("<Q", len(header) if said is None else said) + header

    yield "safetensors-header-of-4-gib", "safetensors", model(b'{"a":', 4 * GIB), 4 * GIB + 100
    yield "safetensors-header-of-16-eib", "safetensors", model(b'{"a":', 2**64 - 1)
    yield "safetensors-header-of-99-mb-of-zeros", "safetensors", model(b'{"', 99_000_000), 99_000_008
    yield "safetensors-header-of-blanks", "safetensors", model(b'{"a":' + b" " * 90_000_000 + b"1}")
    yield "safetensors-nested", "safetensors", model(b'{"a":' + b"[" * 1_000_000)
    yield "safetensors-nested-objects", "safetensors", model(b'{"a":' * 500_000)
    yield "safetensors-no-utf-8", "safetensors", model(b'{"a\xff\xfe":1}')
    yield "safetensors-keys", "safetensors", model(json.dumps({f"k{n}": {} for n in range(500_000)}).encode())
    yield "safetensors-a-list-in-it", "safetensors", model(b'{"__metadata__":[1,2],"w":3}')
    offsets = {"w": {"dtype": "F16", "shape": [2**62, 2**62], "data_offsets": [2**63, -5]}}
    yield "safetensors-offsets", "safetensors", model(json.dumps(offsets).encode())
    hidden = {"__metadata__": {"ss_tag_frequency": "[" * 100_000, "modelspec.title": "\ud800\x00"}}
    yield "safetensors-json-in-json", "safetensors", model(json.dumps(hidden).encode())
    yield (
        "safetensors-number",
        "safetensors",
        model(b'{"__metadata__":{"ss_network_dim":' + b"9" * 5_000_000 + b"}}"),
    )
    yield "gguf-counts", "gguf", b"GGUF" + struct.pack("<IQQ", 3, 2**64 - 1, 2**64 - 1) + bytes(1000)
    yield "gguf-string-of-16-eib", "gguf", b"GGUF" + struct.pack("<IQQQ", 3, 1, 1, 2**64 - 1)
    workflow = json.dumps(
        {str(n): {"class_type": "Reroute", "inputs": {"a": [str((n + 1) % 9), 0]}} for n in range(9)}
    )
    for name, text in (("cycle", workflow), ("nested", "[" * 100_000), ("nan", '{"a": NaN, "b": 1e999}')):
        chunk = (b"tEXt", b"prompt\0" + text.encode())
        yield (
            f"png-workflow-{name}",
            "png",
            png(9, 9, chunk, (b"IDAT", zlib.compress(bytes(9 * 28))), (b"IEND", b"")),
        )
    parameters = "a\nNegative prompt: " + "(" * 100_000 + "\nSteps: " + "9" * 10_000 + ", " * 50_000
    yield "png-parameters", "png", png(9, 9, (b"tEXt", b"parameters\0" + parameters.encode()), (b"IDAT", b""))


def sounds_and_videos(whole: dict[str, bytes]) -> Iterator[Built]:
    wav = whole["wav"]
    yield "wav-data-of-4-gib", "wav", wav[:40] + b"\xff\xff\xff\xff" + wav[44:]
    yield "wav-no-channels", "wav", wav[:22] + bytes(14) + wav[36:]
    yield "wav-silence-of-3-gib", "wav", wav[:4] + b"\xff\xff\xff\xff" + wav[8:], 3 * GIB
    yield "mp3-tag-of-256-mib", "mp3", b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + whole["mp3"]
    yield (
        "mp3-picture-lie",
        "mp3",
        b"ID3\x04\0\0\0\0\x10\0APIC\x7f\x7f\x7f\x7f\0\0" + bytes(500) + whole["mp3"],
    )
    yield (
        "mp3-unpacks",
        "mp3",
        b"ID3\x04\0\0\0\x0f\x7f\x7fTXXX\0\x0f\x7f\x70\0\x09\xff\xff\xff\xff" + zlib.compress(bytes(10**8)),
    )
    yield "flac-block-of-16-mib", "flac", b"fLaC\x04\xff\xff\xff" + struct.pack("<I", 2**32 - 1) + bytes(500)
    yield "flac-comments", "flac", b"fLaC\x04\0\x10\0" + struct.pack("<II", 0, 2**32 - 1) + bytes(5000)
    yield "ogg-pages", "ogg", whole["ogg"] + whole["ogg"][:27] * 50_000
    yield "ogg-one-page", "ogg", whole["ogg"][:58] * 20_000
    top = whole["mp4"][:32]
    yield (
        "mp4-nested",
        "mp4",
        top + b"".join(struct.pack(">I4s", 2**31 - 8 * n, b"moov") for n in range(50_000)),
    )
    yield "mp4-atom-of-16-eib", "mp4", top + struct.pack(">I4sQ", 1, b"moov", 2**64 - 1) + bytes(500)
    yield "mp4-atom-of-nothing", "mp4", top + struct.pack(">I4s", 0, b"moov") + bytes(500)
    yield "mp4-mdat-of-4-gib", "mp4", top + struct.pack(">I4s", 2**32 - 1, b"mdat"), 4 * GIB
    yield (
        "mp4-60000",
        "mp4",
        whole["mp4"].replace(struct.pack(">2H", 320, 200), struct.pack(">2H", 60_000, 60_000)),
    )
    yield "webm-no-size", "webm", whole["webm"][:40] + b"\x01\xff\xff\xff\xff\xff\xff\xff" * 5000


def texts() -> Iterator[Built]:
    yield "txt-one-line-of-100-mb", "txt", b"x" * 100_000_000
    yield "txt-zeros", "txt", b"text" * 3000, 2 * GIB
    yield "txt-controls", "txt", b"text\n" * 3000 + b"\x00\x1b[2J" * 99
    yield "txt-half-a-pair", "txt", b"\xff\xfe" + b"\x00\xdc" * 500
    yield "txt-utf-32", "txt", b"\xff\xfe\0\0" + b"\xff\xff\xff\x7f" * 500
    yield "txt-marks-on-marks", "txt", ("a" + "\u0300" * 100_000).encode()
    yield "json-nested", "json", b"[" * 2_000_000
    yield "xml-laughs", "xml", laughs().replace(b"svg", b"doc")
