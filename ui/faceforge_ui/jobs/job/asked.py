"""One job, for whoever shows something of it: its own page, the page of a plan."""

from __future__ import annotations

from typing import Any

from faceforge_storage.errors import NotFound
from faceforge_ui.serving import Pages, View

pages = Pages(__name__)


async def job_of(view: View, job_id: str) -> dict[str, Any]:
    """A job of the API; raises NotFound."""
    found = (await view.within(pages).ask("LoggedJob", id=job_id))["job"]
    if found is None:
        raise NotFound("There is no job at this address.")
    job: dict[str, Any] = found
    return job
