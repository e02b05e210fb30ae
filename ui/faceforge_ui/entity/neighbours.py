"""Who comes before and after an entity in the list that one came from, and which of how many it is."""

from __future__ import annotations

import base64
import json
from typing import Any

from faceforge_ui.entities.listing import listing
from faceforge_ui.serving import View

OTHER = {"ASC": "DESC", "DESC": "ASC"}


STEP, MOST_STEPS = 500, 4
"""So many rows are counted at once to tell how far down a list somebody is, and so often; no further down."""


async def neighbours(view: View, entity_id: str) -> dict[str, Any]:
    """`previous` and `next`, each with `id` and `name`, or None at the ends of the list that the address describes."""
    asked = _asked(view)
    after, before = await _cursors(view, entity_id, asked)
    if after is None:
        return {"previous": None, "next": None}
    found = await view.ask("Beside", next=after, previous=before, **asked)
    return {side: _shown(found[side]["nodes"]) for side in ("previous", "next")}


async def place(view: View, entity_id: str) -> dict[str, Any]:
    """`total`, how many the list has that the address describes, and `number`, which of them this is, counted from 1.

    `number` is None far down a long list, and both are for somebody who is not in the list.
    """
    asked = _asked(view)
    _, cursor = await _cursors(view, entity_id, asked)
    filters = {name: value for name, value in asked.items() if name not in ("forward", "backward", "sortBy")}
    counted = await view.ask("HowMany", entity=entity_id, **filters)
    if cursor is None or not counted["here"]["totalCount"]:
        return {"number": None, "total": None}
    steps = {name: value for name, value in asked.items() if name != "forward"}
    number = 1
    for _ in range(MOST_STEPS):
        found = (await view.ask_apart("Before", previous=cursor, first=STEP, **steps))["entities"]
        number += len(found["nodes"])
        cursor = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            return {"number": number, "total": counted["list"]["totalCount"]}
    return {"number": None, "total": counted["list"]["totalCount"]}


def _asked(view: View) -> dict[str, Any]:
    """The variables of the list that the address describes, in both directions."""
    asked = listing(view).asked
    forward = asked.pop("sortOrder")
    return asked | {"forward": forward, "backward": OTHER[forward]}


async def _cursors(view: View, entity_id: str, asked: dict[str, Any]) -> tuple[str, str] | tuple[None, None]:
    """Where the entity stands in the list, and in the list turned round; None where either is empty."""
    place = await view.ask("Place", entity=entity_id, **asked)
    here, lists = place["here"]["edges"], (place["forward"]["edges"], place["backward"]["edges"])
    if not here or not all(lists):
        return None, None
    after, before = (_moved(here[0]["cursor"], edges[0]["cursor"]) for edges in lists)
    return after, before


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
