"""Of which folder an import is that carries out a plan: the job of the plan knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from faceforge_ui.jobs.sorts import IMPORT
from faceforge_ui.serving import Pages, View

pages = Pages(__name__)


async def with_folders(view: View, jobs: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """The same jobs, those that carry out a plan with its `path` in their input."""
    plans = {_plan(each) for each in jobs} - {""}
    if not plans:
        return jobs
    found = (await view.within(pages).ask("PlansOf", ids=sorted(plans)))["jobs"]["nodes"]
    paths = {each["id"]: (each["input"] or {}).get("path") for each in found}
    return [_named(each, paths.get(_plan(each))) for each in jobs]


def _named(job: dict[str, Any], path: str | None) -> dict[str, Any]:
    return {**job, "input": {**job["input"], "path": path}} if path else job


def _plan(job: dict[str, Any]) -> str:
    asked = job["input"]
    return str(asked.get("plan_job_id") or "") if job["jobType"] == IMPORT and isinstance(asked, dict) else ""
