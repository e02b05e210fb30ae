"""What one answer may read, counted while it is read, and what all answers under way may hold together."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from sys import getsizeof
from typing import Any

from faceforge_storage.errors import AnswerTooLarge, Overloaded, QueryTooComplex
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
    """The bytes that all answers under way hold together. Any thread may use it."""

    def __init__(self, most: int) -> None:
        self._most, self._held = most, 0
        self._lock = threading.Lock()

    def reserve(self, count: int) -> None:
        """Reserve bytes, or give them back when `count` is negative. Raises Overloaded."""
        with self._lock:
            if count > 0 and self._held + count > self._most:
                raise Overloaded(
                    f"The answers under way hold {self._held} bytes, this one needs {count} more, and "
                    f"{self._most} are allowed for all.",
                    hint="Try again in a moment, or raise `limits.answers_bytes`.",
                    headers={"Retry-After": "1"},
                )
            self._held += count


class ReadBudget:
    """What one answer may read and hold. Used by one thread at a time; `release` when the answer has gone out."""

    def __init__(self, limits: Limits, memory: AnswerMemory) -> None:
        self._limits, self._memory = limits, memory
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
        """Say how many bytes the answer holds now, read or encoded. Raises AnswerTooLarge, Overloaded."""
        most = self._limits.answer_bytes
        if count > most:
            raise AnswerTooLarge(
                f"The answer is larger than the {most} bytes that are allowed; {count} were counted "
                "when it was stopped.",
            )
        if count > self._reserved:
            wanted = count + STEP_BYTES
            self._memory.reserve(wanted - self._reserved)
            self._reserved = wanted
        self.held = count

    def encoded(self, count: int) -> None:
        """The answer is encoded, in `count` bytes, and nothing else is held any more. Raises AnswerTooLarge."""
        kept = max(count, FREE_BYTES)
        if kept < self._reserved:
            self._memory.reserve(kept - self._reserved)
            self._reserved = kept
        self.hold(count)

    def release(self) -> None:
        """Give back everything; calling it again does nothing."""
        if self._reserved > FREE_BYTES:
            self._memory.reserve(FREE_BYTES - self._reserved)
            self._reserved = FREE_BYTES

    def _check_objects(self, count: int) -> None:
        most = self._limits.query_objects
        if count > most:
            raise QueryTooComplex(
                f"The query reads more than the {most} objects that are allowed; {count} were counted "
                "when it was stopped.",
                hint="Ask for fewer with `first`, or for fewer levels at once; or raise `limits.query_objects`.",
            )


def _size(rows: Sequence[Sequence[Any]], parsed: Sequence[int]) -> int:
    size = sum(getsizeof(each) for row in rows for each in row)
    for place in parsed:
        size += PARSED_FACTOR * sum(getsizeof(row[place]) for row in rows)
    return size
