"""The log of a job: its last lines on the page, and all of it as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response, StreamingResponse

from faceforge_ui.jobs_told.page import job_of
from faceforge_ui.jobs_told.told import told
from faceforge_ui.serving import View
from faceforge_ui.serving.words import moment

LINES = 200
"""How many lines the page begins with: the last ones."""
PART = 500
"""How many lines are read at once for the file."""
SEVERE = {"warning": "Warning", "error": "Error"}


@dataclass(frozen=True)
class Line:
    """A line of the log, with its time on the clock of this machine."""

    at: str
    clock: str
    level: str
    message: str
    severe: str


@dataclass(frozen=True)
class Log:
    """The end of a log; `after` is the number of its last line."""

    lines: Sequence[Line]
    after: int
    warnings: int
    finished: bool
    """Whether nothing follows."""
    before: int
    """How many lines came before those."""


async def log_of(view: View, job_id: str, warned: Mapping[str, Any]) -> Log:
    """The last lines of a job's log; `warned` are its lines from warnings on, which tell how many there are of all."""
    begin = max(0, warned["nextCursor"] - LINES)
    found = (await view.ask("JobLog", id=job_id, after=begin, first=LINES))["jobLog"]
    entries = found["items"]
    return Log(
        [_line(each) for each in entries],
        entries[-1]["seq"] if entries else begin,
        len(warned["items"]),
        found["finished"] and not found["hasMore"],
        begin,
    )


def _line(entry: Mapping[str, Any]) -> Line:
    level = entry["level"].lower()
    return Line(
        entry["at"], f"{moment(entry['at']):%H:%M:%S}", level, entry["message"], SEVERE.get(level, "")
    )


async def saved(view: View) -> Response:
    """The whole log as a text, read piece by piece while it is sent."""
    said = told(await job_of(view, view.params["job_id"]))

    async def lines() -> AsyncIterator[str]:
        yield f"[{said.title}: {said.state.word}]\n"
        after, going = 0, True
        while going:
            found = await view.ask_apart("JobLog", id=said.id, after=after, first=PART)
            for each in found["jobLog"]["items"]:
                yield _text(each)
                after = each["seq"]
            going = found["jobLog"]["hasMore"]

    headers = {
        "Content-Disposition": f'attachment; filename="job-{said.id[:12]}.log"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(lines(), headers=headers, media_type="text/plain; charset=utf-8")


def _text(entry: Mapping[str, Any]) -> str:
    """A line of the file: what a job writes over several lines stays one entry."""
    message = entry["message"].replace("\n", "\n    ")
    return f"[{moment(entry['at']).isoformat(timespec='milliseconds')}] {entry['level'].lower()}: {message}\n"
