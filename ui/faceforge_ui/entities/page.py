"""All entities, as a gallery or a list."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from faceforge_ui.serving import Entry, Pages, View

pages = Pages(__name__)


@pages.get("/", public=True)
async def first(view: View) -> Response:
    """The first page is that of the entities."""
    return RedirectResponse("/entities", 303)


@pages.get("/entities", entry=Entry("main", "Entities", icon="people", order=10, key="e", count="entities"))
async def entities(view: View) -> Response:
    """The first fifty, and the cursor to those that follow."""
    asked = {"q": view.query.get("q"), "after": view.query.get("cursor")}
    found = await view.ask("Entities", first=50, **asked)
    return view.page("entities/list.html", found=found["entities"])
