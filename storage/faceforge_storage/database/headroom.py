"""A little room kept beside the database, so that it can be opened on a disk that has become full.

SQLite opens no database without an index of its write-ahead log (`-shm`, 32 KiB), not even to read; a clean stop
removes it. The room is given back when it is needed, and kept again at the next chance.
"""

from __future__ import annotations

import logging
import os
import shutil
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

NAME = "headroom"
BYTES = 64 * 1024


def give_back(directory: Path) -> None:
    """Before the database is opened: remove the file on a disk that has less than its room free."""
    file = directory / NAME
    with suppress(OSError):
        if file.exists() and shutil.disk_usage(directory).free < BYTES:
            file.unlink()
            log.warning("The disk of %s is full; what is stored can be read.", directory)


def keep_room(directory: Path) -> None:
    """Make the file, when it is not there and there is room for it."""
    file = directory / NAME
    with suppress(OSError):
        if not file.exists() and shutil.disk_usage(directory).free >= 2 * BYTES:
            file.write_bytes(os.urandom(BYTES))  # which no file system compresses
