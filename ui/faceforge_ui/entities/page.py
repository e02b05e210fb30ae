"""All entities, as a gallery or a list."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.responses import RedirectResponse, Response

from faceforge_storage.errors import Fault, InvalidInput
from faceforge_ui.entities import bulk
from faceforge_ui.entities.columns import Column, columns_of
from faceforge_ui.entities.listing import ORDERS, SHOWN, Listing, listing
from faceforge_ui.entities.starting import start
from faceforge_ui.serving import Entry, Pages, View
from faceforge_ui.serving.menus import first_line
from faceforge_ui.serving.windows import Window, window

pages = Pages(__name__)


@pages.get("/")
async def first(view: View) -> Response:
    """The first page is that of the entities, or the first one that is open to the person."""
    return RedirectResponse(first_line(view.request).href, 303)


@pages.get(
    "/entities",
    entry=Entry(
        "main",
        "Entities",
        icon="people",
        order=10,
        key="e",
        permission="entities:read",
        count="entities",
    ),
)
async def entities(view: View) -> Response:
    """The list that the address means: its first rows, or those that the browser asks for while it scrolls."""
    return await shown(view, creating=False)


@pages.get("/entities/new")
async def new(view: View) -> Response:
    """The list, and over it the dialog that asks for a name."""
    return await shown(view, creating=True)


@pages.post("/entities/new", shows=new)
async def create(view: View) -> Response:
    """Make an entity with a name, and go to its page."""
    name = (await view.form()).text("display_name").strip()
    if not name:
        missing = Fault("/display_name", "Write a name; it can be changed later.", "missing", "body")
        raise InvalidInput("The name is missing.", errors=(missing,))
    made = await view.ask("Create", name=name)
    return view.go(f"/entities/{made['createEntity']['id']}")


pages.post("/entities/tags", shows=entities)(bulk.tag)
pages.post("/entities/trash", shows=entities)(bulk.trash)
pages.post("/entities/restore", shows=entities)(bulk.restore)
pages.post("/entities/relate", shows=entities)(bulk.relate)


async def shown(view: View, *, creating: bool) -> Response:
    """The page of the list."""
    wished = listing(view)
    part = await window(view.query, partial(_passed, view, wished))
    found = await _found(view, wished, part)
    columns = await columns_of(view, wished) if wished.view == "list" else []
    shown_columns = _chosen(columns, wished)
    heads = _heads(shown_columns)
    nodes, page = found["entities"]["nodes"], found["entities"]["pageInfo"]
    return view.page(
        "entities/list.html",
        listing=wished,
        nodes=nodes,
        total=found["entities"].get("totalCount"),
        all=found["all"]["totalCount"] if "all" in found else None,
        next=wished.after(page["endCursor"]) if page["hasNextPage"] else "",
        window=part,
        columns=columns,
        shown_columns=shown_columns,
        heads=heads,
        placed=[(each, head["class"]) for each, head in zip(shown_columns, heads[1:], strict=True)],
        sorted_by=ORDERS[wished.order],
        orders=[(name, words, wished.address(order=name)) for name, words in ORDERS.items()],
        sort_choices=list(ORDERS.items()),
        trash_choices=list(SHOWN.items()),
        creating=creating,
        steps=await start(view, wished, found["entities"]) if part.counted else None,
    )


async def _found(view: View, wished: Listing, part: Window) -> dict[str, Any]:
    return await view.ask(
        "Entities",
        first=part.rows,
        after=part.after,
        counted=part.counted,
        narrowed=part.counted and bool(wished.conditions),
        badges=not wished.is_table,
        **wished.asked,
    )


async def _passed(view: View, wished: Listing, first: int, after: str | None) -> Any:
    found = await view.ask_apart("Pass", first=first, after=after, **wished.asked)
    return found["entities"]["pageInfo"]


def _heads(columns: list[Column]) -> list[dict[str, str]]:
    heads = [each.head(last=each is columns[-1]) for each in columns]
    return [{"label": "Name", "sort": "display_name"}, *heads]


def _chosen(columns: list[Column], wished: Listing) -> list[Column]:
    """The columns that are shown: the chosen ones, or those that are usual."""
    if wished.columns is None:
        return [each for each in columns if each.usual]
    return [each for each in columns if each.name in wished.columns]
