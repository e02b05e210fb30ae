"""Lets Python's collector of cycles rest while much is made that is all still needed."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_asking: list[int] = []
"""The threads that have asked for it."""


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Let the collector rest for the part of a second that this may take, in all threads.

    It would look through what a bulk operation holds again and again, for nothing: that took longer than the work.
    """
    own = threading.get_ident()
    with _lock:
        _asking.append(own)
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _asking.remove(own)
            if not _asking:
                gc.enable()
