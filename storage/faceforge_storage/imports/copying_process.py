"""Core's end of a process that copies the files of a folder: beside Core, not in a thread that takes turns with it."""

from __future__ import annotations

import logging
import secrets
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO

from faceforge_storage.errors import NoSpace, StorageFailed, Unavailable
from faceforge_storage.helper_process import COPY_FILES, pipes, start
from faceforge_storage.imports.copying import Check, Copied, NotCopied, Source
from faceforge_storage.imports.copying_messages import of_arriving, of_source, outcome_of, receive, send
from faceforge_storage.imports.source_folder import SourceFolder
from faceforge_storage.objects.arriving import Arriving
from faceforge_storage.objects.staging import StagedFile

END_S = 5.0
"""How long the process may take to end by itself."""
REFUSALS = {error.code: error for error in (NoSpace, StorageFailed, Unavailable)}
log = logging.getLogger(__name__)


class CopyingProcess:
    """Copies files of one folder as `Copier` does. One thread at a time; the process begins with the first files."""

    def __init__(self, folder: SourceFolder) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.bytes = 0
        """How many bytes of large files have been read of what is being copied; other threads may look."""

    def close(self) -> None:
        """End the process. What it had not finished it removes."""
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in pipes(process):
            with suppress(OSError):
                pipe.close()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def copy(self, sources: Sequence[Source], arriving: Arriving, check: Check) -> list[Copied | NotCopied]:
        """Copy files to where they arrive; for each what came of it. What ends the call leaves none of them.

        `check` is called now and then. Raises what it raises, NoSpace and StorageFailed for what the disk of the store
        refuses, and Unavailable when the process cannot go on, or ends.
        """
        self.bytes = 0
        if not sources:
            return []
        prefix = secrets.token_hex(8)
        try:
            requests, replies = self._started()
            send(requests, (of_arriving(arriving), [of_source(each) for each in sources], prefix))
            while isinstance(reply := receive(replies), int):
                self.bytes = reply
                try:
                    check()
                except BaseException:
                    with suppress(EOFError, OSError):
                        send(requests, False)
                        receive(replies)  # once it has removed what it had copied
                    raise
                send(requests, True)
        except (EOFError, OSError) as gone:
            self._clear_away(arriving, prefix)
            raise Unavailable("The process that copies files has ended.") from gone
        if isinstance(reply, tuple):
            code, detail, cause = reply
            log.error("%s %s", detail, cause)
            if code == Unavailable.code:
                self._clear_away(arriving, prefix)
            raise REFUSALS[code](detail)
        return [outcome_of(each) for each in reply]

    def _clear_away(self, arriving: Arriving, prefix: str) -> None:
        """End the process, and remove what it had copied of what it was copying."""
        self.close()
        for path in arriving.directory.glob(f"{prefix}*"):
            with suppress(NoSpace, StorageFailed):  # what cannot be removed the next start sweeps
                StagedFile(path, "", "", 0, b"").discard()

    def _started(self) -> tuple[BinaryIO, BinaryIO]:
        is_new = self._process is None
        self._process = self._process or start(COPY_FILES)
        requests, replies = pipes(self._process)
        if is_new:
            send(requests, (str(self._folder.real), list(self._folder.closed.numbers)))
        return requests, replies
