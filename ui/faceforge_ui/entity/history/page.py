"""What happened to one entity: the journal of its record, as sentences."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from faceforge_ui.entity.head import head
from faceforge_ui.history.told import of_record
from faceforge_ui.serving import Entry, Pages, View

pages = Pages(__name__)


@pages.get(
    "/entities/{entity_id}/history",
    entry=Entry("entity", "History", order=50, permission="journal:read"),
)
async def entity_history(view: View) -> Response:
    """Its edits, the newest first, with before and after."""
    entity_id = view.params["entity_id"]
    found = await view.ask("HistoryHead", entity=entity_id)
    shown = await head(view, found["entity"])
    told = await of_record(view, "entity", entity_id)
    address = f"/entities/{entity_id}/history"
    return view.page(
        "entity/history/history.html",
        **shown,
        lines=told.lines,
        next=f"{address}?{urlencode({'after': told.after})}" if told.after else "",
        first=address if "after" in view.query else "",
    )
