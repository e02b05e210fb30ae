"""What JSON from outside may be at most, so that every reader of it here and later can give it back as it came."""

from __future__ import annotations

from typing import Any

MAX_DEPTH = 100
"""Levels of lists and objects. Readers of JSON end somewhere beyond, each at another depth."""
MAX_DIGITS = 40
"""Of a number. A longer one could not be given back as it came: other readers of JSON keep 64 bits at best."""


SMALL_VALUES = 500
"""How many values a small JSON value holds."""


def is_small(value: object) -> bool:
    """Whether a JSON value holds so little that going through it holds nobody up; measured in constant time."""
    waiting, seen = [value], 0
    for each in waiting:  # grows while it is walked
        if isinstance(each, dict | list):
            seen += len(each)
            if seen > SMALL_VALUES:
                return False
            waiting += each.values() if isinstance(each, dict) else each
    return True


def nests_deeper(value: object, levels: int = MAX_DEPTH) -> bool:
    """Whether a JSON value has lists and objects in more than `levels` levels; measured without recursion."""
    layer: list[Any] = [value]
    for _ in range(levels + 1):
        layer = [each for each in layer if isinstance(each, dict | list)]
        if not layer:
            return False
        layer = [each for one in layer for each in (one.values() if isinstance(one, dict) else one)]
    return True
