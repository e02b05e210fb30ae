"""Staging: a stream becomes a file of known hash and size before anybody can see it."""

from __future__ import annotations

import hashlib
import io
import os
import re
import secrets
import stat
from pathlib import Path

from blake3 import blake3

from faceforge_storage.errors import Fault, HashMismatch, PayloadTooLarge, SizeMismatch
from faceforge_storage.home.atomic import sync_directory
from faceforge_storage.objects.disk import disk_errors, require_space, sweep_files, sync_file, write_whole

PREFIX, SUFFIX = "staged-", ".part"
NAME = re.compile(rf"{PREFIX}.+{re.escape(SUFFIX)}")
KEPT_PREFIX = "upload-"
KEPT = re.compile(rf"{KEPT_PREFIX}([0-9a-f]{{64}}){re.escape(SUFFIX)}")
"""Parts of files, which the sweep of staging leaves alone: whoever keeps them knows how long."""
READ_BYTES = 1024 * 1024
HEAD_BYTES = 8192
"""How much of the beginning is kept in memory, enough to detect the media type."""
CHECK_SPACE_EVERY = 64 * 1024 * 1024
SMALLER = "Send a smaller file, or raise `limits.upload_bytes` in config/core.json."


class StagedFile:
    """A complete file in staging: `sha256` and `blake3` (64 lower-case hex), `size_bytes`, and `head`, its first bytes.

    It has no name that anybody knows: publish it or discard it. Unless it is `durable`, its bytes may be in a cache on
    the way to the disk: whoever publishes many lets them arrive there together.
    """

    def __init__(
        self, path: Path, sha256: str, blake3: str, size_bytes: int, head: bytes, *, durable: bool = True
    ) -> None:
        self.path = path
        self.durable = durable
        self.sha256 = sha256
        self.blake3 = blake3
        self.size_bytes = size_bytes
        self.head = head

    def discard(self) -> None:
        """Remove the file; after publishing, or a second time, this does nothing."""
        with disk_errors("to remove a staged file"):
            if os.name == "nt" and self.path.exists():
                self.path.chmod(stat.S_IWRITE)  # Windows removes no read-only file
            self.path.unlink(missing_ok=True)


class Digests:
    """What is computed of bytes as they come: their hashes, their number and their first bytes."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()
        self.blake3 = blake3()
        self.head = b""
        self.size_bytes = 0

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Take the next bytes in."""
        self.sha256.update(data)
        self.blake3.update(data)
        if len(self.head) < HEAD_BYTES:
            self.head += bytes(data[: HEAD_BYTES - len(self.head)])
        self.size_bytes += len(data)

    def copy(self) -> Digests:
        """Those of the same bytes, to come back to."""
        made = Digests()
        made.sha256, made.blake3 = self.sha256.copy(), self.blake3.copy()
        made.head, made.size_bytes = self.head, self.size_bytes
        return made

    @classmethod
    def of(cls, file: io.FileIO, size: int) -> Digests:
        """Those of the first `size` bytes of a file, or of all when it has fewer; leaves the file behind them."""
        found = cls()
        file.seek(0)
        while found.size_bytes < size and (data := file.read(min(READ_BYTES, size - found.size_bytes))):
            found.update(data)
        return found


