"""One Core per data directory: a lock of the operating system, released however the process ends."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from faceforge_storage.errors import CannotStart
from faceforge_storage.home.home import Home


class HomeLock:
    """Locks the home while entered. Raises CannotStart when another process holds it, or nobody can."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._lock = FileLock(home.config_dir / "core.lock", mode=0o600)

    def acquire(self) -> bool:
        """Lock the home and return True; False when another process holds it. Raises CannotStart when nobody can."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        except OSError as fault:
            if fault.errno == errno.EROFS and _is_read_only(self.home.db_dir):
                return True  # nobody can write to it, so nobody has to be kept out
            raise CannotStart.unwritable(self._lock.lock_file, fault.strerror) from None
        return True

    def release(self) -> None:
        self._lock.release()

    def __enter__(self) -> HomeLock:
        if not self.acquire():
            raise CannotStart(
                f"Another FaceForge Core is already running on the data directory {self.home.root}.",
                "Use that one, stop it first, or choose another directory with --home.",
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _is_read_only(directory: Path) -> bool:
    """Whether the disk of a directory is mounted for reading only."""
    if os.name == "nt":
        return False
    return bool(os.statvfs(directory).f_flag & os.ST_RDONLY)
