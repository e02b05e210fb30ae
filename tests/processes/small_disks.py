"""Disks that are soon full."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def fill(filler: Path) -> None:
    """Takes all the room that there is."""
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
