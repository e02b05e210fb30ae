"""How the C library returns memory: what was large goes back to the system when it is freed."""

from __future__ import annotations

import ctypes
import sys

from faceforge_server.http.answers import PIECE_BYTES

M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, M_ARENA_MAX = -3, -1, -8
"""Parameters of glibc's mallopt(3)."""
LARGE_BYTES = PIECE_BYTES - 16 * 1024
"""Less than a piece of an answer, more than the 256 KiB that asyncio reads from a connection at once: each request
would map and unmap those anew."""
ARENAS = 2


def return_memory() -> None:
    """Give blocks of over `LARGE_BYTES` back to the system as soon as they are freed; does nothing outside of glibc.

    By itself glibc raises that bound up to 32 MiB with the blocks it sees freed, and has an arena for each thread: what
    a large answer has taken stays then, in pieces that the next one does not fit into.
    """
    if sys.platform != "linux":
        return
    library = ctypes.CDLL(None)
    mallopt = getattr(library, "mallopt", None)
    if mallopt is not None:
        for parameter, value in (
            (M_MMAP_THRESHOLD, LARGE_BYTES),
            (M_TRIM_THRESHOLD, 2 * LARGE_BYTES),
            (M_ARENA_MAX, ARENAS),
        ):
            mallopt(parameter, value)
