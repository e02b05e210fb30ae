"""What accompanies a file that comes in: the fields of an upload and its sidecar, refused early."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from dataclasses import dataclass
from typing import Any

from faceforge_schema.assets.intake import UPLOAD_FORM
from faceforge_schema.assets.sidecar import read_sidecar
from faceforge_schema.assets.upload_form import SHA256, SIZE, FormField
from faceforge_schema.values.inputs import pointer
from faceforge_server.http.json_body import check_field, parse_json
from faceforge_storage.errors import FaceForgeError, Fault, InvalidInput, InvalidSidecar, PayloadTooLarge
from faceforge_storage.ingest.filenames import clean_filename

DIGITS = 18
"""More digits than any number of bytes has."""


@dataclass(frozen=True)
class UploadLimits:
    """How much of a request is taken; None is no limit."""

    file_bytes: int | None = None
    sidecar_bytes: int = 1024 * 1024
    fields_bytes: int = 1024 * 1024


class Form:
    """The fields of an upload while they come in."""

    def __init__(self, limits: UploadLimits, place: str = "body") -> None:
        self.limits, self.place = limits, place
        self.values: dict[str, Any] = {}
        """Name -> text, list of texts, or JSON object."""
        self._field, self._value, self._bytes = FormField("", {}), bytearray(), 0

    def begin(self, name: str) -> None:
        field = UPLOAD_FORM.get(name)
        if field is None:
            raise refused(name, f"There is no field {name[:100]!r}.", "unknown", self.place)
        if name in self.values and not field.is_repeated:
            raise refused(name, f"{name} is given more than once.", "duplicate", self.place)
        self._field, self._value = field, bytearray()

    def write(self, data: bytes) -> None:
        self._value += data
        if self._field.is_sidecar:
            if len(self._value) > self.limits.sidecar_bytes:
                raise PayloadTooLarge(
                    f"The sidecar is larger than {self.limits.sidecar_bytes} bytes.",
                    hint="Send less, or raise `limits.sidecar_bytes` in config/core.json.",
                )
            return
        self._bytes += len(data)
        if self._bytes > self.limits.fields_bytes:
            raise PayloadTooLarge(f"The fields are larger than {self.limits.fields_bytes} bytes together.")

    def end(self) -> None:
        field, value = self._field, bytes(self._value)
        if field.is_sidecar:
            self.values[field.name] = parse_sidecar(value)
            return
        try:
            text = value.decode()
        except UnicodeDecodeError:
            raise refused(field.name, f"{field.name} is not UTF-8.", "invalid", self.place) from None
        try:
            check_field(text)
        except InvalidInput as error:
            raise refused(field.name, error.detail, "invalid", self.place) from None
        if field.is_repeated:
            self.values.setdefault(field.name, []).append(text)
        else:
            self.values[field.name] = clean_filename(text, self.place) if field.name == "filename" else text

    @property
    def size(self) -> int:
        """How many bytes the field has that is being read."""
        return len(self._value)

    def declared(self) -> tuple[str | None, int | None]:
        """The declared hash and size of the bytes, where there are any. Raises InvalidInput."""
        sha256, size = self.values.get(SHA256.name), self.values.get(SIZE.name)
        if sha256 is not None and not re.fullmatch(SHA256.schema["pattern"], sha256):
            raise refused(SHA256.name, "sha256 is 64 hexadecimal digits.", "invalid", self.place)
        if size is not None and not (size.isdecimal() and size.isascii() and len(size) <= DIGITS):
            raise refused(SIZE.name, "size_bytes is a number of bytes.", "invalid", self.place)
        return sha256, None if size is None else int(size)

    def input(self) -> dict[str, Any]:
        """The fields under the names of the input that makes an asset."""
        named = ((UPLOAD_FORM[name].input, value) for name, value in self.values.items())
        return {name: value for name, value in named if name is not None}


def parse_sidecar(data: bytes) -> dict[str, Any]:
    """A sidecar as it was sent. Raises InvalidSidecar (422) unless it is one JSON object in UTF-8 and a sidecar.

    It is held here to all that the create holds it to, so that a wrong one is refused before its file is kept.
    """
    try:
        found = parse_json(data.removeprefix(BOM_UTF8))
    except RecursionError:
        raise _no_sidecar("nests too deeply") from None
    except FaceForgeError as error:
        raise _no_sidecar(
            f"cannot be read. {error.detail.replace('The body', 'It', 1).rstrip('.')}"
        ) from None
    if not isinstance(found, dict):
        raise _no_sidecar("is JSON, but no object")
    read_sidecar(found, "/meta")
    return found


def _no_sidecar(fault: str) -> InvalidSidecar:
    return InvalidSidecar(f"The sidecar {fault}.", errors=(Fault("/meta", fault),))


def refused(name: str, detail: str, code: str, place: str = "body") -> InvalidInput:
    """The error for a field that is not taken."""
    return InvalidInput(detail, errors=(Fault(pointer([name[:100]]), detail, code, place),))
