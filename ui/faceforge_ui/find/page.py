"""What the palette and the pickers ask: entities and files by name, and tags, as JSON."""

from __future__ import annotations

from collections import Counter
from typing import Any

from starlette.responses import JSONResponse, Response

from faceforge_ui.serving import Pages, View
from faceforge_ui.serving.words import bytes as size_in_words

pages = Pages(__name__)
ENTITIES, FILES, RECENT = 8, 5, 4
"""How many of each the palette shows, and how many entities before anything is typed."""
LOOKED_AT = 24
"""How many are looked at for those: names that begin with the word come before those that only hold it."""
TAGGED = 500
"""How many records are looked at for tags that may be wanted again."""
Found = tuple[list[dict[str, Any]], bool]
"""Records as the browser shows them, and whether these are all."""


@pages.get("/find")
async def find(view: View) -> Response:
    """Entities and files whose names hold `q`; without `q` the entities that changed last. `of` narrows to `entities`
    or `files`; `complete` says that there are no others."""
    word, of = view.query.get("q", "").strip(), view.query.get("of", "")
    entities: Found = ([], True)
    files: Found = ([], True)
    if of != "files" and view.may("entities:read"):
        entities = await _entities(view, word)
    if of != "entities" and word and view.may("assets:read"):
        files = await _files(view, word)
    answer = {"entities": entities[0], "files": files[0], "complete": entities[1] and files[1]}
    return JSONResponse(answer, headers={"Cache-Control": "private, no-cache"})


@pages.get("/find/tags")
async def tags(view: View) -> Response:
    """The tags in use, as JSON: those of the entities or files (`of`) that changed last, the most used first."""
    kind, operation = (
        ("assets", "TagsOfFiles") if view.query.get("of") == "files" else ("entities", "TagsOfEntities")
    )
    used: Counter[str] = Counter()
    if view.may(f"{kind}:read"):
        for each in (await view.ask(operation, first=TAGGED))[kind]["nodes"]:
            used.update(each["tags"])
    return JSONResponse(
        [tag for tag, _ in used.most_common()], headers={"Cache-Control": "private, no-cache"}
    )


async def _entities(view: View, word: str) -> Found:
    order = ("DISPLAY_NAME", "ASC") if word else ("UPDATED_AT", "DESC")
    first = LOOKED_AT if word else RECENT
    asked = {"q": word or None, "first": first, "sortBy": order[0], "sortOrder": order[1]}
    found = (await view.ask("FindEntities", **asked))["entities"]
    shown = [_entity(each) for each in found["nodes"]]
    best = _best_first(shown, word)[:ENTITIES]
    return best, not found["pageInfo"]["hasNextPage"] and len(best) == len(shown)


async def _files(view: View, word: str) -> Found:
    found = (await view.ask("FindFiles", q=word, first=LOOKED_AT))["assets"]
    shown = [_file(each) for each in found["nodes"]]
    best = _best_first(shown, word)[:FILES]
    return best, not found["pageInfo"]["hasNextPage"] and len(best) == len(shown)


def _entity(node: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": node["id"],
        "kind": "entity",
        "name": node["displayName"],
        "other": node["aliases"],
        "note": " · ".join(node["tags"][:2]),
        "href": f"/entities/{node['id']}",
        "picture": node["thumbnail"]["small"] if node["thumbnail"] else None,
    }


def _file(node: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": node["id"],
        "kind": "file",
        "name": node["filename"],
        "other": [],
        "note": size_in_words(node["sizeBytes"]),
        "href": f"/assets/{node['id']}",
        "picture": node["thumbnail"]["small"] if node["thumbnail"] else None,
    }


def _best_first(shown: list[dict[str, Any]], word: str) -> list[dict[str, Any]]:
    """Names that begin with the word, then those with a word that does, then the others; each by name."""
    asked = word.casefold()

    def rank(record: dict[str, Any]) -> int:
        name = record["name"].casefold()
        if name.startswith(asked):
            return 0
        return 1 if any(part.startswith(asked) for part in name.split()) else 2

    return sorted(shown, key=rank)
