"""What pages ask about jobs: a list of them, one alone, one with all that belongs to it. No address is shown here."""

from __future__ import annotations

from typing import Any

from faceforge_storage.errors import NotFound
from faceforge_ui.jobs_told.asked_folders import with_folders
from faceforge_ui.serving import Pages, View

pages = Pages(__name__)


async def list_of(view: View, **asked: Any) -> dict[str, Any]:
    """A page of the list of jobs, the newest first; `asked` are variables of `Jobs` in jobs.graphql."""
    found: dict[str, Any] = (await view.within(pages).ask("Jobs", **asked))["jobs"]
    return {**found, "nodes": await with_folders(view, found["nodes"])}


async def types_of(view: View) -> list[dict[str, Any]]:
    """The types of jobs there are: `name`, `title`, `needs`."""
    found: list[dict[str, Any]] = (await view.within(pages).ask("JobTypes"))["jobTypes"]["items"]
    return found


async def job_of(view: View, job_id: str) -> dict[str, Any]:
    """A job of the API; raises NotFound."""
    found = await view.within(pages).ask("LoggedJob", id=job_id)
    return await _there(view, found["job"])


async def whole(view: View, job_id: str) -> dict[str, Any]:
    """A job (`job`), its `children`, what was `warned` in its log, `jobTypes`, and its last `changesets`, if the person
    may read them; raises NotFound."""
    found = await view.within(pages).ask("Job", id=job_id)
    children = {**found["children"], "nodes": await with_folders(view, found["children"]["nodes"])}
    return {**found, "job": await _there(view, found["job"]), "children": children}


async def _there(view: View, job: dict[str, Any] | None) -> dict[str, Any]:
    if job is None:
        raise NotFound("There is no job at this address.")
    (named,) = await with_folders(view, [job])
    return named
