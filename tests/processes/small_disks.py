"""Disks that are soon full."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def fill(filler: Path, but: int = 0) -> None:
    """Takes all the room that there is, but for so many bytes."""
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    os.truncate(filler, filler.stat().st_size - but)
