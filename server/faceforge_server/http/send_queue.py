"""What the system still holds of what was sent: whether a client takes anything shows there first."""

from __future__ import annotations

import asyncio
import struct
import sys

SO_NWRITE = 0x1024
"""macOS's option for it, which Python does not name."""


def unacknowledged(transport: asyncio.Transport) -> int:
    """How many bytes the client has not acknowledged yet; 0 where the system does not tell.

    A slow client takes minutes for what the system holds, and only then is there room for more.
    """
    try:
        if sys.platform == "linux":
            import fcntl
            import termios

            found = fcntl.ioctl(transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, bytes(4))
            return int(struct.unpack("i", found)[0])
        if sys.platform == "darwin":
            import socket

            return int(transport.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, SO_NWRITE))
    except OSError:
        pass  # it is closed, or not one of TCP
    return 0
