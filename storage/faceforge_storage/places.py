"""Where everything of an installation lies, and how much room is there."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from faceforge_storage.home.home import Home

MOST_ENTRIES = 2000
"""How many files of a directory are counted: beyond it nobody is told how large it is."""


@dataclass(frozen=True)
class Place:
    """A directory of an installation. Sizes are in bytes, and None where they are not known."""

    purpose: str
    path: str
    held_bytes: int | None
    free_bytes: int | None
    total_bytes: int | None


def places(home: Home, stored_bytes: int, thumbnail_bytes: int) -> list[Place]:
    """The directories with what is kept in them; `stored_bytes` and `thumbnail_bytes` are counted already.

    Blocks for as long as the disks take to answer.
    """
    held = {
        "files": (home.assets_dir, stored_bytes),
        "database": (home.db_dir, _held(home.db_dir)),
        "backups": (home.backups_dir, _held(home.backups_dir)),
        "thumbnails": (home.thumbnails_dir, thumbnail_bytes),
        "logs": (home.logs_dir, _held(home.logs_dir)),
        "settings": (home.config_dir, _held(home.config_dir)),
        "temporary": (home.tmp_dir, _held(home.tmp_dir)),
    }
    return [Place(purpose, str(path), size, *_room(path)) for purpose, (path, size) in held.items()]


def _held(directory: Path) -> int | None:
    """The bytes of the files that lie in a directory itself."""
    total = 0
    try:
        with os.scandir(directory) as entries:
            for number, entry in enumerate(entries):
                if number >= MOST_ENTRIES:
                    return None
                if entry.is_file(follow_symlinks=False):
                    total += entry.stat(follow_symlinks=False).st_size
    except OSError:
        return None
    return total


def _room(path: Path) -> tuple[int | None, int | None]:
    """Free and all bytes of the disk that a path is on."""
    try:
        usage = shutil.disk_usage(path)
    except OSError:
        return None, None
    return usage.free, usage.total
