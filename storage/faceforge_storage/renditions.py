"""The thumbnails in `cache/`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


class Renditions:
    def __init__(self, directory: Path, most_bytes: int) -> None:
        self._directory = directory

    def missing(self, sha256: str, sizes: tuple[int, ...]) -> tuple[int, ...]:
        return ()

    def find(self, sha256: str, size: int) -> bytes | None:
        return None

    def save(self, sha256: str, thumbnails: Mapping[int, bytes]) -> None:
        pass

    def remove(self, sha256: str) -> None:
        pass
