"""A folder that is watched: it says when something came into it and all has been quiet since, and when it is away."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from watchfiles import Change, watch

from faceforge_storage.errors import FaceForgeError

log = logging.getLogger(__name__)

QUIET_SECONDS = 3.0
"""How long nothing may have changed before what came is looked at: a file that is being copied changes all the time."""
LONGEST_SECONDS = 60.0
"""After this long it is looked at all the same: what still grows then is left for the next time."""
LOOK_SECONDS = 5.0
"""How often it is looked whether the folder is still the same one, and a folder that is away is tried again."""
STEP_MILLISECONDS = 500
"""How often the thread looks up: it ends within this time."""


class WatchedFolder:
    """Watches one folder and all below it, in a thread of its own, from `start` until `stop`."""

    def __init__(
        self,
        path: str,
        allowed: Callable[[Path], None],
        *,
        quiet_seconds: float = QUIET_SECONDS,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        """`allowed` raises FaceForgeError where the folder may not be read; it is asked again and again."""
        self.path = Path(path)
        self.problem: str | None = None
        """Why it is not watched now, for people; None while it is."""
        self._allowed = allowed
        self._quiet, self._look = quiet_seconds, look_seconds
        self._lock = threading.Lock()
        self._first: float | None = None
        """When the first change came that nobody has looked at, by `time.monotonic`."""
        self._last = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watched-folder", daemon=True)

    def start(self) -> None:
        """Begin. What came while nobody watched counts as a change."""
        self._thread.start()

    def stop(self) -> None:
        """Let it end, which takes half a second; does not wait for it."""
        self._stopped.set()

    def join(self, seconds: float) -> bool:
        """Wait for its end; returns whether it came."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def changed(self, at: float | None = None) -> None:
        """Note a change, such as one that somebody knows of who has found a file still growing."""
        with self._lock:
            self._last = time.monotonic() if at is None else at
            if self._first is None:
                self._first = self._last

    def is_ready(self) -> bool:
        """Whether something has changed, and it is time to look at it."""
        with self._lock:
            now = time.monotonic()
            return self._first is not None and (
                now - self._last >= self._quiet or now - self._first >= LONGEST_SECONDS
            )

    def taken(self) -> None:
        """What has changed until now is being looked at."""
        with self._lock:
            self._first = None

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._watch()
            except FaceForgeError as error:
                self._away(error.detail)
            except FileNotFoundError:
                self._away(f"The folder {self.path} is not there.")
            except NotADirectoryError:
                self._away(f"{self.path} is no folder.")
            except (OSError, RuntimeError) as error:  # such as no watches left, or a name that is no UTF-8
                self._away(f"The folder {self.path} cannot be watched: {error}.")
            self._stopped.wait(self._look)

    def _away(self, problem: str) -> None:
        """Say what is wrong, once."""
        if self._stopped.is_set():
            return
        if self.problem != problem:
            log.warning("%s: %s It is tried again every %d seconds.", self.path, problem, self._look)
        self.problem = problem

    def _watch(self) -> None:
        """Watch until the folder is another one or away, or the end; raises FaceForgeError, OSError, RuntimeError."""
        self._allowed(self.path)
        same = _identity(self.path)
        found = watch(
            self.path,
            watch_filter=None,
            step=STEP_MILLISECONDS,
            rust_timeout=int(self._look * 1000),
            yield_on_timeout=True,
            stop_event=self._stopped,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        looked = time.monotonic()
        self.problem = None
        self.changed()
        for changes in found:
            if self._concern(changes):
                self.changed()
            goes = any(path == str(self.path) for _, path in changes)
            if goes or time.monotonic() - looked >= self._look:
                looked = time.monotonic()
                self._allowed(self.path)
                if _identity(self.path) != same:
                    return

    def _concern(self, changes: Iterable[tuple[Change, str]]) -> bool:
        """Whether among changes is one that may bring a file: what goes brings none, hidden files are left alone."""
        for change, path in changes:
            with suppress(ValueError):
                parts = Path(path).relative_to(self.path).parts
                if change != Change.deleted and not any(part.startswith(".") for part in parts):
                    return True
        return False


def _identity(path: Path) -> tuple[int, int]:
    """What tells a folder from another one under the same path; raises OSError."""
    found = path.stat()
    if not path.is_dir():
        raise NotADirectoryError(path)
    return found.st_dev, found.st_ino
