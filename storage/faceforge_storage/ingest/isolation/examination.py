"""One file, read by one reader after the other: what each answers, in words where it failed (S11)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from faceforge_storage.ingest.isolation.messages import Answer, Reply, Step
from faceforge_storage.ingest.isolation.reader_process import Died, ReaderProcess
from faceforge_storage.ingest.reader import Bounds, File, Found

log = logging.getLogger("faceforge.readers")

FOUND = TypeAdapter(Found)
"""The form of what comes back: the process may be in the hands of a file."""
GIB, MIB = 1024**3, 1024**2
SLOW_DISK = 20 * MIB
"""Bytes a second: so fast at least are all bytes of a file read, and so much longer may it take."""


@dataclass(slots=True)
class Examination:
    """Goes on in another process where one dies; `finish` gives back the last."""

    file: File
    bounds: Bounds
    seconds: float
    """For each step."""
    memory_bytes: int
    lend: Callable[[], ReaderProcess]
    give_back: Callable[[ReaderProcess], None]
    discard: Callable[[ReaderProcess], None]
    """Ends a process that was lent; raises Unavailable when that was Core's own doing."""
    _process: ReaderProcess | None = None
    _deadly: bool = False
    """Whether the file has ended a process: its thumbnails are tiles then, for its picture would end another."""

    def read(self, reader: str, whole: bool = False) -> Found | str:
        """What a reader found, or why it failed; `whole`: it reads all bytes. Raises Unavailable."""
        more = self.file.size_bytes / SLOW_DISK if whole else 0
        try:
            reply, _ = self._ask(Step(self.file, self.bounds, (reader,)), self.seconds + more)
        except Died as died:
            log.warning("%s failed on %s: %s", reader, self.file.sha256, died)
            return str(died)
        if reply.out_of_memory:
            return f"It took more than {_size(self.memory_bytes)} of memory."
        if reply.too_much:
            return "There is more in it than can be kept: 16 MiB."
        return reading(self.file, reader, reply)

    def thumbnails(self, sizes: tuple[int, ...]) -> dict[int, bytes]:
        """The thumbnails of widths; tiles where the picture cannot be made, none where even that failed.

        Raises Unavailable.
        """
        for tile in (self._deadly, True):
            try:
                reply, thumbnails = self._ask(
                    Step(self.file, self.bounds, sizes=sizes, tile=tile), self.seconds
                )
            except Died as died:
                reply, thumbnails = Reply(fault=str(died)), []
            note(self.file, reply)
            if thumbnails:
                return dict(zip(sizes, thumbnails, strict=False))
        return {}

    def finish(self) -> None:
        """Give back the process."""
        if self._process is not None:
            self.give_back(self._process)
            self._process = None

    def _ask(self, step: Step, seconds: float) -> tuple[Reply, list[bytes]]:
        if self._process is None:
            self._process = self.lend()
        try:
            reply = self._process.ask(step, seconds)
        except Died:
            self._leave()
            raise
        if reply[0].out_of_memory:
            self._leave()  # in pieces, what is free is of little use to the next file
        return reply

    def _leave(self) -> None:
        process, self._process, self._deadly = self._process, None, True
        assert process is not None
        self.discard(process)


def reading(file: File, reader: str, reply: Reply) -> Found | str:
    """What a reader found by a reply, or why it failed."""
    answer = reply.readings.get(reader, Answer(fault="no answer"))
    if answer.unreadable is not None:
        return answer.unreadable
    if answer.fault is None:
        try:
            return FOUND.validate_python(answer.found)
        except ValidationError:
            log.warning("What was found in %s does not have the form of a reading.", file.sha256)
    else:
        log.warning("%s failed on %s: %s", reader, file.sha256, answer.fault)
    return "The reader failed on this file; the log says where."


def note(file: File, reply: Reply) -> None:
    """Log what failed over the thumbnails of a file."""
    if reply.fault is not None:
        log.warning("No thumbnail of %s: %s", file.sha256, reply.fault)


def _size(count: int) -> str:
    return f"{count // GIB} GiB" if count % GIB == 0 else f"{count // MIB} MiB"
