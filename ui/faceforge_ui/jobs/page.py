"""Jobs: those that run now, and what came of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from faceforge_ui.jobs_told.page import list_of, types_of
from faceforge_ui.jobs_told.sorts import sort_of, titles
from faceforge_ui.jobs_told.told import STATES, told
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
        active = sorted((await list_of(view, first=MOST_ACTIVE, active=True))["nodes"], key=_begun_first)
    listed = await list_of(
        view,
        first=PAGE,
        after=after,
        state=state.upper() or None,
        jobType=job_type or None,
        active=None if narrowed else False,
    )
    types = await types_of(view)
    known, names = titles(types), [each["name"] for each in types]
    kept = {name: value for name, value in (("state", state), ("type", job_type)) if value}
    info = listed["pageInfo"]
    return view.page(
        "jobs/list.html",
        active=[(each, told(each, known=known)) for each in active],
        ended=[(each, told(each, known=known)) for each in listed["nodes"]],
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
