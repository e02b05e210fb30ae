"""Runs the readers of files."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from faceforge_storage.ingest.reader import Bounds, File, Found, Unreadable
from faceforge_storage.ingest.registry import READERS


@dataclass(frozen=True, slots=True)
class Examine:
    """What is to be done with a file: the readers to run, and the thumbnails to make."""

    file: File
    readers: tuple[str, ...]
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of it: what each reader found or why it failed, and the thumbnails."""

    readings: dict[str, Found | str]
    thumbnails: dict[int, bytes]


class ReaderProcesses:
    def __init__(self, count: int, seconds: float, memory_bytes: int, bounds: Bounds) -> None:
        self.count, self._bounds = count, bounds

    async def examine(self, request: Examine, *, urgent: bool = False) -> Examined:
        return await asyncio.to_thread(self._examine, request)

    def _examine(self, request: Examine) -> Examined:
        found: dict[str, Found | str] = {}
        for reader in READERS:
            if reader.name in request.readers:
                try:
                    found[reader.name] = reader.read(request.file, self._bounds)
                except Unreadable as fault:
                    found[reader.name] = str(fault)
        return Examined(found, {})

    def close(self) -> None:
        pass
