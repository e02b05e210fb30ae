"""Copies files into the store and hashes them on the way: by reflink where the file system can, else block by block.

`copying_process` does it in a process of its own.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from blake3 import blake3

from faceforge_storage.errors import NoSpace, StorageFailed
from faceforge_storage.imports.identity import Identity, identity_of
from faceforge_storage.imports.source_folder import NotEntered, SourceFolder
from faceforge_storage.ingest.mime import sniff
from faceforge_storage.objects.arriving import Arriving
from faceforge_storage.objects.disk import disk_errors, write_whole
from faceforge_storage.objects.staging import HEAD_BYTES, StagedFile

SMALL_BYTES = 256 * 1024
"""Up to so much is read at once; what is larger goes through blocks, hashed in a second thread meanwhile."""
BLOCK_BYTES = 2 * 1024 * 1024
BLOCKS = 4
FICLONE = 0x40049409
"""The request of Linux by which a file shares the blocks of another until one of them is written to."""
NO_CLONES = frozenset({errno.EOPNOTSUPP, errno.ENOTTY, errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EPERM})
"""How a file system without that refuses."""
NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
NEW_MODE = 0o600 if os.name == "nt" else 0o444
"""Windows brings no read-only file to the disk; there `Arriving.prepare` makes it one."""
Check = Callable[[], None]
"""Called between blocks; what it raises ends the copying."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to copy, as it was planned."""

    path: str
    """Below the folder, as the system's own text."""
    identity: Identity
    via_link: bool = False
    filename: str = ""
    """Its name, which decides between media types that its bytes allow."""
    sha256: str | None = None
    """Where it is known."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A file that lies where the bytes of its store arrive, ready to be published."""

    staged: StagedFile
    mime_type: str


@dataclass(frozen=True, slots=True)
class NotCopied:
    """Why a file was not copied: a code, and words for people."""

    code: str
    message: str


CHANGED = NotCopied("changed", "It is not as it was planned; make a new plan to bring it in.")


class Copier:
    """Copies files of one folder. One thread at a time."""

    def __init__(self, folder: SourceFolder) -> None:
        self._folder = folder
        self._clones = sys.platform == "linux"
        self._hashing: ThreadPoolExecutor | None = None
        self._buffers = [memoryview(bytearray(BLOCK_BYTES)) for _ in range(BLOCKS)]
        self.bytes = 0
        """How many bytes of large files it has read since somebody set this to 0; other threads may look."""

    def close(self) -> None:
        """Release what is open."""
        if self._hashing is not None:
            self._hashing.shutdown()
        self._folder.close()

    def copy(
        self, sources: Sequence[Source], arriving: Arriving, check: Check, prefix: str = ""
    ) -> list[Copied | NotCopied]:
        """Copy files to where they arrive; for each what came of it. What ends the call leaves none of them.

        The names of the copies begin with the hexadecimal digits `prefix`.

        Raises NoSpace and StorageFailed for what the disk of the store refuses, and what `check` raises.
        """
        outcomes: list[Copied | NotCopied] = []
        try:
            for source in sources:
                check()
                outcomes.append(self._copy(source, f"{arriving.directory}{os.sep}{prefix}", check))
            arriving.prepare([each.staged for each in outcomes if isinstance(each, Copied)])
        except BaseException:
            discard(outcomes)
            raise
        return outcomes

    def _copy(self, source: Source, begin: str, check: Check) -> Copied | NotCopied:
        try:
            handle = self._folder.open(source.path, via_link=source.via_link)
        except OSError as refused:
            return _refusal(refused)
        try:
            before = os.fstat(handle)
            if not is_same(identity_of(before), source.identity):
                return CHANGED
            path = Path(begin + secrets.token_hex(16))
            try:
                copied = self._bytes(source, handle, path, check)
            except _Unread as refused:
                path.unlink(missing_ok=True)
                return _refusal(refused.error)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
            if identity_of(os.fstat(handle)) != identity_of(before) or not _as_planned(copied, source):
                path.unlink(missing_ok=True)
                return CHANGED
            return copied
        finally:
            os.close(handle)

    def _bytes(self, source: Source, handle: int, path: Path, check: Check) -> Copied:
        with disk_errors("to copy a file into the store"):
            target = os.open(path, NEW_FILE, NEW_MODE)
        try:
            size = source.identity.size
            if self._clones and size and self._clone(handle, target):
                data = _read(target, SMALL_BYTES + 1) if size <= SMALL_BYTES else None
            elif size <= SMALL_BYTES:
                data = _read(handle, SMALL_BYTES + 1)
                _write(target, data)
            else:
                data = None
            if data is None:
                return self._large(source, handle, target, path, check)
            return _copied(
                path, hashlib.sha256(data).hexdigest(), blake3(data).hexdigest(), data, len(data), source
            )
        finally:
            os.close(target)

    def _large(self, source: Source, handle: int, target: int, path: Path, check: Check) -> Copied:
        """Hash a file in a second thread while it is read, and written unless it is a clone already."""
        if self._hashing is None:
            self._hashing = ThreadPoolExecutor(1, thread_name_prefix="import-hash")
        cloned = os.fstat(target).st_size > 0
        sha256, whole = hashlib.sha256(), blake3()
        waiting: list[Future[None] | None] = [None] * BLOCKS
        head, size, turn = b"", 0, 0
        try:
            while True:
                check()
                if (hashed := waiting[turn]) is not None:
                    hashed.result()
                count = _read_into(target if cloned else handle, self._buffers[turn])
                if not count:
                    break
                block = self._buffers[turn][:count]
                waiting[turn] = self._hashing.submit(sha256.update, block)
                if not cloned:
                    _write(target, block)
                whole.update(block)
                head = head or bytes(block[:HEAD_BYTES])
                size, turn = size + count, (turn + 1) % BLOCKS
                self.bytes += count
        finally:
            for each in waiting:
                if each is not None:
                    each.result()
        return _copied(path, sha256.hexdigest(), whole.hexdigest(), head, size, source)

    def _clone(self, source: int, target: int) -> bool:
        """Let the new file share the blocks of its source, if these file systems can."""
        import fcntl

        try:
            fcntl.ioctl(target, FICLONE, source)
        except OSError as refused:
            if refused.errno in NO_CLONES:
                self._clones = False
                return False
            with disk_errors("to copy a file into the store"):
                raise
        return True


