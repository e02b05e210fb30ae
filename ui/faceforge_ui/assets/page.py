"""All files as rows of pictures: found, narrowed down, sorted; several at once tagged, linked, trashed or put back."""

from __future__ import annotations

from starlette.responses import Response

from faceforge_storage.errors import InvalidInput
from faceforge_ui.assets import changes
from faceforge_ui.assets.changes import link, retag_files
from faceforge_ui.assets.listing import DATES, ORDERS, TYPES, Listing
from faceforge_ui.assets.tiles import tile
from faceforge_ui.forms.tags import read_tags
from faceforge_ui.serving import Entry, Pages, View
from faceforge_ui.serving.selection import each_of, left, selected, undo_address
from faceforge_ui.serving.words import plural

pages = Pages(__name__)

FIRST = 50
WORDS = {types: word for word, types in TYPES.values()}
"""Media types that are one click away, and the word for them."""


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
        files=[tile(each) for each in found["nodes"]],
        listing=listing,
        next=listing.address(cursor=following) if following else "",
        back=listing.address(),
        chips=[
            (said(name, text), listing.without(name, text)) for name, text in listing.filters if name != "q"
        ],
        types=WORDS,
        orders=ORDERS,
    )


def said(name: str, text: str) -> str:
    """A filter in words."""
    if name == "mime_type":
        return WORDS.get(text, text)
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
    """Give the selected files tags, or take tags from them."""
    form = await view.form()
    given, away = read_tags([*form.texts("tag"), *view.query.getlist("word")]), _away(form.text("do"), view)
    ids = await selected(view)
    if not given:
        raise InvalidInput("Write at least one tag.")
    made = await retag_files(view, ids, given, removing=away)
    undo = undo_address("/assets/tags", made.changed, word=given, do="add" if away else "remove")
    view.say(made.said("file"), undo=undo if made.changed and made.exact else "")


def _away(sent: str, view: View) -> bool:
    return (sent or view.query.get("do")) == "remove"


@pages.post("/assets/links", shows=assets)
async def links(view: View) -> None:
    """Link the selected files to entities."""
    form = await view.form()
    role = form.text("role").strip()
    ids, chosen = await selected(view), [each for each in form.texts("entity_id") if each]
    if not chosen:
        raise InvalidInput("Choose an entity to link them to.")

    async def to_all(asset: str) -> None:
        for entity in chosen:
            await link(view, entity, asset, {"role": role} if role else None)

    done, failed = await each_of(ids, to_all)
    view.say(f"{plural(len(done), 'file')} linked{left(failed)}")


@pages.post("/assets/trash", shows=assets)
async def trash(view: View) -> None:
    """Move the selected files to the trash."""
    done, failed = await each_of(await selected(view), lambda each: changes.trash(view, each))
    undo = undo_address("/assets/restore", done)
    view.say(f"{plural(len(done), 'file')} moved to the trash{left(failed)}", undo=undo)


@pages.post("/assets/restore", shows=assets)
async def restore(view: View) -> None:
    """Put back what the form names, or the address of an Undo."""
    done, failed = await each_of(await selected(view), lambda each: changes.restore(view, each))
    view.say(f"{plural(len(done), 'file')} put back{left(failed)}")
