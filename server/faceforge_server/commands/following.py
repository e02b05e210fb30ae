"""A job as a terminal shows it: its state in a few lines, its log as it grows, and how far it is until it has ended."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from faceforge_server.commands.terminal import ProgressLine, say
from faceforge_server.token_command import faceforge_command
from faceforge_storage.errors import CannotStart, Conflict, NotFound
from faceforge_storage.words import bytes as size
from faceforge_storage.words import count, duration, full, moment

if TYPE_CHECKING:
    from faceforge_server.core_client import Ask

Job = dict[str, Any]
"""A job as REST answers it."""
News = Callable[[Job], Iterable[str]]
"""Lines that a job as it is now has to say, and has not said before."""
ENDED = ("succeeded", "failed", "cancelled")
LOOK_SECONDS = 0.5
ID_LENGTH = 64
SHORT = 12
"""How many digits of an id are shown. So few do where one is asked for, as long as no other job begins with them."""
LOG_PAGE = 500
INTERRUPTED = 130
"""The exit code of a program that Ctrl-C has ended."""


def follow(ask: Ask, begun: Job, home: Path, *, goes_on: str, news: News = lambda _: ()) -> Job:
    """Show how far a job is until it has ended, and answer it as it is then; `news` stay above how far it is.

    Ctrl-C ends the program and leaves the job as it is: that it `goes_on`, and how it is stopped, is said then.
    """
    line = ProgressLine()
    path, short = f"/v1/jobs/{begun['job_id']}", begun["job_id"][:SHORT]
    try:
        while True:
            job: Job = ask("GET", path)
            for each in news(job):
                line.end()
                say(each)
            if job["state"] in ENDED:
                return job
            line.show((job["progress"] or {}).get("fraction"), how_far(job))
            time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        line.say(goes_on)
        line.say(f"To see it again: {faceforge_command(home, 'job', short, '--follow')}")
        line.say(f"To stop it:      {faceforge_command(home, 'job', short, '--cancel')}")
        sys.exit(INTERRUPTED)
    except CannotStart as gone:
        again = faceforge_command(home, "job", short, "--follow")
        hint = f"It goes on where it was, as soon as FaceForge is started again. To see it then: {again}"
        raise CannotStart(gone.detail, hint) from None
    finally:
        line.end()


class Log:
    """What the log of a job has got since it was asked last, entry by entry, if that matters so much at least."""

    def __init__(self, ask: Ask, *, level: str = "info") -> None:
        self._ask, self._level, self._after = ask, level, 0

    def since(self, job: Job) -> Iterator[dict[str, Any]]:
        """The new entries."""
        more = True
        while more:
            query = urlencode({"after": self._after, "limit": LOG_PAGE, "level": self._level})
            page = self._ask("GET", f"/v1/jobs/{job['job_id']}/log?{query}")
            yield from page["items"]
            self._after, more = page["next_cursor"], page["has_more"]


def log_line(entry: dict[str, Any]) -> str:
    """An entry of a log on one line."""
    data = "".join(f" {key}={value}" for key, value in (entry["data"] or {}).items())
    return f"{moment(entry['at']):%H:%M:%S} {entry['level']:7} {entry['message']}{data}"


def how_far(job: Job) -> str:
    """How far a job is, in words."""
    if job["cancel_requested_at"]:
        return "is being stopped"
    if job["state"] == "queued":
        return waiting(job)
    told = job["progress"] or {}
    counts = told.get("counts") or {}
    parts = [told.get("message") or "", *_counted(counts)]
    if told.get("rate"):
        parts.append(f"{size(int(told['rate']))}/s" if "bytes" in counts else f"{told['rate']:,.0f} a second")
    if told.get("eta_s") is not None:
        parts.append(f"{duration(told['eta_s'])} left")
    return ", ".join(each for each in parts if each) or "has begun"


def waiting(job: Job) -> str:
    """Why a queued job does not run."""
    if job["paused_at"]:
        return "is held, until it is resumed"
    begins = moment(job["run_after"])
    if begins <= datetime.now().astimezone():
        return "waits for its turn"
    soon = f"{begins:%H:%M:%S}" if begins - datetime.now().astimezone() < timedelta(hours=1) else full(begins)
    return f"is tried again at {soon}" if job["attempt"] else f"begins at {soon}"


def _counted(counts: dict[str, int]) -> Iterator[str]:
    if "done" in counts:
        total = f" of {count(counts['total'])}" if counts.get("total") else ""
        yield f"{count(counts['done'])}{total} done"
    if "bytes" in counts:
        yield size(counts["bytes"])


def job_of(ask: Ask, given: str) -> Job:
    """The job with an id, or the only one whose id begins so. Raises NotFound, Conflict."""
    if len(given) == ID_LENGTH:
        found: Job = ask("GET", f"/v1/jobs/{given}")
        return found
    fitting = [each for each in all_jobs(ask) if each["job_id"].startswith(given)]
    if not fitting:
        raise NotFound(f"There is no job whose id begins with {given}.", "`faceforge jobs` lists them.")
    if len(fitting) > 1:
        raise Conflict(
            f"{count(len(fitting))} jobs have an id that begins with {given}.", "Give more digits."
        )
    return fitting[0]


def all_jobs(ask: Ask, state: str | None = None) -> Iterator[Job]:
    """Every job, or every one in a state, the newest first."""
    cursor = None
    while True:
        asked = {"limit": 500, "state": state, "cursor": cursor}
        page = ask("GET", f"/v1/jobs?{urlencode({name: each for name, each in asked.items() if each})}")
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return
