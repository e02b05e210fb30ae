"""The socket Core listens on."""

from __future__ import annotations

import errno
import socket
import sys

from faceforge_storage.errors import CannotStart

LAST_PORT = 65535
WHICH_ADDRESS = (
    "Set --host or FACEFORGE_BIND to 127.0.0.1 for this machine only, or to an address that this machine has."
)
BACKLOG = 2048
"""How many connections wait in the system until Core takes them."""


def listen(host: str, port: int, *, any_free_port: bool = False) -> socket.socket:
    """A socket bound to `host` and `port`; when the port is busy, to any free one if `any_free_port` is set.

    Raises CannotStart, saying what to do, when that is not possible.
    """
    if not 0 <= port <= LAST_PORT:  # which the system would take modulo 65536
        raise CannotStart(
            f"There is no port {port}; ports are 0 to {LAST_PORT}.",
            "Choose another port with --port or FACEFORGE_PORT, or let FaceForge choose with --port 0.",
        )
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
    except (OSError, ValueError) as fault:
        raise CannotStart(
            f"The address {host} is not known here: {fault}",
            WHICH_ADDRESS,
        ) from None
    if sys.platform == "win32":
        # There SO_REUSEADDR would let two programs take the same port.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        # A restart need not wait until the connections of the last run have faded.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
        bound.listen(BACKLOG)
    except OSError as fault:
        bound.close()
        if fault.errno == errno.EADDRINUSE and any_free_port and port:
            return listen(host, 0)
        raise _refusal(host, port, fault) from None
    return bound


def web_address(bound: socket.socket) -> str:
    """Where a browser of this machine finds it, such as `http://127.0.0.1:43210`."""
    host, port = str(bound.getsockname()[0]), bound.getsockname()[1]
    if host in ("0.0.0.0", "::"):  # noqa: S104  # compared, not bound
        host = "::1" if host == "::" else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _refusal(host: str, port: int, fault: OSError) -> CannotStart:
    if fault.errno == errno.EADDRINUSE:
        return CannotStart(
            f"Port {port} of {host} is busy: another program, or another FaceForge, listens there.",
            "Stop that program, choose another port with --port or FACEFORGE_PORT, or let FaceForge choose with "
            "--auto-port.",
        )
    if fault.errno == errno.EADDRNOTAVAIL:
        return CannotStart(
            f"This machine does not have the address {host}.",
            WHICH_ADDRESS,
        )
    return CannotStart(
        f"Port {port} of {host} cannot be used: {fault.strerror}",
        "Choose another port with --port or FACEFORGE_PORT (below 1024 most systems ask for special rights).",
    )
