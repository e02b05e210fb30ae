"""Core that kills itself at one moment of an upload, once a file named `armed` lies in its home. Tests start it:
`dying_core.py MOMENT serve --home DIRECTORY …`. The product has no hook for this; its functions are wrapped here."""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.background import BackgroundTask

from faceforge_server.cli import main
from faceforge_server.files.transfers import FileTransfers
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import Write
from faceforge_storage.objects.staging import StagingFile
from faceforge_storage.objects.store import ObjectStore

ARMED = "armed"


def armed() -> bool:
    return (Path(sys.argv[sys.argv.index("--home") + 1]) / ARMED).exists()


def die() -> None:
    """The end, as a power cut brings it: nothing is finished, nothing is flushed."""
    if armed():
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def die_after(owner: type, name: str) -> Callable[[], None]:
    """What makes a method the last thing that is done."""

    def wrap() -> None:
        method = getattr(owner, name)

        @functools.wraps(method)
        def last(*arguments: Any, **named: Any) -> Any:
            result = method(*arguments, **named)
            die()
            return result

        setattr(owner, name, last)

    return wrap


def die_after_the_answer() -> None:
    upload = FileTransfers.upload

    async def last(self: FileTransfers, *arguments: Any) -> Any:
        response = await upload(self, *arguments)
        if armed():  # asked before the answer goes out, for it is what the test arms after
            response.background = BackgroundTask(die)
        return response

    FileTransfers.upload = last  # type: ignore[method-assign]  # the one hook there is


MOMENTS: dict[str, Callable[[], None]] = {
    "while staging": die_after(StagingFile, "write"),
    "after the sync": die_after(StagingFile, "finish"),
    "after publishing": die_after(ObjectStore, "publish"),
    "in the transaction": die_after(Write, "finish"),
    "after the commit": die_after(Database, "_note_commit"),
    "after the answer": die_after_the_answer,
}

if __name__ == "__main__":
    MOMENTS[sys.argv.pop(1)]()
    main()
