"""The head that all tabs of an entity page wear: who it is, its numbers, its neighbours and what can be done.

A tab is a folder below `entity/` with an entry of the menu `entity`. Its document asks for the entity with
`...EntityHead`, its template extends `entity/entity.html` and fills the block `tab`:

    @pages.get("/entities/{entity_id}/descriptors", entry=Entry("entity", "Descriptors", order=20))
    async def descriptors(view: View) -> Response:
        found = await view.ask("EntityDescriptors", entity=view.params["entity_id"])
        return view.page("entity/descriptors/descriptors.html", **await head(view, found["entity"]), facts=…)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faceforge_ui.serving import Pages, View

pages = Pages(__name__)

COUNTED = {"Descriptors": "descriptors", "Attachments": "assets", "Relationships": "relationships"}
"""What is counted, by the label of its tab."""


async def head(view: View, entity: Mapping[str, Any]) -> dict[str, Any]:
    """What `entity/entity.html` shows beside the tab: `entity`, its `address`, `counts` (label of a tab -> number, for
    what the person may read),
    and whether it is `changeable` by whoever looks.

    Ask for the entity with `deleted: INCLUDE`: one in the trash is shown, and can be put back.
    """
    counts: dict[str, int] = {}
    if entity["deletedAt"] is None:
        found = (await view.within(pages).ask("EntityCounts", entity=entity["id"]))["entity"]
        counts = {label: found[noun]["totalCount"] for label, noun in COUNTED.items() if noun in found}
    return {
        "entity": entity,
        "address": f"/entities/{entity['id']}",
        "counts": counts,
        "changeable": entity["deletedAt"] is None and view.may("entities:write"),
    }
