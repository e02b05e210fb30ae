"""Staging: a stream becomes a file of known hash and size before anybody can see it."""

from __future__ import annotations

import hashlib
import re
import secrets
from pathlib import Path

from blake3 import blake3

from faceforge_storage.errors import Fault, HashMismatch, PayloadTooLarge, SizeMismatch
from faceforge_storage.objects.disk import disk_errors, require_space, sweep_files, sync_file

PREFIX, SUFFIX = "staged-", ".part"
NAME = re.compile(rf"{PREFIX}.+{re.escape(SUFFIX)}")
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
            self.path.unlink(missing_ok=True)


class StagingFile:
    """A file while its bytes arrive. Every call blocks; one caller at a time."""

    def __init__(self, path: Path, limit: int | None, reserve: int) -> None:
        self._path = path
        self._limit = limit
        self._reserve = reserve
        self._sha256 = hashlib.sha256()
        self._blake3 = blake3()
        self._head = b""
        self._next_check = CHECK_SPACE_EVERY
        self._file = path.open("xb", buffering=0)
        self.size_bytes = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Append bytes. Raises PayloadTooLarge, NoSpace or StorageFailed; then discard."""
        size = self.size_bytes + len(data)
        if self._limit is not None and size > self._limit:
            raise PayloadTooLarge(
                f"The file is larger than the {self._limit} bytes that are allowed.", hint=SMALLER
            )
        with disk_errors("to write a staged file"):
            if size >= self._next_check:
                self._next_check = size + CHECK_SPACE_EVERY
                require_space(self._path.parent, len(data), self._reserve)
            self._sha256.update(data)
            self._blake3.update(data)
            if len(self._head) < HEAD_BYTES:
                self._head += bytes(data[: HEAD_BYTES - len(self._head)])
            rest = memoryview(data)
            while rest:  # an unbuffered write may write only a part
                rest = rest[self._file.write(rest) :]
        self.size_bytes = size

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
        hashes = self._sha256.hexdigest(), self._blake3.hexdigest()
        return StagedFile(self._path, *hashes, self.size_bytes, self._head)

    def _check(self, sha256: str | None, size_bytes: int | None) -> None:
        if size_bytes is not None and size_bytes != self.size_bytes:
            detail = f"{size_bytes} bytes were declared and {self.size_bytes} arrived."
            raise SizeMismatch(detail, errors=(Fault("/size_bytes", detail, "size_mismatch"),))
        if sha256 is not None and sha256.lower() != self._sha256.hexdigest():
            detail = f"sha256 {sha256.lower()} was declared; the bytes have {self._sha256.hexdigest()}."
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
            return StagingFile(
                self.directory / f"{PREFIX}{secrets.token_hex(16)}{SUFFIX}", limit, self.reserve_bytes
            )

    def sweep(self) -> int:
        """Remove what a crash left behind; returns how many files. Call before the first upload."""
        with disk_errors("to sweep the staging directory"):
            self.directory.mkdir(parents=True, exist_ok=True)
            return sweep_files(self.directory, NAME)
