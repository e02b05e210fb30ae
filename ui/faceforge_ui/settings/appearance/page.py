"""Appearance: light or dark, how close things stand, and whether single keys do something. Kept in this browser."""

from __future__ import annotations

from starlette.responses import Response

from faceforge_ui.serving import Entry, Pages, View

pages = Pages(__name__)


@pages.get("/settings/appearance", entry=Entry("settings", "Appearance", order=10, group="This app"))
async def appearance(view: View) -> Response:
    """The choices; a script marks those of this browser."""
    return view.page("settings/appearance/appearance.html")
