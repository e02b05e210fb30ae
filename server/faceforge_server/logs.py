"""What Core writes about itself: lines for the console and a file that rotates, no secret and no value in either."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from logging.handlers import MemoryHandler, RotatingFileHandler
from pathlib import Path

from faceforge_server.http.request_ids import current_request_id
from faceforge_server.tracebacks import catch_the_rest, without_values

FILE_BYTES, FILES_KEPT = 5 * 1024 * 1024, 5
SECRETS = re.compile(
    r"ff_[a-z0-9_-]{16,}|(bearer |x-faceforge-token: |[?&](?:signature|sig|token)=)[^\s&\"',]+",
    re.IGNORECASE,
)
CONTROLS = {code: f"\\x{code:02x}" for code in [*range(32), 127] if chr(code) != "\t"}


class Line(logging.Formatter):
    """`2026-01-31T12:00:00.000000Z INFO faceforge.server [request id] message`, one line for each record.

    A message cannot begin a line of its own; only a traceback, which Core writes itself, has several.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self.secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        request = f" [{current_request_id()}]" if current_request_id() else ""
        message = _without_values(record).strip().translate(CONTROLS)
        line = f"{at} {record.levelname} {record.name}{request} {message}"
        if record.exc_info and record.exc_info[1] is not None:
            line += "\n" + without_values(record.exc_info[1])
        for secret in self.secrets:
            line = line.replace(secret, "***")
        return SECRETS.sub(r"\1***", line)


def _without_values(record: logging.LogRecord) -> str:
    """The message of a record, without what asyncio and warnings add to theirs: the values they are about."""
    message = record.getMessage()
    if record.name == "asyncio":
        return message.partition("\n")[0]
    if record.name == "py.warnings":
        return ":".join(message.split(":", 3)[:3])
    return message


class LogFile(RotatingFileHandler):
    """`core.log`. What cannot be written is left out, and reported once: on a full disk Core goes on without a log."""

    _reported = False

    def handleError(self, record: logging.LogRecord) -> None:
        if not self._reported:
            self._reported = True
            print(f"faceforge: {self.baseFilename} cannot be written: {sys.exc_info()[1]}", file=sys.stderr)


class Repetitions(logging.Filter):
    """Lets a kind of line through once in `SECONDS`; the next of its kind says how many were left out.

    For the loggers of what strangers can cause: they must not be able to fill the log. A kind is a text before its
    values are put in, with the kind of the error; that of a request which Core failed to answer is logged elsewhere.
    """

    SECONDS, KINDS = 60, 100

    def __init__(self) -> None:
        super().__init__()
        self._kinds: dict[tuple[str, str, object], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        kind = (record.name, str(record.msg)[:200], record.exc_info and record.exc_info[0])
        since, left_out = self._kinds.get(kind, (0.0, 0))
        if record.created - since < self.SECONDS:
            self._kinds[kind] = since, left_out + 1
            return False
        if len(self._kinds) >= self.KINDS:
            self._kinds.clear()
        self._kinds[kind] = record.created, 0
        if left_out:
            record.msg, record.args = (
                f"{record.getMessage().strip()} ({left_out} more since the last such line)",
                (),
            )
        return True


class Logs:
    """The log of this process. Lines written before the file is known are kept and reach it later."""

    def __init__(self) -> None:
        self._early = MemoryHandler(1000, flushLevel=logging.CRITICAL + 1)
        self._console = logging.StreamHandler(sys.stderr)
        self._console.setFormatter(Line())
        self._console.setLevel(logging.WARNING)
        root = logging.getLogger()
        root.setLevel(logging.INFO)
        root.handlers[:] = [self._early, self._console]
        # These log each step; Core itself logs what a person needs to know.
        for name in ("uvicorn.error", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
        repetitions = Repetitions()
        for name in ("uvicorn.error", "asyncio", "faceforge.connections"):
            logging.getLogger(name).addFilter(repetitions)
        logging.captureWarnings(True)
        catch_the_rest()

    def write_to(self, directory: Path, secrets: Iterable[str] = ()) -> None:
        """From now on lines also go to `directory`/core.log; it rotates at 5 MiB and keeps five old files.

        One that cannot be opened, as on a read-only disk, is reported, and there is none.
        """
        line = Line(secrets)
        self._console.setFormatter(line)
        name = directory / "core.log"
        try:
            file = LogFile(name, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8")
        except OSError as fault:
            print(f"faceforge: {name} cannot be written: {fault.strerror}", file=sys.stderr)
            logging.getLogger().removeHandler(self._early)
            return
        file.setFormatter(line)
        logging.getLogger().addHandler(file)
        self._early.setTarget(file)
        self._early.close()
        logging.getLogger().removeHandler(self._early)
