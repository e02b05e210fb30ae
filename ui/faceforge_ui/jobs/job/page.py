"""One job: how far it is, what it says, what came of it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from faceforge_ui.assets.tiles import Tile, tile
from faceforge_ui.history.sentences import who
from faceforge_ui.imports.outcome import outcome_of
from faceforge_ui.imports.steps import Step, phases, steps
from faceforge_ui.jobs.job.log import log_of, saved
from faceforge_ui.jobs.job.readable import came, cut, given, itself, lists
from faceforge_ui.jobs.job.related import related
from faceforge_ui.jobs.page import jobs
from faceforge_ui.jobs_told.page import whole
from faceforge_ui.jobs_told.sorts import IMPORT, titles
from faceforge_ui.jobs_told.stays import failed, stopped
from faceforge_ui.jobs_told.told import advice, told
from faceforge_ui.serving import Pages, View

pages = Pages(__name__)
OWN = "job."
"""What the kinds of files begin with that jobs write for themselves: plans, results."""
ARRIVED = 24
"""How many files are shown of those that came in last."""


@pages.get("/jobs/{job_id}")
async def job(view: View) -> Response:
    """All there is to know of one job."""
    found = await whole(view, view.params["job_id"])
    one = found["job"]
    said, is_run = told(one, known=titles(found["jobTypes"]["items"])), _is_run(one)
    return view.page(
        "jobs/job/job.html",
        job=one,
        told=said,
        maker="" if one["madeBy"] == view.actor.name else who(one["madeBy"]),
        steps=_steps(one) if is_run else None,
        phases=_phases(one) if said.active else None,
        advice=advice(one["error"]) if one["error"] else "",
        error_begins=cut(one["error"]["message"]) if one["error"] else "",
        stopped=stopped(one),
        kept=failed(one) if one["state"] == "FAILED" else "",
        outcome=outcome_of(one) if one["jobType"] == IMPORT else None,
        log=await log_of(view, one["id"], found["warned"]),
        files=await _arrived(view, found.get("changesets")),
        related=related(one, found["children"]["nodes"]),
        given=given(one),
        came=came(one),
        listed=lists(one),
        itself=itself(one),
    )


pages.get("/jobs/{job_id}/log")(saved)


@pages.post("/jobs/{job_id}/cancel", shows=job)
async def cancel(view: View) -> Response | None:
    """Stop it: one that runs ends at its next step."""
    await view.ask("CancelJob", id=view.params["job_id"])
    return await _back(view)


@pages.post("/jobs/{job_id}/pause", shows=job)
async def pause(view: View) -> Response | None:
    """Let it rest until somebody resumes it."""
    await view.ask("PauseJob", id=view.params["job_id"])
    return await _back(view)


@pages.post("/jobs/{job_id}/resume", shows=job)
async def resume(view: View) -> Response | None:
    """Let it go on."""
    await view.ask("ResumeJob", id=view.params["job_id"])
    return await _back(view)


@pages.post("/jobs/{job_id}/retry", shows=job)
async def retry(view: View) -> Response:
    """Do it again: a new job, which goes on where this one ended."""
    made = await view.ask("RetryJob", id=view.params["job_id"])
    return view.go(f"/jobs/{made['retryJob']['id']}")


async def _back(view: View) -> Response | None:
    """The list, where a form of the list was sent; else the page of the job."""
    return await jobs(view) if view.query.get("in") == "list" else None


def _is_run(job: Mapping[str, Any]) -> bool:
    asked = job["input"]
    return job["jobType"] == IMPORT and isinstance(asked, Mapping) and not asked.get("dry_run")


def _steps(job: Mapping[str, Any]) -> list[Step]:
    """The steps of an import, of which this job is the last."""
    plan = job["input"].get("plan_job_id")
    return steps(2, over=job["state"] == "SUCCEEDED", plan=f"/import?plan={plan}" if plan else "")


def _phases(job: Mapping[str, Any]) -> list[Step]:
    """What a job says that it does one after another: the present one by its name, the others by number."""
    now = job["progress"] or {}
    if job["jobType"] != IMPORT or (now.get("totalSteps") or 1) < 2:
        return []
    words = ("Read the folder", "Check what is here", "Copy and verify")[: now["totalSteps"]]
    return phases(words, (now["step"] or 1) - 1)


async def _arrived(view: View, changesets: Mapping[str, Any] | None) -> list[Tile]:
    """The files that the last changesets of the job made."""
    ids: list[str] = []
    for each in changesets["nodes"] if changesets and view.may("assets:read") else ():
        made = (await view.ask("Made", changeset=each["id"], first=ARRIVED))["changes"]["nodes"]
        ids += [change["recordId"] for change in made if change["verb"] == "INSERT"]
        if len(ids) >= ARRIVED:
            break
    if not ids:
        return []
    found = {each["id"]: each for each in (await view.ask("Arrived", ids=ids[:ARRIVED]))["assets"]["nodes"]}
    return [
        tile(found[each])
        for each in ids[:ARRIVED]
        if each in found and not found[each]["kind"].startswith(OWN)
    ]
