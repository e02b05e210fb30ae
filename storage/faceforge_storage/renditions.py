"""Renditions: the thumbnails in `cache/`, by content hash and size. They are no records, and may be lost any time."""

from __future__ import annotations

import logging
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from faceforge_storage.home.atomic import write_atomically
from faceforge_storage.home.regular_file import open_regular_file
from faceforge_storage.ingest.isolation.messages import MOST_BYTES
from faceforge_storage.ingest.thumbnails import RECIPE, SIZES, is_tile

log = logging.getLogger(__name__)

NAME = re.compile(rf"[0-9a-f]{{64}}-(?:{'|'.join(map(str, SIZES))})-{RECIPE}\.webp")
OURS = re.compile(r"\.?[0-9a-f]{64}-[0-9]+-[0-9]+\.webp(?:\.[0-9a-f]{12})?")
"""Every name that any version has given, also to what was half-written."""
USED_AGAIN_SECONDS = 3600.0
"""How exactly it is known when a file was last used: looking at thumbnails is not to write to the disk each time."""
KEPT = 0.9
"""How much of the bound is left when it is reached, so that not each new file looks for the oldest one."""


class Renditions:
    """The thumbnails of one home. Each call blocks, and any thread may call; none raises for what the disk refuses.

    They take at most `limit` bytes, and leave `reserve` bytes of the disk free: what was used least goes first, and is
    made again when somebody asks. When a file was last used is its time of modification.
    """

    def __init__(self, directory: Path, limit: int, reserve: int = 0) -> None:
        self._directory, self._limit, self._reserve = directory, limit, reserve
        self._lock = threading.Lock()
        self._bytes = 0
        """What there is, or more where files have vanished meanwhile; less until `sweep` has counted."""
        self._refused = False
        """Whether the last write failed, and the log says so already."""

    @property
    def held_bytes(self) -> int:
        """What they take, about."""
        return self._bytes

    def find(self, sha256: str, size: int) -> bytes | None:
        """The thumbnail of the bytes with a hash; None when it is to be made. It counts as used."""
        path = self._path(sha256, size, RECIPE)
        try:
            with open_regular_file(path, follow=False) as file:
                state = os.fstat(file.fileno())
                if state.st_size > MOST_BYTES:
                    return None
                content, used = file.read(), state.st_mtime
        except OSError:
            return None
        if not _is_whole(content):
            return None
        if abs(time.time() - used) > USED_AGAIN_SECONDS:
            with suppress(OSError):
                os.utime(path)
        return content

    def missing(self, sha256: str, *, or_tile: bool = False) -> tuple[int, ...]:
        """Those of SIZES in which there is no thumbnail of the bytes with a hash, or only a drawn tile."""
        found = {size: self.find(sha256, size) for size in SIZES}
        return tuple(size for size, each in found.items() if each is None or (or_tile and is_tile(each)))

    def save(self, sha256: str, thumbnails: Mapping[int, bytes]) -> None:
        """Keep thumbnails, by size, in the place of earlier ones; where that cannot be, the log says why, once.

        The caller sees to it that the bytes are not purged meanwhile: what is kept after `remove` would stay.
        """
        for size, content in thumbnails.items():
            if len(content) <= self._limit:
                self._write(self._path(sha256, size, RECIPE), content)

    def _write(self, path: Path, content: bytes) -> None:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if shutil.disk_usage(path.parent).free - len(content) < self._reserve:
                raise OSError("the disk is nearly full (limits.disk_reserve_bytes)")
            write_atomically(path, content, durable=False)
        except OSError as refused:
            if not self._refused:
                log.warning("thumbnails cannot be kept in %s now: %s", self._directory, refused)
            self._refused = True
            return
        self._refused = False
        with self._lock:
            self._bytes += len(content)
            if self._bytes > self._limit:
                self._trim()

    def remove(self, sha256: str) -> None:
        """Remove what was made of the bytes with a hash, also by an earlier recipe."""
        for size in SIZES:
            for recipe in range(1, RECIPE + 1):
                try:
                    self._path(sha256, size, recipe).unlink(missing_ok=True)
                except NotADirectoryError:
                    pass  # nothing is there
                except OSError as refused:
                    log.warning("a thumbnail of purged bytes cannot be removed: %s", refused)

    def sweep(self) -> int:
        """At the start: make the directory, count what is there, remove what is half-written or of an earlier recipe.

        Answers how many files were removed. Whatever else lies there is left alone.
        """
        swept = found = 0
        with suppress(OSError):
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for entry in self._entries():
            try:
                if NAME.fullmatch(entry.name):
                    found += entry.stat().st_size
                elif OURS.fullmatch(entry.name) and not _is_being_written(entry):
                    Path(entry).unlink()
                    swept += 1
            except OSError:  # it is gone, or cannot be removed: nobody is hurt by it
                continue
        with self._lock:
            self._bytes += found
            if self._bytes > self._limit:
                self._trim()
        return swept

    def _trim(self) -> None:
        """Remove what was used least until there is room for a while; counts anew what there is."""
        found: list[tuple[float, int, str]] = []
        for entry in self._entries():
            with suppress(OSError):
                if NAME.fullmatch(entry.name):
                    state = entry.stat()
                    found.append((state.st_mtime, state.st_size, entry.path))
        self._bytes = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if self._bytes <= KEPT * self._limit:
                break
            with suppress(OSError):
                Path(path).unlink()
                self._bytes -= size

    def _entries(self) -> Iterator[os.DirEntry[str]]:
        """The files in the directories of the cache; none where there is no directory."""
        with suppress(OSError), os.scandir(self._directory) as directories:
            for directory in directories:
                with suppress(OSError), os.scandir(directory) as entries:
                    yield from entries

    def _path(self, sha256: str, size: int, recipe: int) -> Path:
        return self._directory / sha256[:2] / f"{sha256}-{size}-{recipe}.webp"


def _is_whole(content: bytes) -> bool:
    """Whether a file has the length that it says it has: a power cut may leave an empty one. RFC 9649, section 2.4."""
    return content[:4] == b"RIFF" and int.from_bytes(content[4:8], "little") + 8 == len(content)


def _is_being_written(entry: os.DirEntry[str]) -> bool:
    return entry.name.startswith(".") and time.time() - entry.stat().st_mtime < USED_AGAIN_SECONDS
