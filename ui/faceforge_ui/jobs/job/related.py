"""What a job belongs together with: what it was made by, what it tries again, what it has begun itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from faceforge_ui.jobs_told.told import Told, told


@dataclass(frozen=True)
class Related:
    """One that it belongs together with: how, where it is, what it is called, how it stands if that is known."""

    words: str
    href: str
    name: str
    said: Told | None = None


def related(
    job: Mapping[str, Any], children: Sequence[Mapping[str, Any]], tried: Sequence[Mapping[str, Any]] = ()
) -> list[Related]:
    """All of them, the nearest first."""
    found = []
    asked = job["input"] if isinstance(job["input"], Mapping) else {}
    plan = asked.get("plan_job_id")
    if plan:
        found.append(Related("Does what is said in", f"/import?plan={plan}", "the plan"))
    before = asked.get("retry_job_id")
    if before:
        found.append(Related("Brings in what was left by", f"/jobs/{before}", "an earlier import"))
    if job["scheduleId"]:
        found.append(Related("Begun by", "/jobs/schedules", "a schedule"))
    if job["parentJobId"]:
        found.append(Related("Part of", f"/jobs/{job['parentJobId']}", "another job"))
    if job["retryOf"]:
        found.append(Related("Tries again", f"/jobs/{job['retryOf']}", "one that ended before"))
    found += [_other("Tried again by", each) for each in tried]
    return [*found, *(_other("Its part", each) for each in children)]


def _other(words: str, job: Mapping[str, Any]) -> Related:
    said = told(job)
    return Related(words, f"/jobs/{said.id}", said.title, said)
