"""Small whole files of many formats, which the malformed ones are made of."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pillow_heif
from media_files import make_sound, make_video
from PIL import Image
from written_pdf import pdf

PICTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "jpg": ("JPEG", {"quality": 90}),
    "png": ("PNG", {}),
    "gif": ("GIF", {}),
    "webp": ("WEBP", {"lossless": True}),
    "avif": ("AVIF", {}),
    "tif": ("TIFF", {"compression": "tiff_lzw"}),
    "bmp": ("BMP", {}),
    "ico": ("ICO", {}),
    "jp2": ("JPEG2000", {}),
}


def whole_files(folder: Path) -> dict[str, bytes]:
    """By suffix."""
    picture = gradient(96, 64)
    found = {suffix: encoded(picture, form, **saved) for suffix, (form, saved) in PICTURES.items()}
    exif = Image.Exif()
    exif.update({0x010F: "Maker", 0x0112: 6, 0x0132: "2024:05:01 12:00:00"})
    found["exif.jpg"] = encoded(picture, "JPEG", exif=exif)
    frames = [gradient(40, 40).rotate(n * 30) for n in range(5)]
    found["moving.webp"] = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    found["moving.png"] = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])
    heif = io.BytesIO()
    pillow_heif.from_pillow(picture).save(heif)
    found["heic"] = heif.getvalue()
    found |= {
        "pdf": pdf("1 0 0 rg 0 0 100 100 re f", "", info="/Title (Two pages)"),
        "zip": zipped({"a.txt": b"a" * 3000, "folder/b.txt": b"b" * 3000}),
        "txt": "Grüße an alle\n".encode() * 200,
        "json": json.dumps({"key": list(range(500))}).encode(),
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
        "safetensors": safetensors({"__metadata__": {"ss_network_dim": "8"}}, 512),
        "gguf": b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + b"\0" * 200,
    }
    for codec, suffix in (("pcm_s16le", "wav"), ("flac", "flac"), ("libmp3lame", "mp3"), ("libopus", "ogg")):
        found[suffix] = make_sound(folder / f"a.{suffix}", codec, 0.3).read_bytes()
    for codec, suffix in (("libx264", "mp4"), ("libvpx", "webm")):
        found[suffix] = make_video(folder / f"a.{suffix}", codec).read_bytes()
    return found


def gradient(width: int, height: int) -> Image.Image:
    across, down = Image.linear_gradient("L"), Image.linear_gradient("L").rotate(90)
    merged = Image.merge("RGB", (across, down, Image.new("L", (256, 256), 90)))
    return merged.resize((width, height))


def encoded(picture: Image.Image, form: str, **saved: Any) -> bytes:
    content = io.BytesIO()
    picture.save(content, form, **saved)
    return content.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return written.getvalue()


def safetensors(said: dict[str, Any], size: int) -> bytes:
    header = json.dumps(
        {**said, "weight": {"dtype": "F16", "shape": [size // 2], "data_offsets": [0, size]}}
    ).encode()
    return struct.pack("<Q", len(header)) + header + bytes(size)


def png(width: int, height: int, *chunks: tuple[bytes, bytes], depth: int = 8, color: int = 2) -> bytes:
    """A PNG that says this of itself; after its head come `chunks`, and nothing else."""
    head = (b"IHDR", struct.pack(">2I5B", width, height, depth, color, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in (head, *chunks)
    )
