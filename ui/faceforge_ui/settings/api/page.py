"""For programs: where the API is described and tried, and the first steps in a terminal."""

from __future__ import annotations

from starlette.responses import Response

from faceforge_ui.serving import Entry, Pages, View

pages = Pages(__name__)


@pages.get("/settings/api", entry=Entry("settings", "For programs", icon="code", order=40, group="Access"))
async def api(view: View) -> Response:
    """The three ways to look at the API, and what to type for a first record."""
    return view.page("settings/api/api.html", origin=str(view.request.base_url).rstrip("/"))
