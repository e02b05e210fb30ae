"""Reader of the hashes by which other programs name a file, all of them in one pass over its bytes.

- `autov2`: the first ten digits of the SHA-256, as Stable Diffusion web UI writes it into pictures.
- `autov3`: the SHA-256 of a safetensors file without its header, so that it outlasts edits of the metadata. It is what
  kohya's trainer writes into a model as `sshs_model_hash`; Civitai and A1111 show its first twelve digits.
- `blake3`, `crc32`, `md5`: of all bytes.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from typing import Protocol

from blake3 import blake3

from faceforge_storage.ingest.models.files import SAFETENSORS, is_model
from faceforge_storage.ingest.reader import Bounds, File, Found, Reader

BLOCK_BYTES = 1024 * 1024
LENGTH_BYTES = 8
"""A safetensors file begins with the length of its header, a little-endian number of so many bytes."""


class Hash(Protocol):
    def update(self, data: bytes, /) -> object: ...
    def hexdigest(self) -> str: ...


@dataclass
class Crc32:
    """CRC-32 (ISO 3309) with the interface of a hash."""

    value: int = 0

    def update(self, data: bytes, /) -> None:
        self.value = zlib.crc32(data, self.value)

    def hexdigest(self) -> str:
        return f"{self.value:08x}"


def takes(_: File) -> bool:
    """Every file has a BLAKE3, even one that was stored before Core computed it with the upload."""
    return True


def read(file: File, bounds: Bounds) -> Found:
    """The hashes of a file; of one that is no model only an unknown BLAKE3, and what a setting asks for."""
    model = is_model(file)
    if not model and file.blake3 is not None and not bounds.hash_all_files:
        return Found({})
    hashes = _hashes(file, all_of_them=model or bounds.hash_all_files)
    names = {"autov2": file.sha256[:10], **hashes} if model else hashes
    return Found(names, hashes=hashes)


def _hashes(file: File, all_of_them: bool) -> dict[str, str]:
    whole: dict[str, Hash] = {"blake3": blake3()}
    if all_of_them:
        whole.update(crc32=Crc32(), md5=hashlib.md5(usedforsecurity=False))
    tensors = hashlib.sha256()
    begin = _end_of_header(file)
    position = 0
    with file.path.open("rb", buffering=0) as source:
        while block := source.read(BLOCK_BYTES):
            for each in whole.values():
                each.update(block)
            if begin is not None and position + len(block) > begin:
                tensors.update(memoryview(block)[max(0, begin - position) :])
            position += len(block)
    found = {name: each.hexdigest() for name, each in whole.items()}
    return found if begin is None else {**found, "autov3": tensors.hexdigest()}


def _end_of_header(file: File) -> int | None:
    """Where the tensors begin; None where there are none, or the header would be longer than the file."""
    if file.mime_type != SAFETENSORS:
        return None
    with file.path.open("rb") as source:
        end = LENGTH_BYTES + int.from_bytes(source.read(LENGTH_BYTES), "little")
    return end if end <= file.size_bytes else None


READER = Reader("hashes", 1, takes, read, reads_all_bytes=True)
