"""All files as rows of pictures: found, narrowed down, sorted; several at once tagged, linked, trashed or put back."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from starlette.responses import Response

from faceforge_storage.errors import FaceForgeError, InvalidInput, VersionConflict
from faceforge_ui.assets.listing import DATES, ORDERS, Listing
from faceforge_ui.entity.attachments import page as attachments
from faceforge_ui.forms.tags import read_tags
from faceforge_ui.serving import Entry, Pages, View, words
from faceforge_ui.serving.selection import each_of, parts, selected, tags_in_words, undo_address, undo_tags

pages = Pages(__name__)

FIRST = 50
TYPES: Mapping[str, str] = MappingProxyType({types: word for word, types in attachments.TYPES.values()})
"""Media types that are one click away, and the word for them; the same as among the files of an entity."""


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
    given = read_tags([*form.texts("tag"), *view.query.getlist("word")])
    away = (form.text("do") or view.query.get("do")) == "remove"
    ids = await selected(view)
    if not given:
        raise InvalidInput("Write at least one tag.")
    changed = {}
    for part in parts(view, ids):
        some = await view.ask("TagsOfFiles", ids=part)
        for each in some["assets"]["nodes"]:
            if tags := await _tagged(view, each, given, away=away):
                changed[each["id"]] = tags
    named = tags_in_words(given)
    if not changed:
        view.say(f"All of them are {'without' if away else 'with'} {named} already")
        return
    undo = undo_tags("/assets/tags", changed, do="add" if away else "remove")
    view.say(f"{words.plural(len(changed), 'file')} {'lost' if away else 'got'} {named}", undo=undo)


async def _tagged(view: View, file: dict[str, Any], given: list[str], *, away: bool) -> list[str]:
    """Which tags the file got or lost. Somebody else's change in between is kept."""
    for _ in range(3):
        wanted = (
            [tag for tag in file["tags"] if tag not in given]
            if away
            else list(dict.fromkeys([*file["tags"], *given]))
        )
        if wanted == file["tags"]:
            return []
        try:
            await view.ask(
                "SetTags", assetId=file["id"], input={"tags": wanted}, expectedVersion=file["version"]
            )
        except VersionConflict:
            file = (await view.ask("TagsOfFiles", ids=[file["id"]]))["assets"]["nodes"][0]
        else:
            return [tag for tag in given if (tag in file["tags"]) == away]
    return []


@pages.post("/assets/links", shows=assets)
async def links(view: View) -> None:
    """Link several files to entities."""
    form = await view.form()
    role = form.text("role").strip()
    chosen = [each for each in form.texts("entity_id") if each]
    if not chosen:
        raise InvalidInput("Choose somebody to link them to.")
    given = {"input": {"role": role}} if role else {}

    async def link(asset_id: str) -> None:
        for entity_id in chosen:
            await view.ask("LinkFile", entityId=entity_id, assetId=asset_id, **given)

    done, failed = await each_of(await selected(view), link)
    _tell(view, done, failed, "linked")


@pages.post("/assets/trash", shows=assets)
async def trash(view: View) -> None:
    done, failed = await each_of(await selected(view), lambda each: view.ask("TrashFile", assetId=each))
    _tell(view, done, failed, "moved to the trash", undo=undo_address("/assets/restore", done))


@pages.post("/assets/restore", shows=assets)
async def restore(view: View) -> None:
    """Put back what the form names, or the address of an Undo."""
    done, failed = await each_of(await selected(view), lambda each: view.ask("RestoreFile", assetId=each))
    _tell(view, done, failed, "put back")


def _tell(view: View, done: list[str], failed: list[FaceForgeError], what: str, undo: str = "") -> None:
    left = f"; {len(failed):,} stayed as they were: {failed[0]}" if failed else ""
    view.say(f"{words.plural(len(done), 'file')} {what}{left}", undo=undo)
