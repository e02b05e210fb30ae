"""What stands around every page: the numbers beside the lines of the menus."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from faceforge_ui.serving import Pages, View

pages = Pages(__name__)


@pages.get("/shell/counts")
async def counts(view: View) -> Response:
    """How many entities and assets there are, how many lie in the trash, and how many jobs run, as far as the person
    may read them."""
    found: list[dict[str, Any]] = []
    if view.may("entities:read"):
        found.append(await view.ask("EntityCounts"))
    if view.may("assets:read"):
        found.append(await view.ask("AssetCounts"))
    if view.may("jobs:read"):
        found.append(await view.ask("JobCounts"))
    numbers = {name: counted["totalCount"] for each in found for name, counted in each.items()}
    numbers["trash"] = sum(each["trash"]["totalCount"] for each in found if "trash" in each)
    return JSONResponse(numbers, headers={"Cache-Control": "private, no-cache"})
