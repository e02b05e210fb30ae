"""The `faceforge` command that kills itself while it writes one file of the configuration. Tests start it:
`dying_writer.py FILE MOMENT WORDS…`."""

from __future__ import annotations

import functools
import os
import signal
import sys
from pathlib import Path
from typing import Any

from faceforge_server.cli import main
from faceforge_storage.home import atomic

MOMENTS = {
    "when it is opened": (os, "open", "after"),
    "when it is written": (os, "fsync", "before"),
    "before it has its name": (Path, "replace", "before"),
    "when it has its name": (Path, "replace", "after"),
}
file, moment = (sys.argv.pop(1), sys.argv.pop(1)) if __name__ == "__main__" else ("", "when it is opened")
owner, name, when = MOMENTS[moment]
function, write = getattr(owner, name), atomic.write_atomically
writing: list[str] = []


def die() -> None:
    if writing == [file]:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


@functools.wraps(function)
def last(*arguments: Any, **named: Any) -> Any:
    if when == "before":
        die()
    result = function(*arguments, **named)
    if when == "after":
        die()
    return result


def write_atomically(path: Path, content: bytes) -> None:
    writing.append(path.name)
    write(path, content)
    writing.clear()


if __name__ == "__main__":
    setattr(owner, name, last)
    atomic.write_atomically = write_atomically
    main()
