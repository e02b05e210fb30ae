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
from faceforge_storage.ingest.isolation.examination import Examination, note, reading
from faceforge_storage.ingest.isolation.messages import Reply, Step
from faceforge_storage.ingest.isolation.reader_process import Died, ReaderProcess
from faceforge_storage.ingest.reader import Bounds, File, Found
from faceforge_storage.scheduling.workers import STOPPING

REGISTRY = "faceforge_storage.ingest.registry"
IDLE_SECONDS = 30.0
"""How long a process without work is kept: it takes 30 MiB and more, and a tenth of a second to start."""
FILES_PER_PROCESS = 1000
"""After so many a process is replaced, so that what a decoder leaks has an end."""
TOGETHER = 16
"""How many small files a process is given at once, at most."""
SMALL = 1024 * 1024
"""Bytes of a file that is read in a moment, unless it was built to harm."""


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

    def hasten(self, sha256: str) -> None: ...

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

    def hasten(self, sha256: str) -> None:
        """Let a content that waits go before what is not urgent: by now somebody waits for it."""
        with self._changed:
            for task in self._background:
                if task.request.file.sha256 == sha256:
                    self._background.remove(task)
                    self._urgent.append(task)
                    self._changed.notify_all()
                    return

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
        while tasks := self._next(urgent_only):
            left = deque(each for each in tasks if each.future.set_running_or_notify_cancel())
            del tasks  # what was found is not kept while nothing is to do
            while left:
                try:
                    if len(left) > 1:
                        self._examine_together(left)
                    if left:
                        examined = self._examine(left[0].request)
                        left.popleft().future.set_result(examined)
                except BaseException as error:  # whoever waits is to have it, whatever it is
                    left.popleft().future.set_exception(error)

    def _next(self, urgent_only: bool) -> list[_Task]:
        """What is to be done next, none when there will be nothing; meanwhile what is idle for long is ended."""
        with self._changed:
            while not self._closed:
                if self._urgent:
                    return [self._urgent.popleft()]
                if self._background and not urgent_only:
                    return self._first_of_background()
                self._changed.wait(self._idle_seconds if self._idle else None)
                self._end_idle()
        return []

    def _first_of_background(self) -> list[_Task]:
        """The first, and small ones behind a small one: some for each process."""
        tasks = [self._background.popleft()]
        most = min(TOGETHER, 1 + len(self._background) // self._count)
        while self._background and len(tasks) < most and _are_small(tasks[-1], self._background[0]):
            tasks.append(self._background.popleft())
        return tasks

    def _end_idle(self) -> None:
        before = time.monotonic() - self._idle_seconds
        for process in [each for each in self._idle if each.last_used <= before]:
            self._idle.remove(process)
            process.end()

    def _examine_together(self, left: deque[_Task]) -> None:
        """Examine files in one go, each in a single step, so that nobody waits for the other end meanwhile.

        Where that ends the process, the file at which it was is the first of those that are `left`: it is to be
        examined by itself, step by step, which tells what it fails.
        """
        process = self._lend(len(left))
        try:
            process.send([_whole_step(each.request, self._bounds) for each in left])
            while left:
                reply, thumbnails = process.reply(self._seconds)
                if reply.out_of_memory or reply.too_much:
                    raise Died
                examined = _examined(left[0].request, reply, thumbnails)
                left.popleft().future.set_result(examined)
        except BaseException as error:
            self._discard(process)
            if not isinstance(error, Died):
                raise
        else:
            self._give_back(process)

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
            made = examination.thumbnails(request.sizes) if request.sizes else {}
            readings |= {name: examination.read(name, whole=True) for name in request.whole}
        finally:
            examination.finish()
        return Examined(readings, made)

    def _lend(self, files: int = 1) -> ReaderProcess:
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
        process.files += files
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


def _are_small(*tasks: _Task) -> bool:
    return all(each.request.file.size_bytes <= SMALL for each in tasks)


def _whole_step(request: Examine, bounds: Bounds) -> Step:
    return Step(request.file, bounds, request.readers, request.sizes)


def _examined(request: Examine, reply: Reply, thumbnails: list[bytes]) -> Examined:
    note(request.file, reply)
    readings = {name: reading(request.file, name, reply) for name in request.readers}
    return Examined(readings, dict(zip(request.sizes, thumbnails, strict=False)))
