"""Which file it is: the numbers by which a file is known again, whatever its path is."""

from __future__ import annotations

import os
from typing import NamedTuple

LAST_63_BITS = 2**63 - 1
"""Some file systems number files by more bits than a database keeps in an integer."""


class Identity(NamedTuple):
    """A file at one state of its content: another size or time is another state."""

    dev: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


def identity_of(status: os.stat_result) -> Identity:
    """What a status says of a file."""
    return Identity(
        status.st_dev & LAST_63_BITS,
        status.st_ino & LAST_63_BITS,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )
