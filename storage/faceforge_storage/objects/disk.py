"""Durability and space on a disk: fsync, the reserve, and the errors of the operating system as our own."""

from __future__ import annotations

import ctypes
import logging
import os
import platform
import re
import shutil
import stat
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from faceforge_storage.errors import NoSpace, StorageFailed
from faceforge_storage.home.atomic import FULL, sync_directory

log = logging.getLogger(__name__)


@contextmanager
def disk_errors(doing: str) -> Iterator[None]:
    """Turn what the operating system refuses inside the block into NoSpace or StorageFailed.

    `doing` completes the sentence "The disk refused …". The system's own words, which name paths of this
    machine, go to the log only.
    """
    try:
        yield
    except OSError as refused:
        log.error("the disk refused %s: %s", doing, refused)
        if refused.errno in FULL:
            raise NoSpace(f"The disk is full; it refused {doing}.") from refused
        raise StorageFailed(f"The disk refused {doing}.") from refused


def write_whole(write: Callable[[memoryview], int], data: bytes | bytearray | memoryview) -> None:
    """Write all of this by calls of `write`, which may write only a part and says how much: that of a file without a
    buffer. One with a buffer tries again on `close` what the disk has refused, and raises where nobody expects it.
    """
    rest = memoryview(data)
    while rest:
        rest = rest[write(rest) :]


def require_space(directory: Path, needed: int, reserve: int) -> None:
    """Raise NoSpace when writing `needed` bytes would leave less than `reserve` bytes free on that disk.

    A full disk stops the database too, so refusing early is what keeps the rest of Core alive.
    """
    free = shutil.disk_usage(directory).free
    if free - needed < reserve:
        raise NoSpace(
            f"{needed} bytes are to be written, {free} are free and {reserve} are kept in reserve "
            "(limits.disk_reserve_bytes)."
        )


def sweep_files(directory: Path, made_here: re.Pattern[str]) -> int:
    """Remove the files of a directory that have a name of ours; returns how many.

    Whatever else lies there, such as the `@eaDir` of a NAS or a link, is left alone. A file that cannot be removed is
    logged.
    """
    swept = 0
    for path in directory.iterdir():
        if made_here.fullmatch(path.name) is None or not stat.S_ISREG(path.lstat().st_mode):
            continue
        try:
            if os.name == "nt":
                path.chmod(stat.S_IWRITE)  # Windows removes no read-only file
            path.unlink()
            swept += 1
        except OSError as refused:
            log.warning("%s is left from an earlier run and cannot be removed: %s", path, refused.strerror)
    return swept


def sync_file(descriptor: int) -> None:
    """Return once the bytes of an open file are on the disk itself, not in a cache on the way to it."""
    if sys.platform == "darwin":  # fsync on macOS stops at the drive's own cache
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def sync_files(directory: Path, files: Sequence[Path]) -> None:
    """Return once the bytes of all these files, which lie on the disk of `directory`, are on it.

    Where the system can, all that waits for that disk is written at once: that takes one wait instead of many.
    """
    if len(files) >= TOGETHER and _sync_file_system(directory):
        return
    for path in files:
        descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
        try:
            sync_file(descriptor)
        finally:
            os.close(descriptor)


def sync_directories(directory: Path, changed: Collection[str]) -> None:
    """Return once the names in these directories, on the disk of `directory`, are on it."""
    if len(changed) >= TOGETHER and _sync_file_system(directory):
        return
    for each in changed:
        sync_directory(Path(each))


TOGETHER = 4
"""From so many on they are brought to the disk together."""


def _sync_file_system(directory: Path) -> bool:
    """Bring all that waits for a disk to it; False where the system cannot, or would not say that it failed."""
    call = _syncfs()
    if call is None:
        return False
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        if call(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(descriptor)
    return True


@cache
def _syncfs() -> Callable[[int], int] | None:
    """`syncfs` of the C library, on a Linux that reports by it what could not be written: from 5.8 on."""
    if sys.platform != "linux":
        return None
    release = tuple(int(each) for each in re.findall(r"\d+", platform.release())[:2])
    function = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    return function if release >= (5, 8) else None


def boot_id() -> str | None:
    """Which run of the machine this is, None where it does not say. Within one run a killed process loses nothing that
    it has written: only a power cut does."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip() or None
    except (OSError, UnicodeDecodeError):
        return None
