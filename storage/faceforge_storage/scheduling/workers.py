"""Threads that work for many clients: in turn, with a bound on what waits, and with one free for what is quick."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from faceforge_storage.errors import Unavailable
from faceforge_storage.scheduling.fair_queue import FairQueue, Turn

T = TypeVar("T")

WAITING = 256
"""What may wait of one client where no setting says it: in tests and in commands."""


@dataclass(eq=False)
class Task(Generic[T]):
    """A piece of work that waits or runs, and what is to come of it."""

    turn: Turn
    work: Callable[..., T]
    future: Future[T] = field(default_factory=Future)

    def begins(self) -> bool:
        """Whether somebody still waits for it; from now on it cannot be cancelled."""
        return self.future.set_running_or_notify_cancel()

    def run(self) -> None:
        """Do the work and answer whoever waits for it."""
        if not self.begins():
            return
        try:
            result = self.work()
        except BaseException as error:  # whoever waits is to have it, whatever it is
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


More = Callable[[], Task[Any] | None]
"""The next waiting task, None when none waits: for who does several at once."""
Perform = Callable[[Task[Any], More], None]
Box = SimpleQueue[Task[Any] | None]


def _run_one(task: Task[Any], _more: More) -> None:
    task.run()


class Workers:
    """Up to `threads` threads, which begin as they are needed.

    Light work goes first. Other work always has a thread, and never the last one where there are several. `perform`
    does a task, and as many more at once as it takes; it never raises.
    """

    def __init__(
        self, name: str, threads: int, *, waiting: int = WAITING, perform: Perform = _run_one
    ) -> None:
        self._name, self._threads, self._perform = name, threads, perform
        self._most_heavy, self._least_heavy = max(threads - 1, 1), min(threads - 1, 1)
        self._lock = threading.Lock()
        self._light: FairQueue[Task[Any]] = FairQueue(waiting)
        self._heavy: FairQueue[Task[Any]] = FairQueue(waiting)
        self._heavy_running = 0
        self._idle: list[Box] = []
        self._started: list[threading.Thread] = []
        self._closed = False

    async def run(self, turn: Turn, work: Callable[..., T]) -> T:
        """Do the work in a thread when its turn comes; raises what it raises, Busy, Unavailable.

        Once begun it runs to its end even when the caller is cancelled.
        """
        task = self._submit(turn, work)
        try:
            return await asyncio.wrap_future(task.future)
        except asyncio.CancelledError:
            with self._lock:
                self._queue(turn).remove(turn, task)
            raise

    def wait(self, turn: Turn, work: Callable[..., T]) -> T:
        """What `run` does, for a plain thread."""
        return self._submit(turn, work).future.result()

    def close(self) -> None:
        """Finish what runs and what waits; take nothing more."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for box in idle:
            box.put(None)
        for thread in self._started:
            thread.join()

    def _submit(self, turn: Turn, work: Callable[..., T]) -> Task[T]:
        task = Task(turn, work)
        with self._lock:
            if self._closed:
                raise Unavailable("Core is stopping.")
            if turn.light or self._heavy_running < self._most_heavy:
                box = self._idle.pop() if self._idle else self._new_thread()
                if box is not None:
                    self._heavy_running += not turn.light
                    box.put(task)
                    return task
            self._queue(turn).put(turn, task)
        return task

    def _queue(self, turn: Turn) -> FairQueue[Task[Any]]:
        return self._light if turn.light else self._heavy

    def _new_thread(self) -> Box | None:
        if len(self._started) == self._threads:
            return None
        box: Box = SimpleQueue()
        name = f"{self._name}-{len(self._started)}"
        # A daemon: what a stop does not wait for must not hold the process.
        thread = threading.Thread(target=self._work, args=(box,), name=name, daemon=True)
        self._started.append(thread)
        thread.start()
        return box

    def _work(self, box: Box) -> None:
        task = box.get()
        while task is not None:
            self._perform(task, self._more)
            task = self._after(task, box) or box.get()

    def _after(self, done: Task[Any], box: Box) -> Task[Any] | None:
        """The next task of a thread; when none may begin, its box is where it waits for one."""
        with self._lock:
            self._heavy_running -= not done.turn.light
            task = self._take()
            if task is not None:
                self._heavy_running += not task.turn.light
            elif self._closed:
                box.put(None)
            else:
                self._idle.append(box)
        return task

    def _take(self) -> Task[Any] | None:
        if self._light and not (self._heavy and self._heavy_running < self._least_heavy):
            return self._light.take()
        if self._heavy and self._heavy_running < self._most_heavy:
            return self._heavy.take()
        return None

    def _more(self) -> Task[Any] | None:
        with self._lock:
            queue = self._light or self._heavy
            return queue.take() if queue else None
