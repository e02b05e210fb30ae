"""A process that copies the files of one folder for Core, which answers requests meanwhile without a thread in its way.

Core never imports this module; `copying_process` starts it. It ends when Core does.
"""

from __future__ import annotations

import logging
import os
import sys
import time
import traceback
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, BinaryIO

from faceforge_storage.errors import NoSpace, StorageFailed, Unavailable
from faceforge_storage.imports.closed import Closed
from faceforge_storage.imports.copying import Copier, discard
from faceforge_storage.imports.copying_messages import arriving_of, of_outcome, receive, send, source_of
from faceforge_storage.imports.source_folder import SourceFolder

NICENESS = 10
"""What people wait for goes before an import, and that before the processes that read files; on Windows the parent sets
the priority."""
TELL_S = 0.1
"""How often Core hears how far it is, and says whether to go on."""


class _Ended(Exception):
    """Core does not want what is being copied any more."""


def main() -> None:
    """Copy one list of files after another to where it says, until Core ends."""
    logging.disable()  # Core has the log, and hears why
    if sys.platform != "win32":
        with suppress(OSError):
            os.nice(NICENESS)
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)  # what anybody prints is no message
    with suppress(EOFError, BrokenPipeError):  # Core has ended
        try:
            real, numbers = receive(requests)
            with closing(Copier(SourceFolder(Path(real), Closed.known_by(numbers)))) as copier:
                while True:
                    _copy(copier, receive(requests), requests, replies)
        except (EOFError, BrokenPipeError):
            raise
        except Exception:  # Core has the log, and is to have the reason before this ends
            send(replies, (Unavailable.code, "The files cannot be copied now.", traceback.format_exc()))


def _copy(copier: Copier, asked: tuple[Any, ...], requests: BinaryIO, replies: BinaryIO) -> None:
    arriving, sources, prefix = asked
    told = time.monotonic()

    def check() -> None:
        nonlocal told
        if time.monotonic() - told < TELL_S:
            return
        told = time.monotonic()
        send(replies, copier.bytes)
        if not receive(requests):
            raise _Ended

    copier.bytes = 0
    try:
        outcomes = copier.copy([source_of(each) for each in sources], arriving_of(arriving), check, prefix)
    except (NoSpace, StorageFailed) as refused:
        send(replies, (refused.code, refused.detail, str(refused.__cause__)))
    except _Ended:
        send(replies, ("", "", ""))
    else:
        try:
            send(replies, [of_outcome(each) for each in outcomes])
        except BaseException:
            discard(outcomes)
            raise


if __name__ == "__main__":
    main()
