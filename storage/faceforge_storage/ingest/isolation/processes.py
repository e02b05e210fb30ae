"""The processes that read files and make thumbnails: how many, what they do next, and what comes of it (S11)."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from faceforge_storage.errors import Unavailable
from faceforge_storage.ingest.isolation.examination import Examination
from faceforge_storage.ingest.isolation.reader_process import ReaderProcess
from faceforge_storage.ingest.reader import Bounds, File, Found
from faceforge_storage.scheduling.workers import STOPPING

REGISTRY = "faceforge_storage.ingest.registry"
IDLE_SECONDS = 30.0
"""How long a process without work is kept: it takes 30 MiB and more, and a tenth of a second to start."""
FILES_PER_PROCESS = 1000
"""After so many a process is replaced, so that what a decoder leaks has an end."""


@dataclass(frozen=True, slots=True)
class Examine:
    """What is wanted of a file."""

    file: File
    readers: tuple[str, ...]
    """The names of the readers that are to read it."""
    sizes: tuple[int, ...]
    """The widths of the thumbnails to make, in pixels."""
    whole: frozenset[str] = frozenset()
    """Those of the readers that read all bytes of the file, which may take longer."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of it."""

    readings: dict[str, Found | str]
    """By reader: what it found, or why it failed, for a person."""
    thumbnails: dict[int, bytes]
    """By width, WebP. A file whose picture cannot be made has a tile; a width is missing where even that failed."""


@dataclass(eq=False, slots=True)
class _Task:
    request: Examine
    future: Future[Examined]


class Processes(Protocol):
    """What decodes files: `ReaderProcesses`, which say how."""

    async def examine(self, request: Examine, *, urgent: bool = False) -> Examined: ...

    def close(self) -> None: ...


class ReaderProcesses:
    """Up to `count` processes that read files, and one more for what somebody waits for.

    They begin as they are needed and end when they are idle. A file that kills its process, or is not done within
    `seconds` for one reader, fails that reader; the rest goes on in a new process.
    """

    def __init__(
        self,
        count: int,
        seconds: float,
        memory_bytes: int,
        bounds: Bounds,
        *,
        registry: str = REGISTRY,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        """`registry`: the module whose READERS the processes know."""
        self._count, self._seconds, self._memory_bytes, self._bounds = count, seconds, memory_bytes, bounds
        self._registry, self._idle_seconds = registry, idle_seconds
        self._changed = threading.Condition()
        self._urgent: deque[_Task] = deque()
        self._background: deque[_Task] = deque()
        self._threads: list[threading.Thread] = []
        self._idle: list[ReaderProcess] = []
        """The one that was busy last stands at the end, and is taken first."""
        self._busy: set[ReaderProcess] = set()
        self._closed = False

    async def examine(self, request: Examine, *, urgent: bool = False) -> Examined:
        """Read the file and make its thumbnails; `urgent` goes before what is not.

        Raises Unavailable when Core stops, or when no process can be started: then nothing is known of the file.
        """
        task = _Task(request, Future())
        with self._changed:
            if self._closed:
                raise Unavailable(STOPPING)
            (self._urgent if urgent else self._background).append(task)
            self._start_threads()
            self._changed.notify_all()
        return await asyncio.wrap_future(task.future)

    def close(self) -> None:
        """End the processes at once, whatever they do, and answer whoever waits with Unavailable."""
        with self._changed:
            self._closed = True
            waiting = [*self._urgent, *self._background]
            self._urgent.clear()
            self._background.clear()
            for process in self._busy:
                process.kill()
            self._changed.notify_all()
        for task in waiting:
            if task.future.set_running_or_notify_cancel():
                task.future.set_exception(Unavailable(STOPPING))
        for thread in self._threads:
            thread.join()
        for process in self._idle:
            process.end()

    def _start_threads(self) -> None:
        for n in range(len(self._threads), self._count + 1):
            # A daemon: what a stop does not wait for must not hold the process.
            thread = threading.Thread(
                target=self._work, args=(n == self._count,), name=f"readers-{n}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _work(self, urgent_only: bool) -> None:
        while (task := self._next(urgent_only)) is not None:
            if not task.future.set_running_or_notify_cancel():
                continue
            try:
                examined = self._examine(task.request)
            except BaseException as error:  # whoever waits is to have it, whatever it is
                task.future.set_exception(error)
            else:
                task.future.set_result(examined)
            del task  # what was found is not kept while nothing is to do

    def _next(self, urgent_only: bool) -> _Task | None:
        """The next task, None when there will be none; meanwhile what is idle for long is ended."""
        with self._changed:
            while not self._closed:
                if self._urgent:
                    return self._urgent.popleft()
                if self._background and not urgent_only:
                    return self._background.popleft()
                self._changed.wait(self._idle_seconds if self._idle else None)
                self._end_idle()
        return None

    def _end_idle(self) -> None:
        before = time.monotonic() - self._idle_seconds
        for process in [each for each in self._idle if each.last_used <= before]:
            self._idle.remove(process)
            process.end()

    def _examine(self, request: Examine) -> Examined:
        examination = Examination(
            request.file,
            self._bounds,
            self._seconds,
            self._memory_bytes,
            self._lend,
            self._give_back,
            self._discard,
        )
        try:
            quick = [name for name in request.readers if name not in request.whole]
            readings = {name: examination.read(name) for name in quick}
            made = {size: examination.thumbnail(size) for size in request.sizes}
            readings |= {name: examination.read(name, whole=True) for name in request.whole}
        finally:
            examination.finish()
        return Examined(readings, {size: each for size, each in made.items() if each is not None})

    def _lend(self) -> ReaderProcess:
        with self._changed:
            self._check_open()
            process = self._idle.pop() if self._idle else None
            if process is not None:
                self._busy.add(process)
        if process is None:
            process = ReaderProcess(self._memory_bytes, self._registry)
            with self._changed:
                self._busy.add(process)
                if self._closed:
                    process.kill()
            try:
                process.wait_until_ready()
            except Unavailable:
                self._discard(process)
                raise
        process.files += 1
        return process

    def _give_back(self, process: ReaderProcess) -> None:
        with self._changed:
            self._busy.discard(process)
            keep = process.files < FILES_PER_PROCESS and not self._closed
            if keep:
                self._idle.append(process)
        if not keep:
            process.end()

    def _discard(self, process: ReaderProcess) -> None:
        with self._changed:
            self._busy.discard(process)
        process.end()
        self._check_open()

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable(STOPPING)
