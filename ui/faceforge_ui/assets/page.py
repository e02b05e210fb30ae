"""All files as rows of pictures: found, narrowed down, sorted; several at once tagged, linked, trashed or put back."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from faceforge_storage.errors import VersionConflict
from faceforge_ui.assets.listing import DATES, ORDERS, Listing
from faceforge_ui.entity.attachments import page as attachments
from faceforge_ui.serving import Entry, Pages, View, words

pages = Pages(__name__)

FIRST = 50
TYPES: Mapping[str, str] = MappingProxyType({types: word for word, types in attachments.TYPES.values()})
"""Media types that are one click away, and the word for them; the same as among the files of an entity."""
MOST_UNDONE = 100
"""So many files are put back by Undo, whose address names each; more wait in the trash."""


@pages.get(
    "/assets",
    entry=Entry("main", "Assets", icon="files", order=20, key="a", permission="assets:read", count="assets"),
)
async def assets(view: View) -> Response:
    listing = Listing(view.query)
    cursor = view.query.get("cursor")
    after = {"after": cursor} if cursor else {}
    found = (await view.ask("Assets", **listing.variables, **after, first=FIRST))["assets"]
    following = found["pageInfo"]["endCursor"] if found["pageInfo"]["hasNextPage"] else None
    return view.page(
        "assets/assets.html",
        found=found,
        listing=listing,
        next=listing.address(cursor=following) if following else "",
        back=listing.address(),
        chips=[
            (said(name, text), listing.without(name, text)) for name, text in listing.filters if name != "q"
        ],
        types=TYPES,
        orders=ORDERS,
    )


def said(name: str, text: str) -> str:
    """A filter in words."""
    if name == "mime_type":
        return TYPES.get(text, text)
    if name in DATES:
        return ("Taken from " if name == "taken_since" else "Taken before ") + text
    shown = {
        "kind": f"Kind {text}",
        "tag": f"Tag {text}",
        "filename": f"Called {text}",
        "linked": {"none": "Of nobody", "some": "Of somebody"}.get(text, text),
        "deleted": {"only": "In the trash", "include": "With the trash"}.get(text, text),
        "entity_id": "Of one entity",
        "derived_from_asset_id": "Made from one file",
        "content_hash": "With the same bytes",
    }
    return shown.get(name, text)


@pages.post("/assets/tags", shows=assets)
async def tags(view: View) -> None:
    """Give tags to several files, or take them away."""
    form = await view.form()
    given = [tag.strip() for text in form.texts("tag") for tag in text.split(",") if tag.strip()]
    ids = form.texts("id")
    if not given or not ids:
        return
    away = form.text("do") == "remove"
    changed = 0
    for start in range(0, len(ids), 100):
        some = await view.ask("TagsOfFiles", ids=ids[start : start + 100])
        for each in some["assets"]["nodes"]:
            changed += await _tagged(view, each, given, away=away)
    view.say(words.plural(changed, "file") + (" lost the tag" if away else " tagged"))


async def _tagged(view: View, file: dict[str, Any], given: list[str], *, away: bool) -> bool:
    """Whether the file was changed. Somebody else's change in between is kept."""
    for _ in range(3):
        wanted = (
            [tag for tag in file["tags"] if tag not in given]
            if away
            else list(dict.fromkeys([*file["tags"], *given]))
        )
        if wanted == file["tags"]:
            return False
        try:
            await view.ask(
                "SetTags", assetId=file["id"], input={"tags": wanted}, expectedVersion=file["version"]
            )
        except VersionConflict:
            file = (await view.ask("TagsOfFiles", ids=[file["id"]]))["assets"]["nodes"][0]
        else:
            return True
    return False


@pages.post("/assets/links", shows=assets)
async def links(view: View) -> None:
    """Link several files to entities."""
    form = await view.form()
    role = form.text("role").strip()
    ids, chosen = form.texts("id"), [each for each in form.texts("entity_id") if each]
    for entity_id in chosen:
        for asset_id in ids:
            given = {"input": {"role": role}} if role else {}
            await view.ask("LinkFile", entityId=entity_id, assetId=asset_id, **given)
    view.say(f"{words.plural(len(ids), 'file')} linked" if chosen else "Choose an entity to link them to")


@pages.post("/assets/trash", shows=assets)
async def trash(view: View) -> None:
    ids = (await view.form()).texts("id")
    for asset_id in ids:
        await view.ask("TrashFile", assetId=asset_id)
    undo = (
        f"/assets/restore?{urlencode([('put_back', each) for each in ids])}"
        if len(ids) <= MOST_UNDONE
        else ""
    )
    view.say(f"{words.plural(len(ids), 'file')} moved to the trash", undo=undo)


@pages.post("/assets/restore", shows=assets)
async def restore(view: View) -> None:
    """Put back what the form names, or the address of an Undo."""
    ids = [*(await view.form()).texts("id"), *view.query.getlist("put_back")]
    for asset_id in ids:
        await view.ask("RestoreFile", assetId=asset_id)
    view.say(f"{words.plural(len(ids), 'file')} put back")
