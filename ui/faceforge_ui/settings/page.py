"""The settings: each concern is a page of its own, and this address leads to the first."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from faceforge_ui.serving import Entry, Pages, View
from faceforge_ui.serving.menus import menu

pages = Pages(__name__)


@pages.get("/settings", entry=Entry("more", "Settings", icon="gear", order=90, key="s"))
async def settings(view: View) -> Response:
    """Where the settings begin."""
    return RedirectResponse(menu(view.request, "settings")[0].href, 303)
