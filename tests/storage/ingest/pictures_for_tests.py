"""Pictures, and files that hold them, for the tests of readers."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

from PIL import Image

from faceforge_storage.ingest.mime import sniff
from faceforge_storage.ingest.reader import File


def file_of(path: Path, content: bytes, mime_type: str) -> File:
    path.write_bytes(content)
    return File(path, hashlib.sha256(content).hexdigest(), len(content), mime_type, path.name, "file")


def a_file(path: Path, content: bytes) -> File:
    return file_of(path, content, sniff(content[:8192], path.name))


def encoded(picture: Image.Image, form: str, **saved: Any) -> bytes:
    content = io.BytesIO()
    picture.save(content, form, **saved)
    return content.getvalue()