class _Unread(Exception):
    """The source could not be read."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


def discard(outcomes: Iterable[Copied | NotCopied]) -> None:
    """Remove copies that are not to be published. What cannot be removed the next start sweeps."""
    for each in outcomes:
        if isinstance(each, Copied):
            with contextlib.suppress(NoSpace, StorageFailed):
                each.staged.discard()


def is_same(now: Identity, planned: Identity) -> bool:
    """Whether a file is the one that was planned, at the same state of its bytes; its rights may have changed."""
    return now[:4] == planned[:4]


def _as_planned(copied: Copied, source: Source) -> bool:
    staged = copied.staged
    return staged.size_bytes == source.identity.size and source.sha256 in (None, staged.sha256)


def _copied(path: Path, sha256: str, whole: str, head: bytes, size: int, source: Source) -> Copied:
    staged = StagedFile(path, sha256, whole, size, head[:HEAD_BYTES], durable=False)
    mime_type = sniff(staged.head, source.filename)
    staged.head = b""  # many of them wait together
    return Copied(staged, mime_type)


def _read(handle: int, most: int) -> bytes:
    """What is in a file from its place on, up to `most` bytes."""
    try:
        data = os.read(handle, most)
        while 0 < len(data) < most and (more := os.read(handle, most - len(data))):
            data += more
    except OSError as refused:
        raise _Unread(refused) from refused
    return data


def _read_into(handle: int, buffer: memoryview) -> int:
    try:
        return os.readv(handle, [buffer]) if hasattr(os, "readv") else _read_slowly(handle, buffer)
    except OSError as refused:
        raise _Unread(refused) from refused


def _read_slowly(handle: int, buffer: memoryview) -> int:
    data = os.read(handle, len(buffer))
    buffer[: len(data)] = data
    return len(data)


def _write(target: int, data: bytes | memoryview) -> None:
    with disk_errors("to copy a file into the store"):
        write_whole(partial(os.write, target), data)


def _refusal(refused: OSError) -> NotCopied:
    if isinstance(refused, NotEntered):
        return NotCopied(refused.reason, str(refused))
    if isinstance(refused, FileNotFoundError):
        return NotCopied("gone", "It is not there any more.")
    code = "not_allowed" if isinstance(refused, PermissionError) else "not_readable"
    return NotCopied(code, refused.strerror or str(refused))
