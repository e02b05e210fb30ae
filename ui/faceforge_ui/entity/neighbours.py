"""Who comes before and after an entity in the list that one came from."""

from __future__ import annotations

import base64
import json
from typing import Any

from faceforge_ui.entities.listing import listing
from faceforge_ui.serving import View

OTHER = {"ASC": "DESC", "DESC": "ASC"}


async def neighbours(view: View, entity_id: str) -> dict[str, Any]:
    """`previous` and `next`, each with `id` and `name`, or None at the ends of the list that the address describes."""
    asked = listing(view).asked
    forward = asked.pop("sortOrder")
    asked |= {"forward": forward, "backward": OTHER[forward]}
    place = await view.ask("Place", entity=entity_id, **asked)
    here, lists = place["here"]["edges"], (place["forward"]["edges"], place["backward"]["edges"])
    if not here or not all(lists):
        return {"previous": None, "next": None}
    after, before = (_moved(here[0]["cursor"], edges[0]["cursor"]) for edges in lists)
    found = await view.ask("Beside", next=after, previous=before, **asked)
    return {side: _shown(found[side]["nodes"]) for side in ("previous", "next")}


def _moved(cursor: str, into: str) -> str:
    """The place of one cursor in the list of another."""
    _, *place = _parts(cursor)
    mark, *_ = _parts(into)
    text = json.dumps([mark, *place], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _parts(cursor: str) -> list[Any]:
    parts: list[Any] = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return parts


def _shown(nodes: list[dict[str, Any]]) -> dict[str, Any] | None:
    return {"id": nodes[0]["id"], "name": nodes[0]["displayName"]} if nodes else None
