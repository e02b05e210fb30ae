"""Threads that work for many clients: in turn, with a bound on what waits, and with one free for what is quick."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from faceforge_storage.errors import Unavailable
from faceforge_storage.scheduling.fair_queue import FairQueue, Turn

T = TypeVar("T")

WAITING = 256
"""What may wait of one client where no setting says it: in tests and in commands."""
STOPPING = "Core is stopping."


@dataclass(eq=False)
class Task(Generic[T]):
    """A piece of work that waits or runs, and what has come of it."""

    turn: Turn
    work: Callable[..., T]
    future: asyncio.Future[T] | Future[T]
    loop: asyncio.AbstractEventLoop | None = None
    """The event loop of whoever waits; None for a plain thread."""
    result: T | None = None
    error: BaseException | None = None

    def run(self, *arguments: Any) -> None:
        """Do the work, and note what comes of it."""
        try:
            self.result = self.work(*arguments)
        except BaseException as error:  # whoever waits is to have it, whatever it is
            self.error = error

    def settle(self) -> None:
        """Answer whoever waits, if anybody still does."""
        if self.future.done():
            return
        if isinstance(self.error, StopIteration):  # which a future cannot hold
            self.error = RuntimeError(f"the work raised {self.error!r}")
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)  # type: ignore[arg-type]  # it is the result of the work by now


def answer(tasks: Sequence[Task[Any]]) -> None:
    """Answer whoever waits for tasks that are done: an event loop is woken once for all of them."""
    for loop in {task.loop for task in tasks}:
        group = [task for task in tasks if task.loop is loop]
        if loop is None:
            _settle(group)
        else:
            with suppress(RuntimeError):  # the loop has closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, group)


def _settle(tasks: Sequence[Task[Any]]) -> None:
    for task in tasks:
        task.settle()


More = Callable[[], Task[Any] | None]
"""The next waiting task, None when none waits: for who does several at once."""
Perform = Callable[[Task[Any], More], None]
Box = SimpleQueue[Task[Any] | None]


def _run_one(task: Task[Any], _more: More) -> None:
    task.run()
    answer([task])


class Workers:
    """Up to `threads` threads, which begin as they are needed.

    Light work goes first; other work always has a thread, and never the last one. Of that no client has all: where
    there are threads enough, one is left for the next client. `perform` does a task, and as many more at once as it
    takes; it never raises.
    """

    def __init__(
        self, name: str, threads: int, *, waiting: int = WAITING, perform: Perform = _run_one
    ) -> None:
        self._name, self._threads, self._perform = name, threads, perform
        self._least_heavy, self._most_heavy = min(threads - 1, 1), max(threads - 1, 1)
        self._most_of_client = max(self._most_heavy - 1, 1)
        self._lock = threading.Lock()
        self._light: FairQueue[Task[Any]] = FairQueue(waiting)
        self._heavy: FairQueue[Task[Any]] = FairQueue(waiting)
        self._heavy_running: Counter[str] = Counter()
        """How much runs of each client that is not light."""
        self._idle: list[Box] = []
        self._started: list[threading.Thread] = []
        self._closed = False

    async def run(self, turn: Turn, work: Callable[..., T]) -> T:
        """Do the work in a thread when its turn comes; raises what it raises, Busy, Unavailable.

        Once begun it runs to its end even when the caller is cancelled.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        task = Task(turn, work, future, loop)
        self._submit(task)
        try:
            return await future
        except asyncio.CancelledError:
            with self._lock:
                self._queue(turn).remove(turn, task)
            raise

    def wait(self, turn: Turn, work: Callable[..., T]) -> T:
        """What `run` does, for a plain thread."""
        future: Future[T] = Future()
        self._submit(Task(turn, work, future))
        return future.result()

    def post(self, turn: Turn, work: Callable[..., object]) -> None:
        """Do the work when its turn comes; nobody waits for it, and where it cannot be done it is left."""
        with suppress(Unavailable):
            self._submit(Task(turn, work, Future()))

    def close(self) -> None:
        """Finish what runs and what waits; take nothing more."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for box in idle:
            box.put(None)
        for thread in self._started:
            thread.join()

    def refuse(self) -> None:
        """Take nothing more, and answer what waits with Unavailable; what runs goes on."""
        with self._lock:
            self._closed = True
            waiting = list(iter(self._any_waiting, None))
        for task in waiting:
            task.error = Unavailable(STOPPING)
        answer(waiting)

    def _submit(self, task: Task[Any]) -> None:
        with self._lock:
            if self._closed:
                raise Unavailable(STOPPING)
            box = self._free_thread() if self._may_begin(task.turn) else None
            if box is None:
                self._queue(task.turn).put(task.turn, task)
            else:
                self._count(task.turn, 1)
                box.put(task)

    def _queue(self, turn: Turn) -> FairQueue[Task[Any]]:
        return self._light if turn.light else self._heavy

    def _free_thread(self) -> Box | None:
        """The box of a thread that waits, of a new one while there may be more; else None."""
        if self._idle:
            return self._idle.pop()  # the one that was busy last: what it needs is at hand
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
            task = self._after(task, box)  # which also lets go of what was done, before a long wait
            if task is None:
                task = box.get()

    def _after(self, done: Task[Any], box: Box) -> Task[Any] | None:
        """The next task of a thread; when none may begin, its box is where it waits for one."""
        with self._lock:
            self._count(done.turn, -1)
            task = self._take()
            if task is not None:
                self._count(task.turn, 1)
            elif self._closed:
                box.put(None)
            else:
                self._idle.append(box)
        return task

    def _take(self) -> Task[Any] | None:
        running = self._heavy_running.total()
        if running < self._least_heavy and (task := self._heavy.take()) is not None:
            return task
        if (task := self._light.take()) is not None or running >= self._most_heavy:
            return task
        return self._heavy.take(
            [each for each, n in self._heavy_running.items() if n >= self._most_of_client]
        )

    def _may_begin(self, turn: Turn) -> bool:
        running = self._heavy_running
        return turn.light or (
            running.total() < self._most_heavy and running[turn.client] < self._most_of_client
        )

    def _count(self, turn: Turn, change: int) -> None:
        if not turn.light:
            self._heavy_running[turn.client] += change
            if not self._heavy_running[turn.client]:
                del self._heavy_running[turn.client]

    def _more(self) -> Task[Any] | None:
        with self._lock:
            return self._any_waiting()

    def _any_waiting(self) -> Task[Any] | None:
        return self._light.take() or self._heavy.take()
