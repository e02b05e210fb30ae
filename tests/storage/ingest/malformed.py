"""Malformed files by the hundred: whole ones that were cut, damaged or named wrongly, and ones built to harm."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from built_to_harm import built_to_harm
from well_formed import whole_files

from faceforge_storage.ingest.mime import HEAD_BYTES, sniff
from faceforge_storage.ingest.reader import File

LIES = ("jpg", "png", "gif", "webp", "tif", "heic", "pdf", "zip", "txt", "wav", "mp3", "mp4", "safetensors")


class Malformed(NamedTuple):
    name: str
    suffix: str
    content: bytes
    size: int = 0
    """When it is larger than its content: zeros follow, which take no room on the disk."""
    mime_type: str | None = None
    """When the detection of types is to be passed by, as if it had been wrong."""

    def written(self, folder: Path) -> File:
        path = folder / f"{self.name}.content"
        path.write_bytes(self.content)
        size = max(self.size, len(self.content))
        with path.open("r+b") as stream:
            stream.truncate(size)
        filename = f"{self.name}.{self.suffix}"
        detected = sniff(self.content[:HEAD_BYTES], filename, complete=size <= HEAD_BYTES)
        return File(path, "0" * 64, size, self.mime_type or detected, filename, "file")


def malformed_files(folder: Path) -> list[Malformed]:
    whole = whole_files(folder)
    found = [
        *(each for name, content in whole.items() for each in damaged(name, content)),
        *misnamed(whole),
        *(Malformed(*each) for each in built_to_harm(whole)),
    ]
    assert len({each.name for each in found}) == len(found)
    return found


def damaged(name: str, content: bytes) -> Iterator[Malformed]:
    """Cut at several places, with wrong bytes, with what is missing in the middle, with what follows the end."""
    suffix, size, chance = name.rpartition(".")[2], len(content), random.Random(name)
    for share in (0.02, 0.3, 0.6, 0.95):
        yield Malformed(f"{name}-cut-at-{share}", suffix, content[: max(int(size * share), 1)])
    for n in range(3):
        wrong = bytearray(content)
        for _ in range(max(size // 100, 4)):
            wrong[chance.randrange(min(12, size - 1), size)] = chance.randrange(256)
        yield Malformed(f"{name}-wrong-{n}", suffix, bytes(wrong))
    wrong = bytearray(content)
    for place in range(8, min(size, 200), 5):
        wrong[place] = 0xFF
    yield Malformed(f"{name}-wrong-head", suffix, bytes(wrong))
    yield Malformed(
        f"{name}-hollow", suffix, content[: size // 3] + bytes(size // 3) + content[2 * size // 3 :]
    )
    yield Malformed(f"{name}-twice", suffix, content[: size // 2] + content)


def misnamed(whole: dict[str, bytes]) -> Iterator[Malformed]:
    """Content of one format under the type of another, which no detection stands before."""
    types = {suffix: sniff(whole[suffix][:HEAD_BYTES], f"a.{suffix}") for suffix in LIES}
    for n, suffix in enumerate(LIES):
        for step in (1, 4, 7):
            other = LIES[(n + step) % len(LIES)]
            yield Malformed(f"{suffix}-as-{other}", other, whole[suffix], 0, types[other])
        yield Malformed(f"nothing-as-{suffix}", suffix, b"", 0, types[suffix])
        yield Malformed(f"zeros-as-{suffix}", suffix, b"", 3_000_000, types[suffix])
