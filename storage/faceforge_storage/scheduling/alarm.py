"""Calls when something takes too long: by one thread that stays, where a timer would begin one each time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf

log = logging.getLogger(__name__)


class Alarm:
    """Watches one thing after the other. Used by one thread at a time; `close` by any."""

    def __init__(self, act: Callable[[], None]) -> None:
        """`act` is called while the alarm holds its lock: it must not use the alarm."""
        self._act = act
        self._changed = threading.Condition()
        self._ends = inf
        """When it is to call."""
        self._wakes = inf
        """When its thread looks next, by itself."""
        self._thread: threading.Thread | None = None
        self._closed = False

    @contextmanager
    def after(self, seconds: float) -> Iterator[None]:
        """Call once when this lasts longer; after this it does not call any more."""
        with self._changed:
            self._ends = time.monotonic() + seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="alarm", daemon=True)
                self._thread.start()
            elif self._ends < self._wakes:  # else it looks early enough, as it mostly does
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._ends = inf

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            while not self._closed:
                left = self._ends - time.monotonic()
                if left <= 0:
                    self._ends = inf
                    try:
                        self._act()
                    except Exception:  # it watches what comes next all the same
                        log.exception("what took too long could not be ended")
                else:
                    self._wakes = self._ends
                    self._changed.wait(None if left == inf else left)
