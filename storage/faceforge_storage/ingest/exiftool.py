"""Reads files by ExifTool where it is installed: one process that stays, is watched, and begins anew when it died."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from shutil import which
from typing import Any

from faceforge_storage.errors import Unavailable
from faceforge_storage.home.home import Home
from faceforge_storage.home.settings import Settings
from faceforge_storage.ingest.clean_json import clean, clean_text
from faceforge_storage.ingest.reader import File, Found, Unreadable
from faceforge_storage.scheduling.alarm import Alarm

log = logging.getLogger("faceforge.exiftool")

NAME, VERSION = "exiftool", 1
"""As a reader has them: the key in `readings`, and what rises when more is read."""

OLDEST = (12, 24)
"""Older ones run code that a file brings along (CVE-2021-22204)."""
MOST = 16 * 1024 * 1024
"""How much it may say of one file, in bytes."""
IDLE_SECONDS = 60.0
"""How long it stays without a file to read."""
LEFT_OUT = ("application/json", "application/x-gguf", "application/x-ndjson", "application/x-safetensors")
WORDS = (
    "-config", str(Path(__file__).with_suffix(".pl")), "-stay_open", "True", "-@", "-", "-common_args",
    "-json", "-g1", "-coordFormat", "%.6f", "-charset", "filename=utf8", "-api", "LargeFileSupport=1",
    "--System:all", "--ExifTool:ExifToolVersion",
)  # fmt: skip
"""Its groups as they are called in the file (family 1); nothing of our own files' names, dates and places."""


def find_exiftool(settings: Settings, home: Home) -> Path | None:
    """By `tools.exiftool_path`, else in `tools/`, else on the search path; None when it is off or not there."""
    tools = settings.tools
    if not tools.exiftool_enabled:
        return None
    if tools.exiftool_path is not None:
        found = which(home.root / tools.exiftool_path)
        if found is None:
            log.warning("tools.exiftool_path names no program: %s", tools.exiftool_path)
        return Path(found) if found else None
    places = [home.tools_dir, *sorted(home.tools_dir.glob("Image-ExifTool-*")), None]
    names = ("exiftool", "exiftool(-k)")  # the second is what the download for Windows is called
    candidates = (which(name, path=place and str(place)) for place in places for name in names)
    return next((Path(found) for found in candidates if found), None)


def takes(file: File) -> bool:
    """Whether it may know more of such a file than that it is text, or a model."""
    return not file.mime_type.startswith("text/") and file.mime_type not in LEFT_OUT and file.size_bytes > 0


