"""What one answer may read, counted while it is read, and what all answers under way may hold together."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from sys import getsizeof
from typing import Any

from faceforge_storage.errors import AnswerTooLarge, Overloaded, QueryTooComplex, Unavailable
from faceforge_storage.home.settings import Limits

PARSED_FACTOR = 8
"""How much larger JSON may be once it is parsed: `{"a":1}` has 7 bytes, and takes over 200 as a dict."""
FREE_BYTES = 128 * 1024
"""What an answer may hold without asking: a small one is never refused because of the large ones beside it."""
SMALL_OBJECTS = 2000
"""How many objects a small answer has at most."""
STEP_BYTES = 256 * 1024
"""How much is reserved at a time."""


class AnswerMemory:
    """The bytes that all answers under way hold together. Any thread may use it.

    No client has more than half of them, so that another's large answer finds room; where a single answer may be larger
    than that, a client has one.
    """

    def __init__(self, limits: Limits) -> None:
        self._most = limits.answers_bytes
        self._most_of_client = min(self._most, max(self._most // 2, limits.answer_bytes + STEP_BYTES))
        self._held: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def held(self) -> int:
        """How many bytes are reserved."""
        with self._lock:
            return self._held.total()

    def reserve(self, client: str, count: int) -> None:
        """Reserve bytes for a client, or give them back when `count` is negative. Raises Overloaded."""
        with self._lock:
            if count > 0:
                own, total = self._held[client], self._held.total()
                if total + count > self._most:
                    raise _overloaded(total, count, f"{self._most} are allowed for all")
                if own + count > self._most_of_client:
                    raise _overloaded(own, count, f"{self._most_of_client} are allowed for one client")
            self._held[client] += count
            if not self._held[client]:
                del self._held[client]


def _overloaded(held: int, count: int, allowed: str) -> Overloaded:
    return Overloaded(
        f"The answers under way hold {held} bytes, this one needs {count} more, and {allowed}.",
        hint="Try again in a moment, or raise `limits.answers_bytes`.",
        headers={"Retry-After": "1"},
    )


class ReadBudget:
    """What one answer may read and hold. Counted by one thread at a time; `release` when the answer has gone out.

    A thread that still reads for whoever has gone meanwhile is stopped by what it counts next: `hold` raises then.
    """

    def __init__(self, limits: Limits, memory: AnswerMemory, client: str) -> None:
        self._limits, self._memory, self._client = limits, memory, client
        self._lock = threading.Lock()
        self._released = False
        self._reserved = FREE_BYTES
        self._rows = self._objects = 0
        self.held = 0
        """Bytes that the answer holds, as counted so far."""

    @property
    def is_small(self) -> bool:
        """Whether the answer takes so little that encoding it holds nobody up."""
        return self.held <= FREE_BYTES and self._objects <= SMALL_OBJECTS

    def count_objects(self, count: int) -> None:
        """Count objects that are answered; raises QueryTooComplex."""
        self._objects += count
        self._check_objects(self._objects)

    def count_rows(self, rows: Sequence[Sequence[Any]], *, parsed: Sequence[int] = ()) -> None:
        """Count rows as they come from the driver; `parsed` are the places of the JSON that will be parsed.

        Raises QueryTooComplex, AnswerTooLarge, Overloaded.
        """
        self._rows += len(rows)
        self._check_objects(self._rows)
        self.hold(self.held + _size(rows, parsed))

    def fitting(self, rows: Sequence[Sequence[Any]], *, parsed: Sequence[int] = ()) -> int:
        """How many of the first rows fit into what is left."""
        left, count = self._limits.answer_bytes - self.held, 0
        for count, row in enumerate(rows):
            left -= _size([row], parsed)
            if left < 0 or self._rows + count >= self._limits.query_objects:
                return count
        return count + bool(rows)

    def hold(self, count: int) -> None:
        """Say how many bytes the answer holds now, read or encoded. Raises AnswerTooLarge, Overloaded, and Unavailable
        when the budget is released."""
        most = self._limits.answer_bytes
        if count > most:
            raise AnswerTooLarge(
                f"The answer is larger than the {most} bytes that are allowed; {count} were counted "
                "when it was stopped.",
            )
        with self._lock:
            if self._released:
                raise Unavailable("Nobody waits for the answer any more.")
            if count > self._reserved:
                self._reserve(count + STEP_BYTES)
        self.held = count

    def encoded(self, count: int) -> None:
        """The answer is encoded, in `count` bytes, and nothing else is held any more. Raises what `hold` does."""
        with self._lock:
            self._reserve(min(self._reserved, max(count, FREE_BYTES)))
        self.hold(count)

    def renew(self) -> None:
        """Give back everything and count anew: for the next of many answers."""
        self.release()
        self._rows = self._objects = self.held = 0
        self._released = False

    def release(self) -> None:
        """Give back everything; calling it again does nothing."""
        with self._lock:
            self._released = True
            self._reserve(FREE_BYTES)

    def _reserve(self, count: int) -> None:
        """Have so many bytes reserved; the lock is held."""
        if count != self._reserved:
            self._memory.reserve(self._client, count - self._reserved)
            self._reserved = count

    def _check_objects(self, count: int) -> None:
        most = self._limits.query_objects
        if count > most:
            raise QueryTooComplex(
                f"The query reads more than the {most} objects that are allowed; {count} were counted "
                "when it was stopped.",
                hint="Ask for fewer with `first`, or for fewer levels at once; or raise `limits.query_objects`.",
            )


@contextmanager
def released_on_error(budget: ReadBudget) -> Iterator[None]:
    """Give the budget of an answer back when there will be none; else whoever sends it does."""
    try:
        yield
    except BaseException:
        budget.release()
        raise


def _size(rows: Sequence[Sequence[Any]], parsed: Sequence[int]) -> int:
    size = sum(getsizeof(each) for row in rows for each in row)
    for place in parsed:
        size += PARSED_FACTOR * sum(getsizeof(row[place]) for row in rows)
    return size
