"""Whether a process that a test did not start itself still runs."""

from __future__ import annotations

from contextlib import suppress

import psutil


def runs(pid: int) -> bool:
    """Whether it runs: one that has ended and that nobody has asked about yet does not."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False
