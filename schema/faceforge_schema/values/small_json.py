"""How little of what was sent the event loop may go through; more would hold others up."""

from __future__ import annotations

QUICK_BYTES = 8 * 1024
"""How many bytes are read at once."""
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
