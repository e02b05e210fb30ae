"""Who waits for jobs is told here that there may be something: nobody holds a thread of the database meanwhile."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVarTuple
from weakref import WeakValueDictionary

from faceforge_storage.errors import Busy

TELL_SECONDS = 0.25
MOST_TOLD = 1000

Given = TypeVarTuple("Given")


class Notices:
    """News of jobs and of their logs, within this process. `expect…` may be called from any thread."""

    def __init__(self, most_waiting: int) -> None:
        """`most_waiting`: how many claims of one client may wait at once."""
        self._most = most_waiting
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._of_logs: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()
        self._waiting: Counter[str] = Counter()
        self._told: OrderedDict[str, float] = OrderedDict()
        self._untold: dict[str, Callable[[], None]] = {}
        self._lock = threading.Lock()
        self.closed = False

    def begin(self) -> None:
        """Bind to the running event loop; what is expected before is found by whoever looks first."""
        self._loop = asyncio.get_running_loop()

    def expect(self) -> None:
        """Jobs have changed. Whoever writes says so in its transaction: who waits asks the writer, after it."""
        self._soon(self._wake)

    def expect_log(self, job_id: str) -> None:
        """The log of a job, or its state, has changed; to be said once that is committed."""
        self._soon(self._wake_log, job_id)

    def close(self) -> None:
        """Core stops: whoever waits looks once more, and waits no longer. On the event loop."""
        self.closed = True
        self._wake()
        for job_id in list(self._of_logs):
            self._wake_log(job_id)

    def tell(self, job_id: str, announce: Callable[[], None]) -> None:
        """Announce the progress of a job a few times a second, however often it is said, and in the end the last."""
        with self._lock:
            rest = self._rest(job_id)
            if rest > 0:
                if job_id not in self._untold:
                    self._soon(self._tell_after, job_id, rest)
                self._untold[job_id] = announce
                return
            self._note_told(job_id)
        announce()

    def news(self) -> asyncio.Event:
        """The event set at the next change. Take it before looking, so that nothing is missed."""
        return self._news

    def news_of_log(self, job_id: str) -> asyncio.Event:
        """The event set when the log of a job grows or its state changes. Take it before looking, and keep it."""
        return self._of_logs.setdefault(job_id, asyncio.Event())

    async def wait(self, news: asyncio.Event, seconds: float) -> None:
        """Return when there is news, or after so many seconds."""
        with suppress(TimeoutError):
            # Not `wait_for`: before Python 3.12 it loses a cancellation that comes together with the news.
            async with asyncio.timeout(seconds):
                await news.wait()

    @contextmanager
    def waiting(self, client: str) -> Iterator[None]:
        """Count one more claim of a client that waits; raises Busy when too many do."""
        if self._waiting[client] >= self._most:
            said = f"{self._waiting[client]} requests of this token wait for jobs already"
            raise Busy(
                f"{said}; limits.waiting_claims allows {self._most}.",
                headers={"Retry-After": "1"},
            )
        self._waiting[client] += 1
        try:
            yield
        finally:
            self._waiting[client] -= 1
            self._waiting += Counter()  # without those of whom none is left

    def _soon(self, call: Callable[[*Given], None], *arguments: *Given) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has closed: nobody waits any more
                self._loop.call_soon_threadsafe(call, *arguments)

    def _rest(self, job_id: str) -> float:
        """In how many seconds the progress of a job may be told again."""
        return self._told.get(job_id, float("-inf")) + TELL_SECONDS - time.monotonic()

    def _note_told(self, job_id: str) -> None:
        self._untold.pop(job_id, None)
        self._told[job_id] = time.monotonic()
        self._told.move_to_end(job_id)
        while len(self._told) > MOST_TOLD:
            self._told.popitem(last=False)

    def _tell_after(self, job_id: str, seconds: float) -> None:
        assert self._loop is not None
        self._loop.call_later(seconds, self._tell_last, job_id)

    def _tell_last(self, job_id: str) -> None:
        """Announce what was said last, unless it was told meanwhile; on the event loop."""
        with self._lock:
            announce, rest = self._untold.get(job_id), self._rest(job_id)
            if announce is None:
                return
            if rest > 0:
                self._tell_after(job_id, rest)
                return
            self._note_told(job_id)
        announce()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _wake_log(self, job_id: str) -> None:
        if (event := self._of_logs.pop(job_id, None)) is not None:
            event.set()
