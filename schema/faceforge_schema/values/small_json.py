"""How small a JSON value is that the event loop may go through."""

from __future__ import annotations

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
