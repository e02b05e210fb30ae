"""How many files and sockets the system lets Core hold open, and how they are shared out."""

from __future__ import annotations

import sys

MOST_CONNECTIONS = 1024
"""Without a setting: far more than the tools and browsers of one home need, while strangers may fill each of them with
half a head."""
CORE_HANDLES = 384
"""For the database, the log, connections that are accepted and not counted yet, and the files of the queue that are
about to be read, of which 256 may be open."""
MOST_HANDLES = 65_536
"""More is not asked for: some systems say "unlimited", and mean less."""


def raise_limit() -> None:
    """Raise the number of handles this process may have to what the system allows; Windows sets none."""
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = MOST_HANDLES if hard == resource.RLIM_INFINITY else min(hard, MOST_HANDLES)
        for number in (wanted, 10_240):  # what macOS takes at most
            if soft == resource.RLIM_INFINITY or soft >= number:
                return
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))
            except (OSError, ValueError):
                continue
            return


def most_connections(wished: int | None) -> int:
    """How many connections may be open: `wished`, as far as there are handles.

    By itself, one for every two handles: whoever moves a file over a connection needs another one for the file.
    """
    handles = _handles()
    if handles is None:
        return wished or MOST_CONNECTIONS
    spare = max(handles - CORE_HANDLES, 16)
    return min(wished, spare) if wished else min(MOST_CONNECTIONS, spare // 2)


def _handles() -> int | None:
    """How many handles this process may have; None when the system sets no number."""
    if sys.platform == "win32":
        return None
    import resource

    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if soft == resource.RLIM_INFINITY else soft
