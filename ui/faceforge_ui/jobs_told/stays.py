"""What stays of a job that is stopped or failed: before somebody stops it, and after it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faceforge_ui.jobs_told.sorts import IMPORT
from faceforge_ui.serving.words import plural

IN = ("copied", "moved", "linked")
"""Numbers of files that an import has changed something for."""


def counted(job: Mapping[str, Any]) -> Mapping[str, Any]:
    """The numbers that a job has told, and over them those that its checkpoint keeps, which are true to the file."""
    told = (job["progress"] or {}).get("counts") or {}
    run = (job.get("checkpoint") or {}).get("run") or {}
    kept = run.get("counts") if isinstance(run, Mapping) else None
    return {**told, **kept} if isinstance(kept, Mapping) else told


def is_plan(job: Mapping[str, Any]) -> bool:
    """Whether it only looks into a folder."""
    return job["jobType"] == IMPORT and bool((job["input"] or {}).get("dry_run"))


def safe(job: Mapping[str, Any]) -> str:
    """What is said before it is stopped. `safe` in `words.js` says the same of what Core tells meanwhile."""
    if job["jobType"] != IMPORT:
        return "What it has done so far stays."
    if is_plan(job):
        return "Nothing has been changed yet. You can begin again later."
    done = _sum(job, IN)
    if not done:
        return "What is in by then stays. You can go on later."
    return f"{plural(done, 'file')} {'is in and stays' if done == 1 else 'are in and stay'}. You can go on later."


def stopped(job: Mapping[str, Any]) -> tuple[str, str]:
    """What is said after somebody has stopped it: that it was, and what stays."""
    if job["jobType"] != IMPORT:
        return "It was stopped.", "What it had done stays."
    if is_plan(job):
        return "It was stopped.", "Nothing was changed."
    done = _sum(job, (*IN, "here"))
    if not done:
        return "It was stopped before a file came in.", "Try again begins anew."
    return f"Stopped after {plural(done, 'file')}.", _go_on(done)


def failed(job: Mapping[str, Any]) -> str:
    """What is said beside the error of an import that has failed."""
    done = 0 if job["jobType"] != IMPORT or is_plan(job) else _sum(job, (*IN, "here"))
    return f"{plural(done, 'file')} came in before. {_go_on(done)}" if done else ""


def _go_on(done: int) -> str:
    return f"{'It stays' if done == 1 else 'They stay'}. Try again goes on with the rest."


def _sum(job: Mapping[str, Any], names: tuple[str, ...]) -> int:
    counts = counted(job)
    return sum(value for name in names if isinstance(value := counts.get(name), int))
