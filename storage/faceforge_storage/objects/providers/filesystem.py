"""Bytes in plain files named by their hash: `sha256/ab/cd/abcd…`, read-only, for anyone to see and copy."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import re
import secrets
import shutil
import stat
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from faceforge_storage.errors import StorageFailed, Unavailable
from faceforge_storage.home.atomic import sync_directory
from faceforge_storage.home.home import Home
from faceforge_storage.home.regular_file import open_regular_file
from faceforge_storage.home.settings import Settings
from faceforge_storage.objects.arriving import Arriving, directory_of
from faceforge_storage.objects.disk import (
    disk_errors,
    require_space,
    sweep_files,
    sync_directories,
    sync_file,
    sync_files,
)
from faceforge_storage.objects.marker import StoreMarker, StoreRegister, Unregistered
from faceforge_storage.objects.provider import StoredObject
from faceforge_storage.objects.staging import StagedFile

log = logging.getLogger(__name__)

KEY = re.compile(r"sha256/([0-9a-f]{2})/([0-9a-f]{2})/\1\2[0-9a-f]{60}")
ARRIVING = "arriving"
ARRIVED = re.compile("[0-9a-f]+")
DAMAGED = "damaged"
"""Where damaged objects go when whole ones replace them: `HASH.RANDOM`, for a person to look at."""
NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EMLINK})
"""How a disk without hard links, such as one formatted as exFAT, refuses one."""
COPY_BYTES = 1024 * 1024
READ_ONLY = 0o444
ABSENT = frozenset({errno.ENOENT, errno.EIO})
"""The errors of a disk for bytes that are missing or cannot be read any more."""


class FileReader:
    """An open published file."""

    def __init__(self, path: Path) -> None:
        self._file = open_regular_file(path)
        self._size = os.fstat(self._file.fileno()).st_size

    @property
    def size_bytes(self) -> int:
        return self._size

    @property
    def file(self) -> BinaryIO:
        return self._file

    def read(self, offset: int, length: int) -> bytes:
        with disk_errors("to read an object"):
            self._file.seek(offset)
            parts = []
            while length > 0 and (part := self._file.read(length)):
                parts.append(part)
                length -= len(part)
            return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        self._file.close()


class FilesystemProvider:
    """Objects below one directory, which may be on another disk than staging."""

    has_local_files = True

    def __init__(
        self,
        root: Path,
        reserve_bytes: int = 0,
        name: str = "filesystem",
        register: StoreRegister | None = None,
    ) -> None:
        self.root = root
        self._marker = StoreMarker(root, register or Unregistered(), self._is_there)
        self.reserve_bytes = reserve_bytes
        self.name = name
        self._known: set[str] = set()  # directories below the root whose own names are on the disk already
        self._naming = threading.Lock()
        self._arriving = root / ARRIVING

    @property
    def away(self) -> bool:
        return self._marker.away

    def present(self) -> bool:
        return self._marker.present()

    def check(self) -> None:
        self._marker.check()

    def arriving(self, needed: int) -> Arriving:
        self.check()
        with disk_errors("to make room for objects"):
            require_space(self.root, needed, self.reserve_bytes)
        return Arriving(self._arriving, self.root)

    def publish(self, staged: Sequence[StagedFile]) -> list[StoredObject]:
        directories = [directory_of(each.sha256) for each in staged]
        with self._marker.held(), disk_errors("to publish an object"):
            sync_files(self.root, [each.path for each in staged if not each.durable])
            new: set[str] = set()
            for each, directory in zip(staged, directories, strict=True):
                self._store(each, directory, new)
            # Also where the name was there already: whoever made it may not have come to this line yet.
            named = {*directories, *(each.rpartition("/")[0] for each in new)}
            sync_directories(self.root, [f"{self.root}{os.sep}{each}" for each in named])
        self._known |= new
        return [
            StoredObject(each.sha256, each.size_bytes, self.name, "", f"{directory}/{each.sha256}")
            for each, directory in zip(staged, directories, strict=True)
        ]

    def open(self, stored: StoredObject) -> FileReader:
        try:
            return FileReader(self.path(stored))
        except OSError as refused:
            self.check()
            if isinstance(refused, FileNotFoundError):
                raise Unavailable(
                    "The bytes are not where they were put.",
                    hint="Put the file back, or upload it again; FaceForge has not deleted it.",
                ) from refused
            with disk_errors("to open an object"):
                raise

    def path(self, stored: StoredObject) -> Path:
        """The file of an object, for the local tools of this provider (backup, library view)."""
        if not KEY.fullmatch(stored.key):
            raise StorageFailed("An object is recorded under a key that this provider never made.")
        return self.root / stored.key

    def stat(self, stored: StoredObject) -> float | None:
        with disk_errors("to look at an object"):
            try:
                return self.path(stored).stat().st_mtime
            except FileNotFoundError:
                self.check()
                return None

    def delete(self, objects: Sequence[StoredObject]) -> None:
        hashes = {each.sha256 for each in objects}
        faults: list[OSError] = []
        with self._marker.held(), disk_errors("to delete an object"):
            paths = [self.path(each) for each in objects]
            aside = [
                each for each in (self.root / DAMAGED).glob("*.*") if each.name.partition(".")[0] in hashes
            ]
            for path in (*paths, *aside):
                try:
                    self._remove(path)
                except OSError as refused:
                    faults.append(refused)
            directories = {path.parent for path in paths}
            sync_directories(self.root, [str(each) for each in directories if each.is_dir()])
            if faults:
                raise faults[0]

    def list(self) -> Iterator[StoredObject]:
        self.check()
        with disk_errors("to list objects"):
            for path in (self.root / "sha256").glob("*/*/*"):
                key = path.relative_to(self.root).as_posix()
                if KEY.fullmatch(key):
                    yield StoredObject(path.name, path.stat().st_size, self.name, "", key)

    def sweep(self) -> int:
        with self._marker.held(), disk_errors("to sweep half-written objects"):
            (self.root / ARRIVING).mkdir(exist_ok=True)
            return sweep_files(self.root / ARRIVING, ARRIVED)

    def _is_there(self, stored: StoredObject) -> bool:
        try:
            return self.path(stored).stat().st_size == stored.size_bytes
        except OSError:
            return False

    def _renew(self, target: str, staged: StagedFile) -> bool:
        """Set the time of an existing object to now; False when it is missing or damaged.

        Its bytes are read again, since an upload that was verified may be dropped only for the very same bytes.
        """
        try:
            with Path(target).open("rb", buffering=0) as existing:
                if os.fstat(existing.fileno()).st_size != staged.size_bytes:
                    return False
                if hashlib.file_digest(existing, "sha256").hexdigest() != staged.sha256:
                    return False
            os.utime(target)
        except OSError as refused:
            if refused.errno not in ABSENT:
                raise
            return False
        return True

    def _store(self, staged: StagedFile, directory: str, new: set[str]) -> None:
        """Give staged bytes their name; directories whose names may not be on the disk yet are put into `new`."""
        target = f"{self.root}{os.sep}{directory}{os.sep}{staged.sha256}"
        if os.path.exists(target) and self._renew(target, staged):  # noqa: PTH110  # a third of the time of Path's
            staged.discard()
            return
        self._make_directory(directory, new)
        arrived = staged.path if staged.path.parent == self._arriving else self._arrive(staged, new)
        try:
            renamed = self._replace(arrived, target, staged)
        except BaseException:
            self._remove(arrived)
            raise
        if not renamed:
            self._remove(arrived)

    def _arrive(self, staged: StagedFile, new: set[str]) -> Path:
        """Bring a staged file onto this disk; answers where it is."""
        arrived = self._arriving / secrets.token_hex(16)
        self._make_directory(ARRIVING, new)
        try:
            try:
                staged.path.rename(arrived)
            except OSError as refused:
                if refused.errno != errno.EXDEV:
                    raise
                self._copy(staged, arrived)
            arrived.chmod(arrived.stat().st_mode & READ_ONLY)
        except BaseException:
            self._remove(arrived)
            raise
        staged.discard()
        return arrived

    def _copy(self, staged: StagedFile, arrived: Path) -> None:
        require_space(self.root, staged.size_bytes, self.reserve_bytes)
        with staged.path.open("rb") as source, arrived.open("xb") as sink:
            shutil.copyfileobj(source, sink, COPY_BYTES)
            sink.flush()
            sync_file(sink.fileno())

    @staticmethod
    def _remove(path: Path) -> None:
        """Remove a file, if it is there."""
        with contextlib.suppress(FileNotFoundError):
            if os.name == "nt":
                path.chmod(stat.S_IWRITE)  # Windows removes no read-only file
            path.unlink()

    def _replace(self, source: Path, target: str, staged: StagedFile) -> bool:
        """Give `source` the name, unless another writer's whole object has it by now; whether it was given."""
        with self._naming:
            if os.path.exists(target):  # noqa: PTH110  # as above
                if self._renew(target, staged):
                    return False
                self._set_aside(Path(target))
            source.replace(target)
        return True

    def _set_aside(self, target: Path) -> None:
        """Keep a damaged object under another name: what little is left of a file may be all there is of it."""
        aside = self.root / DAMAGED / f"{target.name}.{secrets.token_hex(8)}"
        new: set[str] = set()
        self._make_directory(DAMAGED, new)
        if new:
            sync_directory(self.root)
        log.error("a stored object is damaged; it is kept as %s/%s", DAMAGED, aside.name)
        try:
            if os.name == "nt":  # Windows puts nothing over a read-only file
                target.rename(aside)
            else:
                aside.hardlink_to(target)  # so that there is no moment without an object
        except OSError as refused:
            if refused.errno not in NO_LINKS:
                raise
            target.rename(aside)
        sync_directory(aside.parent)

    def _make_directory(self, directory: str, new: set[str]) -> None:
        """Make a directory below the root, unless it is there; the root is made with its marker only.

        Those whose own names may not survive a power cut yet are put into `new`, for the caller to see to that.
        """
        path = f"{self.root}{os.sep}{directory}"
        there = os.path.isdir(path)  # noqa: PTH112  # a third of the time of Path's
        if there and (directory in self._known or directory in new):
            return
        if above := directory.rpartition("/")[0]:
            self._make_directory(above, new)
        if not there:
            Path(path).mkdir(exist_ok=True)
        new.add(directory)


def open_provider(home: Home, settings: Settings, register: StoreRegister) -> FilesystemProvider:
    """The provider of a home: its assets directory, which leaves `limits.disk_reserve_bytes` of the disk free."""
    return FilesystemProvider(home.assets_dir, settings.limits.disk_reserve_bytes, register=register)
