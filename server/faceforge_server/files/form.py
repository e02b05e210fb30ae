"""What is said of a file that comes in: the fields and the sidecar of an upload, refused early."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from dataclasses import dataclass
from typing import Any

from faceforge_schema.assets.sidecar import read_sidecar as check_sidecar
from faceforge_server.http.json_body import parse_json
from faceforge_storage.errors import FaceForgeError, Fault, InvalidInput, InvalidSidecar, PayloadTooLarge
from faceforge_storage.ingest.filenames import clean_filename

ONCE = frozenset(
    {"kind", "filename", "role", "derived_from_asset_id", "sha256", "size_bytes", "on_duplicate"}
)
REPEATED = frozenset({"entity_id", "tag"})
SHA256 = re.compile(r"[0-9A-Fa-f]{64}")
SIZE = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class UploadLimits:
    """How much of a request is taken; None is no limit."""

    file_bytes: int | None = None
    sidecar_bytes: int = 1024 * 1024
    fields_bytes: int = 1024 * 1024
    idle_seconds: float = 120


class Form:
    """The fields of an upload while they come in."""

    def __init__(self, limits: UploadLimits, place: str = "body") -> None:
        self.limits, self.place = limits, place
        self.fields: dict[str, str | list[str]] = {}
        self.sidecar: dict[str, Any] | None = None
        self.part_filename: str | None = None
        self._name, self._value, self._taken = "", bytearray(), 0

    def begin(self, name: str) -> None:
        if name not in ONCE | REPEATED | {"meta"}:
            raise refused(name, f"There is no field {name[:100]!r}.", "unknown", self.place)
        if (name in self.fields and name in ONCE) or (name == "meta" and self.sidecar is not None):
            raise refused(name, f"{name} is given more than once.", "duplicate", self.place)
        self._name, self._value = name, bytearray()

    def write(self, data: bytes) -> None:
        self._value += data
        if self._name == "meta":
            if len(self._value) > self.limits.sidecar_bytes:
                raise PayloadTooLarge(f"The sidecar is larger than {self.limits.sidecar_bytes} bytes.")
            return
        self._taken += len(data)
        if self._taken > self.limits.fields_bytes:
            raise PayloadTooLarge(f"The fields are larger than {self.limits.fields_bytes} bytes together.")

    def end(self) -> None:
        name, value = self._name, bytes(self._value)
        if name == "meta":
            self.sidecar = read_sidecar(value)
            return
        try:
            text = value.decode()
        except UnicodeDecodeError:
            raise refused(name, f"{name} is not UTF-8.", "invalid", self.place) from None
        if name in REPEATED:
            values = self.fields.setdefault(name, [])
            assert isinstance(values, list)
            values.append(text)
        else:
            self.fields[name] = clean_filename(text, self.place) if name == "filename" else text

    def declared(self) -> tuple[str | None, int | None]:
        """The declared hash and size. Raises InvalidInput when they are none."""
        if self.part_filename is not None:
            self.fields.setdefault("filename", self.part_filename)
        sha256, size = self.fields.get("sha256"), self.fields.get("size_bytes")
        if sha256 is not None and not SHA256.fullmatch(str(sha256)):
            raise refused("sha256", "sha256 is 64 hexadecimal digits.", "invalid", self.place)
        if size is not None and not SIZE.fullmatch(str(size)):
            raise refused("size_bytes", "size_bytes is a number of bytes.", "invalid", self.place)
        return None if sha256 is None else str(sha256), None if size is None else int(str(size))


def read_sidecar(data: bytes) -> dict[str, Any]:
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
    check_sidecar(found, "/meta")
    return found


def _no_sidecar(said: str) -> InvalidSidecar:
    return InvalidSidecar(f"The sidecar {said}.", errors=(Fault("/meta", said),))


def refused(name: str, said: str, code: str, place: str = "body") -> InvalidInput:
    """What is answered to a field that is not taken; its name as a JSON Pointer (RFC 6901)."""
    pointer = "/" + name[:100].replace("~", "~0").replace("/", "~1")
    return InvalidInput(said, errors=(Fault(pointer, said, code, place),))
