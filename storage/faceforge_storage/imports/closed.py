"""What an import never enters: the directories of FaceForge itself, known by their numbers and not by their names."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from faceforge_storage.imports.identity import LAST_63_BITS
from faceforge_storage.objects.marker import MARKER

if TYPE_CHECKING:  # it takes the settings with it, which a process that copies files has no use for
    from faceforge_storage.home.home import Home

Numbers = tuple[int, int]
PRETENDED = (Path("/proc"), Path("/sys"), Path("/dev"))


def numbers_of(status: os.stat_result) -> Numbers:
    """Device and inode: what a directory is known by."""
    return status.st_dev & LAST_63_BITS, status.st_ino & LAST_63_BITS


class Closed:
    """The directories of an installation as they are now; a store of any installation is known by its marker."""

    def __init__(self, directories: Iterable[Path]) -> None:
        self.numbers: set[Numbers] = set()
        for directory in directories:
            try:
                self.numbers.add(numbers_of(directory.stat()))
            except OSError:
                continue  # what is not there cannot be entered

    @classmethod
    def known_by(cls, numbers: Iterable[Numbers]) -> Closed:
        """The directories that have these numbers."""
        closed = cls(())
        closed.numbers.update(numbers)
        return closed

    @classmethod
    def of(cls, home: Home) -> Closed:
        """The home, every directory that `paths` put elsewhere, and what the system only pretends to be files."""
        return cls([home.root, home.assets_dir, *home.directories(), *PRETENDED])

    def has(self, status: os.stat_result) -> bool:
        """Whether a directory is one of them."""
        return numbers_of(status) in self.numbers

    def holds(self, path: Path) -> bool:
        """Whether a directory is one of them, is a store, or lies in one. Raises OSError."""
        return any(self.has(each.stat()) or is_store(each) for each in (path, *path.parents))


def is_store(path: Path) -> bool:
    """Whether a directory has the marker of a store. Raises OSError when the disk fails."""
    try:
        (path / MARKER).lstat()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return False
    return True
