"""A folder that is imported from, opened once: what lies below it is opened from there, never through a swapped link.

Where the system can (`openat`), each part of a path is opened from the one before and no link is followed on the way:
a folder that becomes a symbolic link meanwhile leads nowhere. Elsewhere the real path is looked at just before.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faceforge_storage.imports.closed import Closed
from faceforge_storage.objects.marker import MARKER

AT = {os.open, os.stat} <= os.supports_dir_fd and os.scandir in os.supports_fd
"""Whether the system opens a file from the directory that holds it."""
DIRECTORY = (
    os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
)
FILE = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe that took the place of a file does not block
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class NotEntered(OSError):
    """What is there now is not read, whatever the system allows; `reason` is a code."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class SourceFolder:
    """The folder at a real path. Paths below it are the system's own text, with `/` between parts; "" is itself.

    Not for several threads at once.
    """

    def __init__(self, real: Path, closed: Closed) -> None:
        self.real = real
        self.closed = closed
        self._held: tuple[str, int] | None = None
        self._root = os.open(real, DIRECTORY) if AT else -1
        if real.resolve(strict=True) != real or closed.has(real.stat()):
            self.close()
            raise NotEntered("changed", "It is another folder by now.")

    def __enter__(self) -> SourceFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def again(self) -> SourceFolder:
        """The same folder, opened once more, for another thread. Raises OSError, NotEntered."""
        return SourceFolder(self.real, self.closed)

    def close(self) -> None:
        """Release what is open."""
        self._release()
        if self._root >= 0:
            os.close(self._root)
            self._root = -1

    def directory(self, path: str) -> int:
        """Open a directory below, without a link on the way. Raises OSError, NotEntered for what is never entered."""
        handle = os.dup(self._root)
        try:
            for part in path.split("/") if path else ():
                below = os.open(part, DIRECTORY, dir_fd=handle)
                os.close(handle)
                handle = below
                self._check(os.fstat(handle), handle)
        except BaseException:
            os.close(handle)
            raise
        return handle

    @contextmanager
    def entries(self, path: str) -> Iterator[Iterator[os.DirEntry[str]]]:
        """What lies in a directory below, in no order. Raises OSError, NotEntered for one that is never entered."""
        if AT:
            handle = self.directory(path)
            try:
                with os.scandir(handle) as found:
                    yield found
            finally:
                os.close(handle)
        else:
            place = Path(self._checked(path))
            if path and self.closed.holds(place):
                raise NotEntered("closed", "FaceForge keeps its own files there.")
            with os.scandir(place) as found:
                yield found

    def _check(self, status: os.stat_result, handle: int) -> None:
        if self.closed.has(status) or _has_marker(handle):
            raise NotEntered("closed", "FaceForge keeps its own files there.")

    def open(self, path: str, *, via_link: bool = False) -> int:
        """Open a regular file for reading; answers its descriptor, which the caller closes.

        Raises OSError, NotEntered when a link leads out of the folder by now, or it is no regular file.
        """
        place = self.target(path) if via_link else path
        folder, _, name = place.rpartition("/")
        handle = os.open(name, FILE, dir_fd=self._in(folder)) if AT else os.open(self._checked(place), FILE)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise NotEntered("special", "It is no regular file.")
        return handle

    def status(self, path: str, *, via_link: bool = False) -> os.stat_result:
        """What is at a path now, by itself when it is a link. Raises OSError."""
        place = self.target(path) if via_link else path
        folder, _, name = place.rpartition("/")
        if AT:
            return os.stat(name or ".", dir_fd=self._in(folder), follow_symlinks=False)
        return os.lstat(self._checked(place))

    def remove(self, path: str) -> None:
        """Remove a file, or a link by itself. Raises OSError."""
        folder, _, name = path.rpartition("/")
        if AT:
            os.unlink(name, dir_fd=self._in(folder))
        else:
            Path(self._checked(path)).unlink()

    def may_read(self, path: str, *, via_link: bool = False) -> bool:
        """Whether the system lets this process read a file; only opening it shows for certain. Raises OSError."""
        place = self.target(path) if via_link else path
        folder, _, name = place.rpartition("/")
        if AT:
            return os.access(name, os.R_OK, dir_fd=self._in(folder))
        return os.access(self._checked(place), os.R_OK)

    def target(self, path: str) -> str:
        """Where the links on the way to a path lead, as a path below the folder. Raises OSError, NotEntered."""
        try:
            found = (self.real / path).resolve(strict=True)
        except RuntimeError as loop:
            raise NotEntered("broken_link", "It is a link to itself.") from loop
        if not found.is_relative_to(self.real):
            raise NotEntered("outside", "It is a link that leads out of the folder.")
        below = found.relative_to(self.real)
        return "/".join(below.parts)

    def _in(self, folder: str) -> int:
        """The directory of what is asked next: mostly the one that was asked for last."""
        if self._held is None or self._held[0] != folder:
            handle = self.directory(folder)
            self._release()
            self._held = (folder, handle)
        return self._held[1]

    def _release(self) -> None:
        if self._held is not None:
            os.close(self._held[1])
            self._held = None

    def _checked(self, place: str) -> str:
        """The whole path, where no link is on the way now."""
        whole = self.real / place
        if whole.resolve(strict=True) != whole:
            raise NotEntered("changed", "A folder on the way is a link by now.")
        return str(whole)


def _has_marker(handle: int) -> bool:
    try:
        os.stat(MARKER, dir_fd=handle, follow_symlinks=False)
    except OSError:
        return False
    return True
