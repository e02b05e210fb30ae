"""A schedule as its pages show it: one line of the list, and its form filled in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from faceforge_ui.history.sentences import who
from faceforge_ui.imports.wish import Wish, of_form, of_job
from faceforge_ui.jobs.schedules.times import OTHER, Times, own_zone, times
from faceforge_ui.jobs_told.sorts import IMPORT, sort_of
from faceforge_ui.jobs_told.told import coming
from faceforge_ui.serving import Form
from faceforge_ui.serving.words import moment

BY_TIME, BY_WATCH = "time", "watch"


@dataclass(frozen=True)
class Line:
    """One schedule of the list, in words."""

    id: str
    name: str
    what: str
    when: str
    watch: str
    enabled: bool
    problem: str
    next: str
    last_job: str
    made_by: str
    version: int


def line(schedule: Mapping[str, Any], me: str, now: datetime | None = None) -> Line:
    """A schedule of the API as a line for the actor `me`."""
    watch, zone = schedule["watch"] or "", schedule["timeZone"] or ""
    asked = schedule["input"] or {}
    path = asked.get("path") if schedule["jobType"] == IMPORT else ""
    when = f"whenever something new lies in {watch}" if watch else times(schedule["cron"] or "").words
    ahead = moment(schedule["nextRunAt"]) if schedule["nextRunAt"] else None
    return Line(
        id=schedule["id"],
        name=schedule["name"],
        what=f"Import of {path}" if path and not watch else sort_of(schedule["jobType"]).one,
        when=when if watch or not zone else f"{when} ({zone})",
        watch=watch,
        enabled=schedule["enabled"],
        problem=schedule["problem"] or schedule["disabledReason"] or "",
        next=coming(ahead, now) if ahead else "",
        last_job=schedule["lastJobId"] or "",
        made_by=who(schedule["madeBy"], me),
        version=schedule["version"],
    )


@dataclass(frozen=True)
class Filled:
    """What stands in the form of a schedule."""

    name: str = ""
    job_type: str = IMPORT
    by: str = BY_TIME
    times: Times = field(default_factory=Times)
    time_zone: str = field(default_factory=own_zone)
    wish: Wish = field(default_factory=Wish)
    input: str = "{}"


def stored(schedule: Mapping[str, Any]) -> Filled:
    """The form of a schedule that is there."""
    own = schedule["jobType"] == IMPORT
    asked = schedule["input"] or {}
    return Filled(
        name=schedule["name"],
        job_type=schedule["jobType"],
        by=BY_WATCH if schedule["watch"] else BY_TIME,
        times=times(schedule["cron"]) if schedule["cron"] else Times(),
        time_zone=schedule["timeZone"] or "",
        wish=of_job(asked) if own else Wish(),
        input=json.dumps(asked, ensure_ascii=False, indent=2),
    )


def sent(form: Form, job_type: str) -> Filled:
    """The form as it was sent, to be shown once more."""
    number = form.text("weekday")
    return Filled(
        name=form.text("name"),
        job_type=job_type,
        by=form.text("by", BY_TIME),
        times=Times(
            form.text("often", OTHER),
            form.text("time"),
            weekday=int(number) if number.isdecimal() and int(number) < 7 else 0,
            day=1,
            cron=form.text("cron"),
        ),
        time_zone=form.text("time_zone"),
        wish=of_form(form),
        input=form.text("input", "{}"),
    )
