"""Importing: from where folders may be brought in, what is never entered, and which are watched."""

from __future__ import annotations

from starlette.responses import Response

from faceforge_ui.serving import Entry, Pages, View

pages = Pages(__name__)


@pages.get(
    "/settings/importing",
    entry=Entry("settings", "Importing", order=10, group="Files", permission="imports:write"),
)
async def importing(view: View) -> Response:
    """The places, and the folders that are watched; the places are changed in the file of the settings."""
    roots = (await view.ask("Places"))["importFolders"]["folders"]
    watched = []
    if view.may("jobs:read"):
        found = (await view.ask("Watched"))["schedules"]["nodes"]
        watched = [each for each in found if each["watch"]]
    return view.page("settings/importing/importing.html", roots=roots, watched=watched)
