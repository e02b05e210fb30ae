"""The files of an entity: rows of pictures by type, and what can be done with several of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from faceforge_storage.errors import InvalidInput
from faceforge_ui.assets import changes
from faceforge_ui.assets.listing import TYPES
from faceforge_ui.assets.tiles import tile
from faceforge_ui.entity.head import head
from faceforge_ui.forms.tags import read_tags
from faceforge_ui.serving import Entry, Pages, View
from faceforge_ui.serving.selection import each_of, left, selected, undo_address
from faceforge_ui.serving.words import count, plural

pages = Pages(__name__)

PAGE = 50
"""How many files an answer has."""
LONGEST_UNDO = 30_000
"""Characters of an address; files whose roles do not fit in are not linked again by a click."""
ORDERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "created_at": ("Newest first", "DESC"),
        "filename": ("By name", "ASC"),
        "size_bytes": ("Largest first", "DESC"),
    }
)
FIRST_ORDER = "created_at"
ROLES = ("portrait", "reference", "voice", "training", "sheet")
"""What a file may be to an entity: suggestions, since a role is any word."""


@pages.get(
    "/entities/{entity_id}/attachments",
    entry=Entry("entity", "Attachments", icon="files", order=30, permission="assets:read"),
)
async def attachments(view: View) -> Response:
    """The files by type and order; with `link=1` a search for files to link."""
    entity_id, query = view.params["entity_id"], view.query
    show = query.get("show", "") if query.get("show") in TYPES else ""
    order = query.get("sort_by", "") if query.get("sort_by") in ORDERS else FIRST_ORDER
    found = await view.ask(
        "EntityAttachments",
        entity=entity_id,
        type=TYPES[show][1] if show else None,
        first=PAGE,
        after=query.get("cursor"),
        sortBy=order.upper(),
        sortOrder=ORDERS[order][1],
    )
    shown = await head(view, found["entity"])
    changeable = not found["entity"]["deletedAt"] and view.may("assets:write")
    here = f"/entities/{entity_id}/attachments"
    kept = {"show": show, "sort_by": order if order != FIRST_ORDER else ""}
    return view.page(
        "entity/attachments/attachments.html",
        **shown,
        here=here,
        list_address=_address(here, **kept),
        files=[tile(each, entity_id) for each in found["files"]["nodes"]],
        total=found["files"]["totalCount"],
        following=_following(here, found["files"], **kept),
        types=await _types(view, here, show, kept),
        orders=[
            (each, word, _address(here, **{**kept, "sort_by": each})) for each, (word, _) in ORDERS.items()
        ],
        order=order,
        roles=_roles(entity_id, found["files"]["nodes"]),
        found=await _found(view, here) if changeable and query.get("link") == "1" else None,
        may_add=changeable,
    )


async def _types(view: View, here: str, show: str, kept: Mapping[str, str]) -> list[dict[str, Any]]:
    """The types there are, as `seg` wants them: all first."""
    counts = await view.ask("FilesByType", entity=view.params["entity_id"])
    there = [("", "All"), *((name, word) for name, (word, _) in TYPES.items() if counts[name]["totalCount"])]
    return [
        {
            "label": f"{word} {count(counts[name or 'all']['totalCount'])}",
            "href": _address(here, **{**kept, "show": name}),
            "current": name == show,
        }
        for name, word in there
    ]


def _address(path: str, **parameters: str | None) -> str:
    kept = {name: text for name, text in parameters.items() if text}
    return f"{path}?{urlencode(kept)}" if kept else path


def _following(path: str, page: Mapping[str, Any], **parameters: str | None) -> str:
    """The address of the next page; empty after the last."""
    info = page["pageInfo"]
    return _address(path, **parameters, cursor=info["endCursor"]) if info["hasNextPage"] else ""


def _roles(entity_id: str, files: list[Mapping[str, Any]]) -> list[str]:
    """The roles that stand here, then those that are usual."""
    links = [link for each in files for link in each["links"] if link["entityId"] == entity_id]
    here = {link["role"] for link in links if link["role"]}
    return [*sorted(here), *(each for each in ROLES if each not in here)]


async def _found(view: View, here: str) -> dict[str, Any]:
    """Files that may be linked: by name, or before anything is asked, those of nobody."""
    asked = view.query.get("q", "").strip()
    some = {"q": asked} if asked else {"linked": "NONE"}
    page = (await view.ask("FilesToLink", first=PAGE, after=view.query.get("after"), **some))["assets"]
    info = page["pageInfo"]
    more = _address(here, link="1", q=asked, after=info["endCursor"]) if info["hasNextPage"] else ""
    files = [tile(each, view.params["entity_id"]) for each in page["nodes"]]
    return {"q": asked, "files": files, "total": page["totalCount"], "following": more}


@pages.post("/entities/{entity_id}/attachments/link", shows=attachments)
async def link(view: View) -> Response | None:
    """Link files, each with the role that was written."""
    entity, role = view.params["entity_id"], (await view.form()).text("role").strip()
    given = {"role": role} if role else None
    ids = await selected(view)
    done, failed = await each_of(ids, lambda asset: changes.link(view, entity, asset, given))
    view.say(f"{plural(len(done), 'file')} linked{left(failed)}")
    return view.go(f"/entities/{entity}/attachments")


@pages.post("/entities/{entity_id}/attachments/role", shows=attachments)
async def set_role(view: View) -> None:
    """Say what the files are to the entity; an empty role takes it away."""
    entity, role = view.params["entity_id"], (await view.form()).text("role").strip()
    ids = await selected(view)
    done, failed = await each_of(ids, lambda asset: changes.link(view, entity, asset, {"role": role or None}))
    said = f": {role}" if role else " without a role"
    view.say(f"{plural(len(done), 'file')}{said}{left(failed)}")


@pages.post("/entities/{entity_id}/attachments/unlink", shows=attachments)
async def unlink(view: View) -> None:
    """Take files from the entity. They stay in the library."""
    entity, ids = view.params["entity_id"], await selected(view)
    before = {each["id"]: _role(each, entity) or "" for each in await changes.files_now(view, ids)}
    done, failed = await each_of(ids, lambda asset: changes.unlink(view, entity, asset))
    again = f"/entities/{entity}/attachments/linked-again"
    undo = undo_address(again, done, role=[before.get(each, "") for each in done])
    said = f"{plural(len(done), 'file')} unlinked{left(failed)}"
    view.say(said, undo=undo if len(undo) <= LONGEST_UNDO else "")


@pages.post("/entities/{entity_id}/attachments/linked-again", shows=attachments)
async def link_again(view: View) -> None:
    """Undo of `unlink`: the links come back, with their roles."""
    entity, ids, roles = view.params["entity_id"], await selected(view), view.query.getlist("role")
    if len(ids) != len(roles):
        raise InvalidInput("This cannot be undone any more.")
    as_before = dict(zip(ids, roles, strict=True))
    done, failed = await each_of(
        ids, lambda asset: changes.link(view, entity, asset, {"role": as_before[asset] or None})
    )
    view.say(f"{plural(len(done), 'file')} linked again{left(failed)}")


@pages.post("/entities/{entity_id}/attachments/tags", shows=attachments)
async def tag(view: View) -> None:
    """Add tags to files; those that they have stay."""
    tags = read_tags((await view.form()).texts("tag"))
    if not tags:
        raise InvalidInput("Write at least one tag.")
    view.say((await changes.retag_files(view, await selected(view), tags)).said("file"))


@pages.post("/entities/{entity_id}/attachments/trash", shows=attachments)
async def trash(view: View) -> None:
    """Move files to the trash, from where they come back with their links."""
    done, failed = await each_of(await selected(view), lambda asset: changes.trash(view, asset))
    undo = undo_address(f"/entities/{view.params['entity_id']}/attachments/put-back", done)
    view.say(f"{plural(len(done), 'file')} moved to the trash{left(failed)}", undo=undo)


@pages.post("/entities/{entity_id}/attachments/put-back", shows=attachments)
async def put_back(view: View) -> None:
    """Undo of `trash`."""
    done, failed = await each_of(await selected(view), lambda asset: changes.restore(view, asset))
    view.say(f"{plural(len(done), 'file')} put back{left(failed)}")


@pages.post("/entities/{entity_id}/attachments/thumbnail", shows=attachments)
async def use_as_thumbnail(view: View) -> Response | None:
    """Let one of the pictures stand for the entity."""
    asset = (await view.form()).text("id")
    await view.ask("UsePicture", entity=view.params["entity_id"], asset=asset)
    view.say("This picture stands for them now")
    return None


def _role(asset: Mapping[str, Any], entity: str) -> str | None:
    return next((link["role"] for link in asset["links"] if link["entityId"] == entity), None)