class ExifTool:
    """Reads one file at a time; any thread may ask. The process begins with the first file and ends when it is idle."""

    def __init__(
        self, program: Path, *, seconds: float, memory_bytes: int, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        self._program, self._seconds, self._memory_bytes = program, seconds, memory_bytes
        self._idle_seconds = idle_seconds
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._limit = Alarm(self._end_running)
        self._rest: threading.Timer | None = None
        """Looks whether it is idle, while it runs."""
        self._used = 0.0
        self._asked = 0
        self._closed = False

    def read(self, file: File) -> Found:
        """What it says, by group. Raises Unreadable; Unavailable once it is closed."""
        path = os.fsencode(file.path.absolute())
        if b"\n" in path:
            raise Unreadable("ExifTool cannot be told a path with a line break.")
        with self._turn:
            try:
                said = self._ask(self._running(), path)
            finally:
                self._used = time.monotonic()
                if self._rest is None and not self._closed:
                    self._rest = _timer(self._idle_seconds, self._stop_idle)
        return Found(_groups(said))

    def close(self) -> None:
        """End it at once, whatever it reads: it changes nothing."""
        self._closed = True
        self._end_running()
        with self._turn:
            if self._rest is not None:
                self._rest.cancel()
            self._limit.close()
            self._stop()

    def _ask(self, process: subprocess.Popen[bytes], *words: bytes) -> bytes:
        self._check_open()  # what was started while it was being closed is asked nothing
        self._asked += 1
        began = time.monotonic()
        try:
            with self._limit.after(self._seconds):
                said = _exchange(process, words, b"%d" % self._asked)
        except OSError:
            said = None
        if said is not None:
            return said
        self._stop()
        self._check_open()
        if time.monotonic() - began >= self._seconds:
            raise Unreadable(f"ExifTool took longer than {self._seconds:g} s.")
        raise Unreadable("ExifTool ended, for want of memory or by a fault.")

    def _running(self) -> subprocess.Popen[bytes]:
        self._check_open()
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._stop()
        try:
            self._process = subprocess.Popen(  # noqa: S603  # the program that the owner of this machine installed
                [self._program, *WORDS],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # a Ctrl-C is for Core, and what it starts itself ends with it
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as refused:
            raise Unreadable(f"ExifTool cannot be started: {refused.strerror}.") from None
        _restrain(self._process.pid, self._memory_bytes)
        version = self._ask(self._process, b"-ver").strip()
        if not _is_new_enough(version):
            self._stop()
            oldest = ".".join(map(str, OLDEST))
            raise Unreadable(
                f"ExifTool {oldest} or later is needed; this is {clean_text(version.decode())[:20]}."
            )
        return self._process

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("Core is stopping.")

    def _end_running(self) -> None:
        if (process := self._process) is not None:
            _end(process)

    def _stop_idle(self) -> None:
        with self._turn:
            left = self._used + self._idle_seconds - time.monotonic()
            if self._closed:
                return
            if left > 0:  # a file came in between
                self._rest = _timer(left, self._stop_idle)
            else:
                self._rest = None
                self._stop()

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            _end(process)
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    if pipe is not None:
                        pipe.close()


def _timer(seconds: float, act: Callable[[], None]) -> threading.Timer:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
    return timer


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill it, and what it has started: some downloads of ExifTool are a program that starts Perl."""
    if process.returncode is not None:
        return
    with suppress(OSError):
        if sys.platform == "win32":
            words = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
            subprocess.run(words, capture_output=True, check=False)  # noqa: S603  # of Windows itself
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _exchange(process: subprocess.Popen[bytes], words: tuple[bytes, ...], number: bytes) -> bytes | None:
    """What it says until it is ready again; None when it ends before, or says more than MOST."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"\n".join([*words, b"-execute" + number, b""]))
    process.stdin.flush()
    ready = b"{ready" + number + b"}"
    said: list[bytes] = []
    size = 0
    while size < MOST and (line := process.stdout.readline(MOST)):
        if line.strip() == ready:
            return b"".join(said)
        said.append(line)
        size += len(line)
    return None


def _restrain(pid: int, memory_bytes: int) -> None:
    """It steps back behind what somebody waits for, and takes no more memory than that, where the system allows it."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, pid, 10)
    if sys.platform == "linux":
        import resource

        with suppress(OSError, ValueError):
            resource.prlimit(pid, resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _is_new_enough(version: bytes) -> bool:
    parts = version.split(b".")
    return all(part.isdigit() for part in parts) and tuple(map(int, parts)) >= OLDEST


def _groups(said: bytes) -> dict[str, Any]:
    """Raises Unreadable when it tells nothing but an error; a kind of file that it does not know is none."""
    try:
        found = json.loads(said.decode("utf-8", "replace"))[0]
    except (ValueError, LookupError, RecursionError):
        raise Unreadable("ExifTool gave no answer that can be read.") from None
    found.pop("SourceFile", None)
    error = found.get("ExifTool", {}).get("Error")
    if error == "Unknown file type":
        return {}
    if error is not None and not found.keys() - {"ExifTool", "File", "Composite"}:
        raise Unreadable(f"ExifTool: {clean_text(str(error))[:200]}.")
    cleaned: dict[str, Any] = clean(found)
    return cleaned
