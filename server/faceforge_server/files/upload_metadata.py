"""`Upload-Metadata`: what a tus client declares of a file, read as the fields of an upload."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from faceforge_schema.assets.intake import UPLOAD_FORM
from faceforge_server.files.form import Form, UploadLimits, refused
from faceforge_storage.errors import BadRequest, FaceForgeError, Fault, InvalidInput, SizeMismatch

HEADER = "Upload-Metadata"
LEFT_ALONE = frozenset({"filetype", "name", "relativePath", "type"})
"""What clients send by themselves. The media type is read from the bytes, and `filename` is the name."""


@dataclass(frozen=True)
class Declared:
    """What was declared: the fields of the input that makes an asset, and what the bytes must be."""

    values: dict[str, Any]
    sha256: str | None = None


def read_metadata(text: str, limits: UploadLimits, size_bytes: int) -> Declared:
    """What an `Upload-Metadata` says of a file of so many bytes.

    A field that may be repeated has its values in one, with commas between. Raises BadRequest for what is no such
    header, InvalidInput naming the field, InvalidSidecar, PayloadTooLarge, SizeMismatch.
    """
    form = Form(limits, place="header")
    for name, value in _pairs(text):
        field = UPLOAD_FORM.get(name)
        values = value.split(b",") if field is not None and field.is_repeated else [value]
        for each in values:
            form.begin(name)
            form.write(each.strip() if len(values) > 1 else each)
            form.end()
    sha256, size = form.declared()
    if size not in (None, size_bytes):
        detail = f"size_bytes {size} was declared, and Upload-Length {size_bytes}."
        raise SizeMismatch(detail, errors=(Fault("/size_bytes", detail, "size_mismatch", "header"),))
    return Declared(form.input(), None if sha256 is None else sha256.lower())


def in_header(error: FaceForgeError) -> None:
    """Say of the faults of an error that they are in this header."""
    error.errors = tuple(
        replace(each, pointer=f"/{HEADER.lower()}{each.pointer}", place="header") for each in error.errors
    )


def _pairs(text: str) -> Iterator[tuple[str, bytes]]:
    """Name and value of each pair. Raises BadRequest, InvalidInput for a name that stands there twice."""
    seen = set()
    for pair in text.split(",") if text.strip() else []:
        name, _, value = pair.strip().partition(" ")
        if not name:
            raise BadRequest(f"{HEADER} has an empty pair.", hint="It is `name base64,name base64`.")
        if name in seen:
            raise refused(name, f"{name[:100]} is given more than once.", "duplicate", "header")
        seen.add(name)
        if name in LEFT_ALONE:
            continue
        try:
            yield name, base64.b64decode(value.strip(), validate=True)
        except (binascii.Error, ValueError):
            raise InvalidInput(
                f"{HEADER}: the value of {name[:100]!r} is not base64.",
                errors=(Fault(f"/{name[:100]}", "is not base64", "invalid", "header"),),
            ) from None
