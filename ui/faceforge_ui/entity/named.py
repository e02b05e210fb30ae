"""Whom and what the values of fields and facts name."""

from __future__ import annotations

from collections.abc import Iterable

from faceforge_ui.serving import Pages, View
from faceforge_ui.serving.selection import parts

pages = Pages(__name__)


async def named(view: View, entities: Iterable[str], files: Iterable[str]) -> dict[str, dict[str, str]]:
    """Id -> `name`, `href` and `picture` of those that are there and may be read."""
    known: dict[str, dict[str, str]] = {}
    for noun, operation, wanted in (
        ("entities", "NamesOfEntities", entities),
        ("assets", "NamesOfFiles", files),
    ):
        ids = list(dict.fromkeys(wanted)) if view.may(f"{noun}:read") else []
        for some in parts(view, ids):
            found = await view.within(pages).ask(operation, ids=some)
            for node in found[noun]["nodes"]:
                picture = node["thumbnail"]["small"] if node["thumbnail"] else ""
                known[node["id"]] = {
                    "name": node["name"],
                    "href": f"/{noun}/{node['id']}",
                    "picture": picture,
                }
    return known
