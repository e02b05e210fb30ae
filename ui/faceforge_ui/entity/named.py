"""Whom and what the values of fields and facts name."""

from __future__ import annotations

from collections.abc import Iterable

from faceforge_ui.serving import Pages, View

pages = Pages(__name__)

AT_ONCE = 100
"""How many ids one question may have."""


async def named(view: View, entities: Iterable[str], files: Iterable[str]) -> dict[str, dict[str, str]]:
    """Id -> `name`, `href` and `picture` of those that are there and may be read."""
    known: dict[str, dict[str, str]] = {}
    for noun, operation, wanted in (
        ("entities", "NamesOfEntities", entities),
        ("assets", "NamesOfFiles", files),
    ):
        ids = list(dict.fromkeys(wanted)) if view.may(f"{noun}:read") else []
        for start in range(0, len(ids), AT_ONCE):
            found = await view.within(pages).ask(operation, ids=ids[start : start + AT_ONCE])
            for node in found[noun]["nodes"]:
                picture = node["thumbnail"]["small"] if node["thumbnail"] else ""
                known[node["id"]] = {
                    "name": node["name"],
                    "href": f"/{noun}/{node['id']}",
                    "picture": picture,
                }
    return known
