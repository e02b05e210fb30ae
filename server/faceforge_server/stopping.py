"""The end of the process: from the signal that asks for it, through what is let finish, to the moment when nothing is
waited for any more."""

from __future__ import annotations

import os
import threading
import time

FORCED = b"faceforge: stopped before all that was running had ended; nothing that was answered is lost\n"


class Stop:
    """A stop that takes at most `seconds`, whatever is running.

    What runs is let finish until `grace_ends`; then it is told to end, until `patience_ends` cancels it; a thread
    that does not end even so is left behind by ending the process. That is safe at any moment: what was acknowledged
    is on the disk.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._margin = min(1.0, seconds / 4)
        self._begun = threading.Event()
        self._end = 0.0

    def watch(self) -> None:
        """Look after the end from now on, in a thread: the event loop may be what does not end."""
        threading.Thread(target=self._force, name="stop", daemon=True).start()

    def begin(self) -> None:
        """A stop was asked for; may be called by a signal handler."""
        self._end = time.monotonic() + self._seconds
        self._begun.set()

    @property
    def grace_ends(self) -> float:
        """When what runs is told to end, by `time.monotonic`."""
        return self._end - 2 * self._margin

    @property
    def patience_ends(self) -> float:
        """When what has not ended is cancelled."""
        return self._end - self._margin

    def _force(self) -> None:
        self._begun.wait()
        time.sleep(max(0.0, self._end - self._margin / 4 - time.monotonic()))
        # No log and no print: a thread that hangs may hold their locks.
        os.write(2, FORCED)
        leave()


def leave() -> None:
    """End the process at once: a stop that was asked for is a good end."""
    os._exit(0)
