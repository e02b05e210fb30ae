"""A job in words: what it is, how it stands, how long it takes, and what to do when it failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

from faceforge_ui.jobs_told.progress import Progress, lasted, progress
from faceforge_ui.jobs_told.sorts import IMPORT, Titles, sort_of
from faceforge_ui.jobs_told.stays import counted, is_plan, safe
from faceforge_ui.serving.words import MONTHS, ago, moment, plural

NO_TITLES: Titles = MappingProxyType({})
TERMINAL = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})
STATES = {
    "queued": "Waiting",
    "running": "Running",
    "succeeded": "Done",
    "failed": "Failed",
    "cancelled": "Stopped",
}
"""The states as the address of the list names them -> words."""


@dataclass(frozen=True)
class State:
    """How a job stands: a word, a sign, and the kind of badge."""

    word: str
    icon: str
    kind: str


BY_STATE = {
    "QUEUED": State("waiting", "clock", ""),
    "RUNNING": State("running", "play", "accent"),
    "SUCCEEDED": State("done", "check", "good"),
    "FAILED": State("failed", "alert", "bad"),
    "CANCELLED": State("stopped", "stop", ""),
}
PAUSED = State("paused", "pause", "warn")
STOPPING, PAUSING = State("stopping", "stop", "warn"), State("pausing", "pause", "warn")
INCOMPLETE = State("done in part", "alert", "warn")


@dataclass(frozen=True)
class Told:
    """What pages show of a job beside its own fields."""

    id: str
    title: str
    kind: str
    """What jobs of its type are called."""
    state: State
    active: bool
    paused: bool
    lasted: str
    """How long it has worked or did work; a dash before it began."""
    began: str
    """When it began, or what it waits for, as a sentence."""
    result: str
    """What came of it or is under way, in a few words."""
    progress: Progress
    moves: bool
    """Whether there is a bar to show: it runs, or has been begun."""
    is_import: bool
    is_plan: bool
    """Whether it only looks into a folder."""
    safe: str
    """What is said before it is stopped: what stays."""


def told(job: Mapping[str, Any], now: datetime | None = None, known: Titles = NO_TITLES) -> Told:
    """A job of the API, as a page shows it; `known` is what the types of others are called."""
    active = job["state"] not in TERMINAL
    return Told(
        id=job["id"],
        title=title(job, known),
        kind=sort_of(job["jobType"], known).one,
        state=state(job),
        active=active,
        paused=is_paused(job),
        lasted=lasted(went(job, now)),
        began=began(job, now),
        result=result(job),
        progress=progress(job["progress"], running=job["state"] == "RUNNING"),
        moves=job["state"] == "RUNNING" or (job["state"] == "QUEUED" and bool(job["progress"])),
        is_import=job["jobType"] == IMPORT,
        is_plan=is_plan(job),
        safe=safe(job),
    )


def title(job: Mapping[str, Any], known: Titles = NO_TITLES) -> str:
    """What the job does: `Import of renders`, or what its type is called."""
    asked = job["input"] or {}
    path = asked.get("path") if isinstance(asked, Mapping) else None
    if job["jobType"] == IMPORT:
        name = folder_name(str(path)) if path else ""
        verb = "Plan for" if asked.get("dry_run") else "Import of"
        return f"{verb} {name or 'a folder'}"
    return sort_of(job["jobType"], known).one


def folder_name(path: str) -> str:
    """The last part of a path, whichever way its slashes lean."""
    return PurePath(path.replace("\\", "/")).name or path


def is_paused(job: Mapping[str, Any]) -> bool:
    """Whether somebody has paused it: it goes on when somebody resumes it."""
    return job["state"] == "QUEUED" and bool(job["pausedAt"])


def state(job: Mapping[str, Any]) -> State:
    """How it stands, with what was asked of it meanwhile."""
    if is_paused(job):
        return PAUSED
    if job["state"] == "RUNNING" and job["cancelRequestedAt"]:
        return STOPPING
    if job["state"] == "RUNNING" and job["pauseRequestedAt"]:
        return PAUSING
    if job["state"] == "SUCCEEDED" and left_over(job):
        return INCOMPLETE
    return BY_STATE[job["state"]]


def left_over(job: Mapping[str, Any]) -> int:
    """How many files or records a finished job could not take in."""
    output = job["output"]
    numbered = output.get("result") or output if isinstance(output, Mapping) else {}
    return sum(_number(numbered, name) for name in ("failed", "changed", "skipped"))


def went(job: Mapping[str, Any], now: datetime | None = None) -> float | None:
    """How many seconds passed between its beginning and its end, or until now."""
    if not job["startedAt"]:
        return None
    end = moment(job["finishedAt"]) if job["finishedAt"] else (now or datetime.now(UTC))
    return max(0.0, (end - moment(job["startedAt"])).total_seconds())


def began(job: Mapping[str, Any], now: datetime | None = None) -> str:
    """When it began, or what it waits for."""
    if is_paused(job):
        return f"Paused {ago(moment(job['pausedAt']))}. It goes on when you resume it."
    if job["state"] == "QUEUED":
        later = moment(job["runAfter"]) if job["runAfter"] else None
        if later is None or later <= (now or datetime.now(UTC)):
            return "Waits for its turn."
        return f"{'Tried before; tried again' if job['startedAt'] else 'Begins'} {coming(later, now)}."
    if job["state"] == "RUNNING":
        return f"Started {ago(moment(job['startedAt']))}. You can leave this page; it goes on."
    word = {"SUCCEEDED": "Done", "FAILED": "Failed", "CANCELLED": "Stopped"}[job["state"]]
    worked = went(job)
    after = f", after {lasted(worked)}" if worked is not None else ""
    return f"{word} {ago(moment(job['finishedAt']))}{after}."


def coming(at: datetime, now: datetime | None = None) -> str:
    """A moment that is to come: `in 40 s`, `today at 03:00`, `on 27 Nov at 03:00`."""
    here = (now or datetime.now(UTC)).astimezone()
    away = (at - here).total_seconds()
    if away < 90:
        return f"in {lasted(max(1, away))}"
    days = (at.date() - here.date()).days
    day = {0: "today", 1: "tomorrow"}.get(days, f"on {at.day} {MONTHS[at.month - 1]}")
    return f"{day} at {at:%H:%M}"


def result(job: Mapping[str, Any]) -> str:
    """What came of it: its numbers, or what went wrong."""
    if job["error"]:
        return str(job["error"]["message"])
    if job["state"] in ("QUEUED", "RUNNING"):
        progress = job["progress"] or {}
        return str(progress.get("message") or "")
    return numbers(job)


def numbers(job: Mapping[str, Any]) -> str:
    """The numbers of a finished job: `2,104 copied, 301 already here`."""
    output = counted(job) if job["state"] == "CANCELLED" else job["output"]
    if not isinstance(output, Mapping):
        return ""
    numbered = next(
        (output[name] for name in ("result", "plan") if isinstance(output.get(name), Mapping)), output
    )
    parts = [
        plural(_number(numbered, name), *words)
        if len(words) == 2
        else f"{_number(numbered, name):,} {words[0]}"
        for name, words in COUNTED
        if _number(numbered, name)
    ]
    return ", ".join(parts[:4])


COUNTED: tuple[tuple[str, tuple[str] | tuple[str, str]], ...] = (
    ("found", ("file found", "files found")),
    ("new", ("new",)),
    ("copied", ("copied",)),
    ("moved", ("moved",)),
    ("linked", ("linked",)),
    ("here", ("already here",)),
    ("created", ("created",)),
    ("updated", ("changed",)),
    ("unchanged", ("as before",)),
    ("undecided", ("to decide",)),
    ("skipped", ("left out",)),
    ("unreadable", ("cannot be read",)),
    ("failed", ("failed",)),
)
"""Numbers that the output of a job may have -> the word, or that for one and for many."""


def _number(output: Any, name: str) -> int:
    value = output.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


ADVICE = {
    "forbidden": "Whoever made it may not do this any more. Start it again yourself.",
    "unauthenticated": "The access it was made with has ended. Start it again yourself.",
    "insufficient_storage": "Make room on the disk, then try again: it goes on where it stopped.",
    "store_away": "Connect the disk that your files are on, then try again.",
    "storage_failed": "Look whether the disk is well, then try again.",
    "internal_error": "What you keep is safe. Try again; if it fails the same way, the log says why.",
    "timeout": "It took longer than it may. Try again, with less at once if that can be.",
    "lease_lost": "What worked on it went away three times. See whether that program runs, then try again.",
    "not_found": "Something it needs is not there any more.",
}
"""What to do about an error, by its code."""


def advice(error: Mapping[str, Any]) -> str:
    """What to do about what went wrong."""
    usual = "Trying again may help." if error.get("retryable") else "Look at the log for what led to it."
    return ADVICE.get(str(error.get("code")), usual)
