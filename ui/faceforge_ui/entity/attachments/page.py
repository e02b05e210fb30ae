"""The files of an entity: rows of pictures by type, and what can be done with several of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from faceforge_storage.errors import InvalidInput, NotFound, VersionConflict
from faceforge_ui.entity.attachments.tiles import tile
from faceforge_ui.entity.head import head
from faceforge_ui.forms.tags import read_tags
from faceforge_ui.serving import Entry, Pages, View
from faceforge_ui.serving.selection import (
    each_of,
    packed,
    parts,
    selected,
    tags_in_words,
    undo_address,
    unpacked,
)
from faceforge_ui.serving.words import count, plural

pages = Pages(__name__)

PAGE = 50
"""How many files an answer has."""
LONGEST = 60_000
"""How long the address of an Undo may be: Core reads 64 KiB of head."""
TRIES = 3
TYPES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "images": ("Images", "image/*"),
        "audio": ("Audio", "audio/*"),
        "video": ("Video", "video/*"),
        "models": ("Models", "application/x-safetensors"),
        "pdf": ("PDF", "application/pdf"),
        "text": ("Text", "text/*"),
    }
)
"""What the list may show alone: the word for it, and the media types."""
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


@pages.get("/entities/{entity_id}/attachments", entry=Entry("entity", "Attachments", icon="files", order=30))
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
    form = await view.form()
    ids, role = form.texts("id"), form.text("role").strip()
    for asset in ids:
        await view.ask("LinkFile", **_link(view, asset), input={"role": role} if role else None)
    view.say(f"{plural(len(ids), 'file')} linked")
    return view.go(f"/entities/{view.params['entity_id']}/attachments")


@pages.post("/entities/{entity_id}/attachments/role", shows=attachments)
async def set_role(view: View) -> Response | None:
    """Say what the files are to the entity; an empty role takes it away."""
    role = (await view.form()).text("role").strip()
    done = await _each(
        view,
        await selected(view),
        lambda asset: view.ask("LinkFile", **_link(view, asset), input={"role": role or None}),
    )
    named = f"{plural(len(done), 'file')}"
    view.say(f"{named}: {role}" if role else f"{named} without a role")
    return None


@pages.post("/entities/{entity_id}/attachments/unlink", shows=attachments)
async def unlink(view: View) -> Response | None:
    """Take files from the entity. They stay in the library."""
    ids = await selected(view)
    before = await _some(view, ids)
    done = await _each(view, ids, lambda asset: view.ask("UnlinkFile", **_link(view, asset)))
    taken = set(done)
    undo = _linking(view, [each for each in before if each["id"] in taken])
    view.say(f"{plural(len(done), 'file')} unlinked", undo=undo)
    return None


@pages.post("/entities/{entity_id}/attachments/linked-again", shows=attachments)
async def link_again(view: View) -> Response | None:
    """Undo of `unlink`: the links come back, with their roles."""
    roles = _linked(view)
    done = await _each(
        view, roles, lambda asset: view.ask("LinkFile", **_link(view, asset), input={"role": roles[asset]})
    )
    view.say(f"{plural(len(done), 'file')} linked again")
    return None


@pages.post("/entities/{entity_id}/attachments/tags", shows=attachments)
async def tag(view: View) -> Response | None:
    """Add tags to files; those that they have stay."""
    tags = read_tags((await view.form()).texts("tag"))
    if not tags:
        raise InvalidInput("Write at least one tag.")
    done = await _each(view, await selected(view), lambda asset: _add_tags(view, asset, tags))
    view.say(f"{plural(len(done), 'file')} got {tags_in_words(tags)}")
    return None


async def _add_tags(view: View, asset: str, tags: list[str]) -> None:
    for _ in range(TRIES):
        for found in await _some(view, [asset]):
            united = list(dict.fromkeys([*found["tags"], *tags]))
            if united == found["tags"]:
                return
            try:
                await view.ask("TagFile", asset=asset, input={"tags": united}, version=found["version"])
                return
            except VersionConflict:
                continue
    raise NotFound("A file is not in the library any more.", hint="It may be in the trash.")


@pages.post("/entities/{entity_id}/attachments/trash", shows=attachments)
async def trash(view: View) -> Response | None:
    """Move files to the trash, from where they come back with their links."""
    done = await _each(view, await selected(view), lambda asset: view.ask("TrashFile", asset=asset))
    undo = undo_address(f"/entities/{view.params['entity_id']}/attachments/put-back", done)
    view.say(f"{plural(len(done), 'file')} moved to the trash", undo=undo)
    return None


@pages.post("/entities/{entity_id}/attachments/put-back", shows=attachments)
async def put_back(view: View) -> Response | None:
    """Undo of `trash`."""
    done = await _each(view, await selected(view), lambda asset: view.ask("PutFileBack", asset=asset))
    view.say(f"{plural(len(done), 'file')} put back")
    return None


@pages.post("/entities/{entity_id}/attachments/thumbnail", shows=attachments)
async def use_as_thumbnail(view: View) -> Response | None:
    """Let one of the pictures stand for the entity."""
    asset = (await view.form()).text("id")
    await view.ask("UsePicture", entity=view.params["entity_id"], asset=asset)
    view.say("This picture stands for them now")
    return None


async def _each(view: View, ids: Iterable[str], act: Callable[[str], Awaitable[Any]]) -> list[str]:
    """The files that something was done for; of the others it is said why not. Raises that where there is none."""
    done, failed = await each_of(ids, act)
    if failed:
        view.say(f"{plural(len(failed), 'file')} stayed as before: {failed[0]}")
    return done


def _link(view: View, asset: str) -> dict[str, str]:
    return {"entity": view.params["entity_id"], "asset": asset}


async def _some(view: View, ids: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for some in parts(view, ids):
        found += (await view.ask("SomeFiles", ids=some))["assets"]["nodes"]
    return found


def _linking(view: View, files: list[dict[str, Any]]) -> str:
    """The address that links files again, each role with its files; none when it would be too long."""
    entity = view.params["entity_id"]
    by_role: dict[str, list[str]] = defaultdict(list)
    for each in files:
        by_role[_role(each, entity) or ""].append(each["id"])
    query = urlencode(
        [pair for role, ids in by_role.items() for pair in (("role", role), ("ids", packed(ids)))]
    )
    address = f"/entities/{entity}/attachments/linked-again?{query}"
    return address if files and len(address) <= LONGEST else ""


def _linked(view: View) -> dict[str, str | None]:
    """The files and their roles in the address of `_linking`; raises InvalidInput for anything else."""
    roles, ids = view.query.getlist("role"), view.query.getlist("ids")
    return {each: role or None for role, some in zip(roles, ids, strict=False) for each in unpacked(some)}


def _role(asset: Mapping[str, Any], entity: str) -> str | None:
    return next((link["role"] for link in asset.get("links", []) if link["entityId"] == entity), None)
