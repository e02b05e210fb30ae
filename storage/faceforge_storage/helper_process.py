"""The processes that Core starts to work beside it: how they are called, and what they get of Core.

Each talks with Core over its standard input and output, and ends when Core does.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import BinaryIO

READ_FILES, COPY_FILES = "--read-files", "--copy-files"
MODULES = {
    READ_FILES: "faceforge_storage.ingest.isolation.worker",
    COPY_FILES: "faceforge_storage.imports.copying_worker",
}
"""What they run, by the word that the one program of a frozen Core is called with, where Python has `-m`."""

if sys.platform == "win32":
    FLAGS = (
        subprocess.CREATE_NEW_PROCESS_GROUP
        | subprocess.CREATE_NO_WINDOW
        | subprocess.BELOW_NORMAL_PRIORITY_CLASS
    )
    GROUP = None
else:
    FLAGS, GROUP = 0, 0
"""Each in a group of its own: Ctrl-C is for Core, and what it starts ends with it."""


def start(word: str, *words: str) -> subprocess.Popen[bytes]:
    """Start one of them, with further words. Raises OSError."""
    # -P: a file in the working directory is no module of ours
    program = [word] if getattr(sys, "frozen", False) else ["-P", "-m", MODULES[word]]
    return subprocess.Popen(  # noqa: S603  # our own program
        [sys.executable, *program, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=_environment(),
        creationflags=FLAGS,
        process_group=GROUP,
    )


def pipes(process: subprocess.Popen[bytes]) -> tuple[BinaryIO, BinaryIO]:
    """Where it reads what it is to do, and where it says what came of it."""
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout  # type: ignore[return-value]  # typeshed has IO[bytes]


def _environment() -> dict[str, str]:
    """That of Core without its secrets; one thread of computing and one arena of memory for each process."""
    passed = {name: value for name, value in os.environ.items() if not name.startswith("FACEFORGE_")}
    return {**passed, "MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1"}
