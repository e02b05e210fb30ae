"""Jobs: those that run now, and what came of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from faceforge_ui.jobs.asked_folders import with_folders
from faceforge_ui.jobs.sorts import sort_of, titles
from faceforge_ui.jobs.told import STATES, told
from faceforge_ui.serving import Entry, Pages, View

pages = Pages(__name__)
PAGE, MOST_ACTIVE = 50, 20
"""How many jobs a page of the table has, and how many that are not finished stand above it."""


@pages.get(
    "/jobs",
    entry=Entry(
        "main", "Jobs", icon="jobs", order=40, key="j", permission="jobs:read", count="jobs", also="/import"
    ),
)
async def jobs(view: View) -> Response:
    """What is under way, and then what has ended, the newest first; `state` and `type` narrow to some of all."""
    view.need("jobs:read")
    state, job_type = view.query.get("state", ""), view.query.get("type", "")
    state = state if state in STATES else ""
    after, narrowed = view.query.get("after"), bool(state or job_type)
    active: Sequence[dict[str, Any]] = ()
    if not narrowed and not after:
        found = await view.ask("Jobs", first=MOST_ACTIVE, active=True)
        active = sorted(await with_folders(view, found["jobs"]["nodes"]), key=_begun_first)
    listed = (
        await view.ask(
            "Jobs",
            first=PAGE,
            after=after,
            state=state.upper() or None,
            jobType=job_type or None,
            active=None if narrowed else False,
        )
    )["jobs"]
    found_types = (await view.ask("JobTypes"))["jobTypes"]["items"]
    known, names = titles(found_types), [each["name"] for each in found_types]
    kept = {name: value for name, value in (("state", state), ("type", job_type)) if value}
    info = listed["pageInfo"]
    return view.page(
        "jobs/list.html",
        active=[(each, told(each, known=known)) for each in active],
        ended=[(each, told(each, known=known)) for each in await with_folders(view, listed["nodes"])],
        total=listed["totalCount"],
        narrowed=narrowed,
        state=state,
        job_type=job_type,
        states=list(STATES.items()),
        types=sorted(((name, sort_of(name, known).many) for name in names), key=lambda each: each[1]),
        next="/jobs?" + urlencode({**kept, "after": info["endCursor"]}) if info["hasNextPage"] else "",
        first=("/jobs?" + urlencode(kept)).rstrip("?") if after else "",
    )


def _begun_first(job: dict[str, Any]) -> bool:
    return bool(job["state"] != "RUNNING")
