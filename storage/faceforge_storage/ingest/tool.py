"""A reader that is a program of its own, such as ExifTool: it runs beside the processes that read files."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from faceforge_storage.errors import Unavailable
from faceforge_storage.ingest.reader import File, Found, Unreadable

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tool:
    """`read` blocks, and raises Unreadable; Unavailable once it is closed."""

    name: str
    version: int
    takes: Callable[[File], bool]
    read: Callable[[File], Found]
    close: Callable[[], None]
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def examine(self, file: File) -> Found | str:
        """What it found, or why it failed, for a person; one file at a time. Raises Unavailable."""
        async with self._turn:  # who waits for it holds no thread, which others need
            return await asyncio.to_thread(self._examine, file)

    def _examine(self, file: File) -> Found | str:
        try:
            return self.read(file)
        except Unreadable as fault:
            return str(fault)
        except Unavailable:
            raise
        except Exception:  # a fault of one file is no fault of the others
            log.exception("the reader %s failed", self.name)
            return "The reader ended with an error; the log of Core has it."