class StagingFile:
    """A file while its bytes arrive. Every call blocks; one caller at a time."""

    def __init__(
        self, path: Path, file: io.FileIO, limit: int | None, reserve: int, digests: Digests | None = None
    ) -> None:
        """`file` is open, without a buffer, behind the bytes that `digests` has."""
        self._path = path
        self._file = file
        self._limit = limit
        self._reserve = reserve
        self._digests = Digests() if digests is None else digests
        self._next_check = self.size_bytes + CHECK_SPACE_EVERY

    @property
    def size_bytes(self) -> int:
        """How many bytes have arrived."""
        return self._digests.size_bytes

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Append bytes. Raises PayloadTooLarge, NoSpace or StorageFailed; then discard, or `keep`."""
        size = self.size_bytes + len(data)
        if self._limit is not None and size > self._limit:
            raise PayloadTooLarge(
                f"The file is larger than the {self._limit} bytes that are allowed.", hint=SMALLER
            )
        with disk_errors("to write a staged file"):
            if size >= self._next_check:
                self._next_check = size + CHECK_SPACE_EVERY
                require_space(self._path.parent, len(data), self._reserve)
            write_whole(self._file.write, data)
        self._digests.update(data)

    def digests(self) -> Digests:
        """What has arrived so far, for `cut_back`."""
        return self._digests.copy()

    def cut_back(self, digests: Digests) -> None:
        """Take back what has arrived since `digests` were those of this file. Raises NoSpace, StorageFailed."""
        with disk_errors("to cut a staged file back"):
            self._file.truncate(digests.size_bytes)
            self._file.seek(digests.size_bytes)
        self._digests = digests

    def sync(self) -> None:
        """Return once all that has arrived is on the disk. Raises NoSpace, StorageFailed."""
        with disk_errors("to keep a part of a file"):
            sync_file(self._file.fileno())

    def keep(self) -> Digests:
        """Stop for now: `Staging.go_on` goes on. A write that failed leaves nothing. Raises NoSpace, StorageFailed."""
        try:
            with disk_errors("to keep a part of a file"):
                self._file.truncate(self.size_bytes)
            self.sync()
        finally:
            self._file.close()
        return self._digests

    def finish(self, sha256: str | None = None, size_bytes: int | None = None) -> StagedFile:
        """Check what was declared, and return once the bytes are on the disk.

        Raises SizeMismatch, HashMismatch, NoSpace or StorageFailed; the file is removed then.
        """
        try:
            self._check(sha256, size_bytes)
            with disk_errors("to finish a staged file"):
                sync_file(self._file.fileno())
                self._file.close()
        except BaseException:
            self.discard()
            raise
        found = self._digests
        return StagedFile(
            self._path, found.sha256.hexdigest(), found.blake3.hexdigest(), self.size_bytes, found.head
        )

    def _check(self, sha256: str | None, size_bytes: int | None) -> None:
        if size_bytes is not None and size_bytes != self.size_bytes:
            detail = f"{size_bytes} bytes were declared and {self.size_bytes} arrived."
            raise SizeMismatch(detail, errors=(Fault("/size_bytes", detail, "size_mismatch"),))
        found = self._digests.sha256.hexdigest()
        if sha256 is not None and sha256.lower() != found:
            detail = f"sha256 {sha256.lower()} was declared; the bytes have {found}."
            raise HashMismatch(detail, errors=(Fault("/sha256", detail, "hash_mismatch"),))

    def discard(self) -> None:
        """Stop and remove what has arrived; a second time this does nothing."""
        with disk_errors("to remove a staged file"):
            try:
                self._file.close()
            finally:
                self._path.unlink(missing_ok=True)


class Staging:
    """The directory where uploads wait. Only one Core uses it, which is why `sweep` may empty it.

    `reserve_bytes` is how much of the disk must stay free.
    """

    def __init__(self, directory: Path, reserve_bytes: int = 0) -> None:
        self.directory = directory
        self.reserve_bytes = reserve_bytes

    def begin(self, limit: int | None = None, expected: int = 0) -> StagingFile:
        """Open a new file for at most `limit` bytes, `expected` of them announced.

        Raises PayloadTooLarge or NoSpace before a byte is accepted.
        """
        if limit is not None and expected > limit:
            raise PayloadTooLarge(f"{expected} bytes are announced and {limit} are allowed.", hint=SMALLER)
        with disk_errors("to begin a staged file"):
            if not self.directory.is_dir():  # somebody cleared it away while Core runs
                self.directory.mkdir(mode=0o700)
            require_space(self.directory, expected, self.reserve_bytes)
            path = self.directory / f"{PREFIX}{secrets.token_hex(16)}{SUFFIX}"
            return StagingFile(path, path.open("xb", buffering=0), limit, self.reserve_bytes)

    def go_on(
        self, name: str, size: int, limit: int, expected: int, digests: Digests | None = None
    ) -> StagingFile:
        """Open the part of a file that `StagingFile.keep` has left under a `name`, behind its first `size` bytes.

        What lies behind them is removed; when there are fewer, and at first there are none, `size_bytes` says so. They
        are read again where `digests` are not of just these bytes. `expected` are announced. Raises NoSpace,
        StorageFailed.
        """
        path = self._part(name)
        with disk_errors("to go on with a staged file"):
            self.directory.mkdir(mode=0o700, exist_ok=True)
            require_space(self.directory, expected, self.reserve_bytes)
            is_new = not path.exists()
            file = path.open("x+b" if is_new else "r+b", buffering=0)
            try:
                if is_new:
                    sync_directory(self.directory)
                size = min(size, os.fstat(file.fileno()).st_size)
                if digests is None or digests.size_bytes != size:
                    digests = Digests.of(file, size)
                file.truncate(size)
                file.seek(size)
            except BaseException:
                file.close()
                raise
        return StagingFile(path, file, limit, self.reserve_bytes, digests)

    def require_space(self, expected: int) -> None:
        """Raise NoSpace unless so many bytes fit on the disk beside its reserve."""
        with disk_errors("to look for space"):
            require_space(self.directory, expected, self.reserve_bytes)

    def kept(self, name: str) -> int:
        """How many bytes lie under a name; 0 when there is nothing."""
        with disk_errors("to look at a part of a file"):
            try:
                return self._part(name).stat().st_size
            except FileNotFoundError:
                return 0

    def forget(self, name: str) -> None:
        """Remove what lies under a name, if anything does."""
        with disk_errors("to remove a part of a file"):
            self._part(name).unlink(missing_ok=True)

    def names(self) -> set[str]:
        """The names under which parts of files lie."""
        with disk_errors("to look for parts of files"):
            found = (KEPT.fullmatch(path.name) for path in self.directory.iterdir())
            return {each[1] for each in found if each}

    def _part(self, name: str) -> Path:
        path = self.directory / f"{KEPT_PREFIX}{name}{SUFFIX}"
        if KEPT.fullmatch(path.name) is None:
            raise ValueError("no name of ours")
        return path

    def sweep(self) -> int:
        """Remove what a crash left behind; returns how many files. Call before the first upload."""
        with disk_errors("to sweep the staging directory"):
            self.directory.mkdir(parents=True, exist_ok=True)
            return sweep_files(self.directory, NAME)
