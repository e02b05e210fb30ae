"""Schedules: what begins by itself, at times or whenever something new lies in a folder."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from faceforge_storage.errors import Fault, InvalidInput
from faceforge_ui.imports.folders import folders
from faceforge_ui.imports.wish import Wish, of_address, of_form
from faceforge_ui.jobs.schedules.shown import BY_TIME, BY_WATCH, Filled, line, sent, stored
from faceforge_ui.jobs.schedules.times import DAYS, OFTEN, cron_of
from faceforge_ui.jobs_told.page import types_of
from faceforge_ui.jobs_told.sorts import IMPORT, sort_of, titles
from faceforge_ui.serving import Form, Pages, View

pages = Pages(__name__)
PAGE = 50
ADDRESS = "/jobs/schedules"
ZONES = ("UTC", "Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Asia/Tokyo")
"""Time zones that are offered where one is written."""


@pages.get(ADDRESS)
async def schedules(view: View) -> Response:
    """All schedules, and what can be done with each."""
    found = (await view.ask("Schedules", first=PAGE, after=view.query.get("after")))["schedules"]
    info = found["pageInfo"]
    return view.page(
        "jobs/schedules/list.html",
        schedules=[line(each, view.actor.name) for each in found["nodes"]],
        total=found["totalCount"],
        next=f"{ADDRESS}?after={info['endCursor']}" if info["hasNextPage"] else "",
        may_make=view.may("jobs:write"),
    )


@pages.get(f"{ADDRESS}/new")
async def new(view: View) -> Response:
    """The form of a new schedule; its address may say for which folder."""
    view.need("jobs:write")
    if view.failed:
        form = await view.form()
        shown = sent(form, form.text("job_type", IMPORT))
    else:
        by = BY_WATCH if view.query.get("by") == BY_WATCH else BY_TIME
        shown = Filled(by=by, wish=of_address(view.query), name=view.query.get("name", ""))
    return await _form(view, shown, "New schedule", f"{ADDRESS}/new", None)


@pages.post(f"{ADDRESS}/new", shows=new)
async def create(view: View) -> Response:
    """Make a schedule of what the form says."""
    form = await view.form()
    job_type = form.text("job_type", IMPORT)
    await view.ask("CreateSchedule", input={"jobType": job_type, **_wanted(form, job_type)})
    view.say(f"“{form.text('name').strip()}” begins by itself from now on")
    return view.go(ADDRESS)


@pages.get(f"{ADDRESS}/{{schedule_id}}/edit")
async def edit(view: View) -> Response:
    """The form of a schedule that is there."""
    view.need("jobs:write")
    found = (await view.ask("Schedule", id=view.params["schedule_id"]))["schedule"]
    shown = sent(await view.form(), found["jobType"]) if view.failed else stored(found)
    action = f"{ADDRESS}/{found['id']}/edit"
    return await _form(view, shown, f"Change {found['name']}", action, found["version"])


@pages.post(f"{ADDRESS}/{{schedule_id}}/edit", shows=edit)
async def change(view: View) -> Response:
    """Change a schedule to what the form says."""
    form, schedule = await view.form(), view.params["schedule_id"]
    found = (await view.ask("Schedule", id=schedule))["schedule"]
    wanted = _wanted(form, found["jobType"])
    await view.ask("ChangeSchedule", id=schedule, input=wanted, version=form.version())
    view.say(f"“{wanted['name']}” is changed")
    return view.go(ADDRESS)


@pages.post(f"{ADDRESS}/{{schedule_id}}/pause", shows=schedules)
async def pause(view: View) -> None:
    """Let a schedule begin nothing by itself."""
    await _enable(view, on=False)


@pages.post(f"{ADDRESS}/{{schedule_id}}/resume", shows=schedules)
async def resume(view: View) -> None:
    """Let a schedule begin by itself again."""
    await _enable(view, on=True)


async def _enable(view: View, *, on: bool) -> None:
    schedule = view.params["schedule_id"]
    made = (await view.ask("ChangeSchedule", id=schedule, input={"enabled": on}))["updateSchedule"]
    back = f"{ADDRESS}/{schedule}/{'pause' if on else 'resume'}"
    view.say(f"“{made['name']}” {'begins by itself again' if on else 'is paused'}", undo=back)


@pages.post(f"{ADDRESS}/{{schedule_id}}/run", shows=schedules)
async def run(view: View) -> Response:
    """Begin now, beside the times of the schedule."""
    made = (await view.ask("RunSchedule", id=view.params["schedule_id"]))["runSchedule"]
    return view.go(f"/jobs/{made['id']}")


@pages.post(f"{ADDRESS}/{{schedule_id}}/remove", shows=schedules)
async def remove(view: View) -> None:
    """Remove a schedule; what it has done stays."""
    await view.ask("RemoveSchedule", id=view.params["schedule_id"])
    view.say("The schedule is removed")


def _wanted(form: Form, job_type: str) -> dict[str, Any]:
    """What the form asks for; raises InvalidInput for what cannot be read."""
    name = form.text("name").strip()
    if not name:
        fault = Fault("/name", "Write a name.", "missing", "body")
        raise InvalidInput("The name is missing.", errors=(fault,))
    wish = of_form(form)
    watch = form.text("by") == BY_WATCH
    return {
        "name": name,
        "input": wish.stored() if job_type == IMPORT else _json(form.text("input", "{}")),
        "watch": wish.path if watch else None,
        "cron": None if watch else cron_of(form),
        "timeZone": None if watch else form.text("time_zone").strip() or None,
    }


def _json(text: str) -> Any:
    try:
        return json.loads(text or "{}")
    except ValueError:
        fault = Fault("/input", "This is no JSON. An object is written as {} .", "invalid_json", "body")
        raise InvalidInput("The input cannot be read.", errors=(fault,)) from None


async def _form(view: View, shown: Filled, heading: str, action: str, version: int | None) -> Response:
    wish = shown.wish
    found = await types_of(view)
    known = titles(found)
    types = [each["name"] for each in found if all(map(view.may, each["needs"]))]
    return view.page(
        "jobs/schedules/edit.html",
        form=shown,
        wish=wish,
        heading=heading,
        action=action,
        version=version,
        types=[(each, sort_of(each, known).one) for each in types],
        often=list(OFTEN.items()),
        weekdays=[(str(number), day) for number, day in enumerate(DAYS)],
        zones=ZONES,
        chosen=await _chosen(view, wish),
        folders=await folders(view, wish.path, view.request.url.path) if view.may("imports:write") else None,
    )


async def _chosen(view: View, wish: Wish) -> list[dict[str, Any]]:
    """The entities that the form names, to be shown by their names."""
    if not wish.entity_ids or not view.may("entities:read"):
        return []
    found: list[dict[str, Any]] = (await view.ask("NamesOfChosen", ids=list(wish.entity_ids)))["entities"][
        "nodes"
    ]
    return found
