"""Core's end of a process that reads files: starts it, asks it, and ends it when it is silent for too long."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from itertools import accumulate
from typing import Any

from pydantic import TypeAdapter

from faceforge_storage.errors import Unavailable
from faceforge_storage.helper_process import READ_FILES, pipes, start
from faceforge_storage.ingest.isolation.messages import Reply, Step, receive, send
from faceforge_storage.scheduling.alarm import Alarm

START_SECONDS = 60.0
REPLY = TypeAdapter(Reply)


class Died(Exception):
    """The process has ended over a step; the message says how, for a person."""


class ReaderProcess:
    """A process of its own; used by one thread at a time, `kill` by any."""

    def __init__(self, memory_bytes: int, registry: str) -> None:
        """Raises Unavailable when the process does not come up."""
        self._lock = threading.Lock()
        self._expired = self._ended = False
        self._alarm = Alarm(self._expire)
        self.files = 0
        """How many files it has been given."""
        self.last_used = time.monotonic()
        try:
            self._process = start(READ_FILES, str(memory_bytes), registry)
        except OSError as fault:
            raise _not_started(fault.strerror) from None
        self._requests, self._replies = pipes(self._process)

    def wait_until_ready(self) -> None:
        """Raises Unavailable when the process does not come up."""
        try:
            self._receive(START_SECONDS)
        except Died as died:
            raise _not_started(str(died)) from None

    def ask(self, step: Step, seconds: float) -> tuple[Reply, list[bytes]]:
        """(the reply to a step, its thumbnails). Raises Died, after which the process is gone."""
        self.send([step])
        return self.reply(seconds)

    def send(self, steps: Iterable[Step]) -> None:
        """Let it take these steps one after the other, each with a reply of its own. Raises Died."""
        try:
            for step in steps:
                send(self._requests, step.as_json())
        except OSError:
            raise Died(self.end()) from None

    def reply(self, seconds: float) -> tuple[Reply, list[bytes]]:
        """(the next reply, its thumbnails), which may take so long. Raises Died."""
        reply = self._receive(seconds)
        self.last_used = time.monotonic()
        return reply

    def kill(self) -> None:
        """End it at once, and what it has started; whoever waits for an answer gets Died."""
        with self._lock:
            if not self._ended:
                self._signal()

    def end(self) -> str:
        """End it at once, and leave nothing of it; how it ended, for a person.

        When it has closed its pipe by dying, the signal comes too late to change how.
        """
        with self._lock:
            if not self._ended:
                self._signal()
                self._process.wait()
                self._ended = True
        self._alarm.close()
        for pipe in (self._requests, self._replies):
            with suppress(OSError):
                pipe.close()
        return _how(self._process.returncode)

    def _receive(self, seconds: float) -> tuple[Reply, list[bytes]]:
        with self._alarm.after(seconds):
            try:
                reply = _checked(*receive(self._replies))
            except (EOFError, OSError, ValueError, RecursionError):
                reply = None
        if self._expired or reply is None:
            how = self.end()
            raise Died(f"It took longer than {seconds:g} s." if self._expired else how)
        return reply

    def _expire(self) -> None:
        self._expired = True
        self.kill()

    def _signal(self) -> None:
        if sys.platform == "win32":
            self._process.kill()
        else:
            with suppress(ProcessLookupError, PermissionError):  # all of the group have ended
                os.killpg(self._process.pid, signal.SIGKILL)


def _checked(message: dict[str, Any], attached: bytes) -> tuple[Reply, list[bytes]]:
    """Raises ValueError for what has not the form of a reply."""
    reply = REPLY.validate_python(message)
    if sum(reply.lengths) != len(attached) or min(reply.lengths, default=0) < 0:
        raise ValueError("the bytes are not those of the thumbnails")
    ends = list(accumulate(reply.lengths))
    return reply, [attached[end - length : end] for end, length in zip(ends, reply.lengths, strict=True)]


def _how(code: int) -> str:
    if code >= 0:
        return f"It ended the process that read it, with code {code}."
    names = {each.value: each.name for each in signal.Signals}
    return f"It ended the process that read it, with {names.get(-code, f'signal {-code}')}."


def _not_started(how: str | None) -> Unavailable:
    return Unavailable(
        f"The process that reads files does not start: {how}",
        "Look into the log; files are kept until it does.",
    )
