"""A process that copies the files of one folder for Core, which answers requests meanwhile without a thread in its way.

Core never imports this module; `copying_process` starts it. It ends when Core does.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

from faceforge_storage.errors import NoSpace, StorageFailed
from faceforge_storage.imports.closed import Closed
from faceforge_storage.imports.copying import Copier
from faceforge_storage.imports.copying_messages import arriving_of, of_outcome, receive, send, source_of
from faceforge_storage.imports.source_folder import SourceFolder

TELL_S = 0.1
"""How often Core hears how far it is, and says whether to go on."""


class _Ended(Exception):
    """Core does not want what is being copied any more."""


def main() -> None:
    """Copy one list of files after another to where it says, until Core ends."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(sys.stderr.fileno(), 1)  # what anybody prints is no message
    told = time.monotonic()

    def check() -> None:
        nonlocal told
        if time.monotonic() - told < TELL_S:
            return
        told = time.monotonic()
        send(replies, copier.bytes)
        if not receive(requests):
            raise _Ended

    with suppress(EOFError, BrokenPipeError):  # Core has ended
        real, numbers = receive(requests)
        copier = Copier(SourceFolder(Path(real), Closed.known_by(numbers)))
        with closing(copier):
            while True:
                arriving, sources = receive(requests)
                copier.bytes = 0
                try:
                    outcomes = copier.copy(
                        [source_of(each) for each in sources], arriving_of(arriving), check
                    )
                except (NoSpace, StorageFailed) as refused:
                    send(replies, (refused.code, refused.detail))
                except _Ended:
                    send(replies, ("", ""))
                else:
                    send(replies, [of_outcome(each) for each in outcomes])


if __name__ == "__main__":
    main()
