"""Where a file stands in the list that a person came from: which ones are before and after it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import QueryParams

from faceforge_storage.errors import NotFound
from faceforge_ui.assets.listing import TYPES, Listing
from faceforge_ui.serving import View

ALL = "/assets"
OF_ENTITY = re.compile(r"/entities/([0-9a-f]{64})(?:/attachments)?")
MOST_PAGES = 20
"""So many times 500 files are looked through; a file further down is shown without its neighbours."""
BESIDE = 12
"""How many files the strip shows on each side."""


@dataclass
class Place:
    """Where a file stands in a list."""

    back: str
    """The address of the list."""
    of: str = ""
    """Whose files they are."""
    number: int = 0
    """Counted from 1; 0 for a file that was not found in the list."""
    total: int = 0
    film: list[dict[str, Any]] = field(default_factory=list)
    """The file and those beside it, in order."""
    before: str = ""
    after: str = ""


def link(asset_id: str, back: str) -> str:
    """The address of a file, as one of a list."""
    return f"/assets/{asset_id}?{urlencode({'in': back})}"


def list_of(view: View) -> str:
    """The address of the list that the person came from: one of ours, else that of all files."""
    wished = view.query.get("in", "")
    split = urlsplit(wished)
    here = not split.scheme and not split.netloc and split.path.startswith("/") and "\\" not in wished
    return wished if here and not wished.startswith("//") else ALL


async def place_of(view: View, asset_id: str) -> Place:
    """Raises what asking raises, but for a list of somebody who is not there any more."""
    place = Place(list_of(view))
    split = urlsplit(place.back)
    listing = Listing(QueryParams(split.query))
    variables = listing.variables
    if split.path == "/trash":
        variables |= {"deleted": "ONLY", "sortBy": "UPDATED_AT"}
    elif found := OF_ENTITY.fullmatch(split.path):
        try:
            named = await view.ask("NameOfEntity", entityId=found[1])
        except NotFound:
            return place
        place.of = named["entity"]["displayName"]
        variables["entityId"] = found[1]
        if (shown := listing.query.get("show", "")) in TYPES:
            variables["mimeType"] = TYPES[shown][1]
    elif split.path != ALL:
        return place
    await _look(view, asset_id, variables, place)
    return place


async def _look(view: View, asset_id: str, variables: dict[str, Any], place: Place) -> None:
    """Look the file up in the list, and those beside it."""
    ids: list[str] = []
    after: dict[str, str] = {}
    for page in range(MOST_PAGES):
        found = (await view.ask("IdsOfFiles", **variables, **after, counted=page == 0))["assets"]
        ids += [each["id"] for each in found["nodes"]]
        place.total = found.get("totalCount", place.total)
        enough = asset_id in ids[: max(0, len(ids) - BESIDE)]
        if enough or not found["pageInfo"]["hasNextPage"]:
            break
        after = {"after": found["pageInfo"]["endCursor"]}
    if asset_id not in ids:
        return
    at = ids.index(asset_id)
    place.number = at + 1
    beside = ids[max(0, at - BESIDE) : at + BESIDE + 1]
    shown = await view.ask("Film", ids=beside, deleted=variables.get("deleted", "EXCLUDE"))
    by_id = {each["id"]: each for each in shown["assets"]["nodes"]}
    place.film = [by_id[each] for each in beside if each in by_id]
    place.before = link(ids[at - 1], place.back) if at else ""
    place.after = link(ids[at + 1], place.back) if at + 1 < len(ids) else ""
