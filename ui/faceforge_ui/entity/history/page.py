"""What happened to one entity and to what belongs to it: the journal of these records, as sentences."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from faceforge_ui.entity.head import head
from faceforge_ui.history.told import of_records
from faceforge_ui.serving import Entry, Pages, View

pages = Pages(__name__)
KINDS = {"descriptors": "facts", "relationships": "relations", "assets": "files"}
"""What belongs to an entity -> the variable that asks for it."""


@pages.get(
    "/entities/{entity_id}/history",
    entry=Entry("entity", "History", order=50, permission="journal:read"),
)
async def entity_history(view: View) -> Response:
    """Its edits, and those of its facts, relationships and links to files, the newest first, with before and after."""
    entity_id = view.params["entity_id"]
    found = await view.ask("HistoryHead", entity=entity_id)
    shown = await head(view, found["entity"])
    belonging, all_of_it = await _belonging(view, entity_id)
    told = await of_records(view, [entity_id, *belonging])
    address = f"/entities/{entity_id}/history"
    return view.page(
        "entity/history/history.html",
        **shown,
        lines=told.lines,
        all_of_it=all_of_it,
        next=f"{address}?{urlencode({'after': told.after})}" if told.after else "",
        first=address if "after" in view.query else "",
    )


async def _belonging(view: View, entity_id: str) -> tuple[list[str], bool]:
    """The ids of what belongs to the entity, as many as one query may name, and whether that is all."""
    most = (view.context.core.settings.limits.filter_values - 1) // len(KINDS)
    wanted = {variable: view.may(f"{kind}:read") for kind, variable in KINDS.items()}
    found = (await view.ask("Belonging", entity=entity_id, most=most, **wanted))["entity"]
    ids = {kind: [each["id"] for each in found.get(kind, {"nodes": ()})["nodes"]] for kind in KINDS}
    ids["assets"] = [f"{asset}/{entity_id}" for asset in ids["assets"]]  # of a file, that it was linked
    whole = not any(found[kind]["pageInfo"]["hasNextPage"] for kind in KINDS if kind in found)
    return [each for some in ids.values() for each in some], whole
