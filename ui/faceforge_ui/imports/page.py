"""Importing a folder: which one and how, the plan of it, and its start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from faceforge_storage.errors import Fault, InvalidInput, NotFound
from faceforge_ui.imports.folders import folders
from faceforge_ui.imports.planned import Plan, described, plan_of, unread_in
from faceforge_ui.imports.steps import steps
from faceforge_ui.imports.wish import CHOSEN, Wish, of_address, of_form, of_job
from faceforge_ui.jobs_told.page import job_of
from faceforge_ui.jobs_told.sorts import IMPORT
from faceforge_ui.jobs_told.told import advice, told
from faceforge_ui.serving import Form, Pages, View

pages = Pages(__name__)
UNREAD = 100
"""How many files are shown that cannot be read."""
DECISION = "decision."
"""What the name of a field begins with that decides something."""


@pages.get("/import")
async def choose(view: View) -> Response:
    """The folder and how it is brought in; with `plan`, the plan that a job has made or makes."""
    view.need("imports:write")
    if view.query.get("plan"):
        return await _plan(view, view.query["plan"])
    wish = of_form(await view.form()) if view.failed else of_address(view.query)
    return view.page(
        "imports/choose.html",
        wish=wish,
        steps=steps(0),
        chosen=await _chosen(view, wish),
        folders=await folders(view, wish.path, "/import"),
    )


@pages.post("/import", shows=choose)
async def look(view: View) -> Response:
    """Let a job look into the folder: it plans, and changes nothing."""
    wish = of_form(await view.form())
    if not wish.path:
        fault = Fault("/path", "Choose a folder, or write its path.", "missing", "body")
        raise InvalidInput("The folder is missing.", errors=(fault,))
    if wish.whom == CHOSEN and not wish.entity_ids:
        raise InvalidInput("Choose who gets the files.", hint="Or let them belong to nobody yet.")
    made = await view.ask("Plan", input={**wish.asked(), "dryRun": True})
    return view.go(f"/import?plan={made['bulkImport']['id']}")


async def _plan_again(view: View) -> Response:
    return await _plan(view, (await view.form()).text("plan"))


@pages.post("/import/run", shows=_plan_again)
async def run(view: View) -> Response:
    """Do what the plan says, with what was decided."""
    form = await view.form()
    made = await view.ask("Run", input={"planJobId": form.text("plan"), "decisions": _decisions(form)})
    return view.go(f"/jobs/{made['bulkImport']['id']}")


@pages.post("/import/again", shows=choose)
async def again(view: View) -> Response:
    """Plan the import of what an earlier one could not bring in."""
    made = await view.ask("Plan", input={"retryJobId": (await view.form()).text("job"), "dryRun": True})
    return view.go(f"/import?plan={made['bulkImport']['id']}")


def _decisions(form: Form) -> dict[str, str]:
    return {name.removeprefix(DECISION): form.text(name) for name in form.values if name.startswith(DECISION)}


async def _plan(view: View, plan_job: str) -> Response:
    job = await job_of(view, plan_job)
    if job["jobType"] != IMPORT:
        raise NotFound("There is no plan at this address.")
    said, wish = told(job), of_job(job["input"] or {})
    return view.page(
        "imports/plan.html",
        job=job,
        told=said,
        wish=wish,
        how=described(wish),
        steps=steps(1, folder=wish.address()),
        advice=advice(job["error"]) if job["error"] else "",
        plan=await _shown(view, job, wish) if job["state"] == "SUCCEEDED" else None,
    )


async def _shown(view: View, job: Mapping[str, Any], wish: Wish) -> Plan:
    """What the page shows of a plan that is made; what was decided stays where it could not be done."""
    output = job["output"]
    unread = await view.ask("Unread", plan=job["id"], limit=UNREAD) if unread_in(output) else {}
    decided = _decisions(await view.form()) if view.failed else {}
    problems = [each for page in unread.values() for each in page["items"]]
    return plan_of(output, wish, await _pictures(view, output), problems[:UNREAD], decided)


async def _chosen(view: View, wish: Wish) -> list[dict[str, Any]]:
    """The entities that the form names, to be shown by their names."""
    if not wish.entity_ids or not view.may("entities:read"):
        return []
    found: list[dict[str, Any]] = (await view.ask("Faces", ids=list(wish.entity_ids)))["entities"]["nodes"]
    return found


async def _pictures(view: View, output: Mapping[str, Any]) -> dict[str, str]:
    """The picture of each entity of a plan that is there already, by its id."""
    ids = [each["entity_id"] for each in output["entities"] if each["entity_id"]]
    if not ids or not view.may("entities:read"):
        return {}
    found = (await view.ask("Faces", ids=ids[:100]))["entities"]["nodes"]
    return {each["id"]: each["thumbnail"]["small"] for each in found if each["thumbnail"]}
