"""Of which folder an import is that carries out a plan, or tries again: the job before it knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from faceforge_ui.jobs_told.sorts import IMPORT
from faceforge_ui.serving import Pages, View

pages = Pages(__name__)
FAR = 3
"""How many jobs are followed back."""


async def with_folders(view: View, jobs: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """The same jobs, those of a plan or of an earlier import with its `path` in their input."""
    wanted, found = {_before(each) for each in jobs} - {""}, dict[str, dict[str, Any]]()
    for _ in range(FAR):
        if not wanted:
            break
        asked = await view.within(pages).ask("ImportsBefore", ids=sorted(wanted))
        known = {each["id"]: each for each in asked["jobs"]["nodes"]}
        found |= known
        wanted = {_before(each) for each in known.values()} - {""} - set(found)
    return [_named(each, found) for each in jobs]


def _named(job: dict[str, Any], found: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    before = found.get(_before(job))
    for _ in range(FAR):
        if before is None:
            return job
        if before["input"].get("path"):
            return {
                **job,
                "input": {**before["input"], **job["input"], "dry_run": job["input"].get("dry_run")},
            }
        before = found.get(_before(before))
    return job


def _before(job: Mapping[str, Any]) -> str:
    """The id of the job whose plan it carries out, or whose import it tries again; else the empty text."""
    asked = job["input"]
    if job["jobType"] != IMPORT or not isinstance(asked, Mapping) or asked.get("path"):
        return ""
    return str(asked.get("plan_job_id") or asked.get("retry_job_id") or "")
