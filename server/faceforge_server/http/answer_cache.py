"""Answers that are given again from memory until something changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from faceforge_server.http.answers import JsonAnswer

SHARE = 8
"""An answer of more than this part of the cache is not kept: it would drive out all others."""
ENTRY_BYTES = 2048
"""What an entry takes beside its body: its headers, and its key."""
KEY_BYTES = 1024
"""The longest that a key may be, and the longest body that is part of one."""


class AnswerCache:
    """The answers to reads since the last commit, those used last; used on the event loop only.

    `generation` counts the commits: what it is before reading is what `put` is to be given. `most` bytes are kept.
    A key says who asks, at which address, and what. Any commit ends all of them, also one of what is no record; it is
    counted before its write is answered, so whoever has written reads it, from any connection.
    """

    def __init__(self, generation: Callable[[], int], most: int) -> None:
        self.generation, self._most = generation, most
        self._answers: OrderedDict[Hashable, JsonAnswer] = OrderedDict()
        self._generation = generation()
        self._size = 0

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: Hashable) -> JsonAnswer | None:
        """The answer to this key, when nothing has changed since."""
        if self._generation != self.generation():
            self.clear()
            return None
        found = self._answers.get(key)
        if found is not None:
            self._answers.move_to_end(key)
        return found

    def put(self, key: Hashable, generation: int, answer: JsonAnswer) -> None:
        """Keep an answer that was read at a generation; does nothing when that is over, or when it is too large."""
        size = _size(answer)
        if generation != self.generation() or size > self._most // SHARE:
            return
        if self._generation != generation:
            self.clear()
        earlier = self._answers.pop(key, None)
        if earlier is not None:
            self._size -= _size(earlier)
        self._answers[key] = answer
        self._size += size
        while self._size > self._most:
            self._size -= _size(self._answers.popitem(last=False)[1])

    def clear(self) -> None:
        """Keep nothing of what is there."""
        self._answers.clear()
        self._size, self._generation = 0, self.generation()


def _size(answer: JsonAnswer) -> int:
    return answer.body.size + ENTRY_BYTES
