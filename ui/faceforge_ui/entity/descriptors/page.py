"""The facts about an entity: a time line or a table, the fact that is open, and what was true at a date."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from faceforge_schema.values.inputs import is_partial_date
from faceforge_storage.errors import InvalidInput, NotFound
from faceforge_ui.entity.descriptors.facts import Facts, names_of
from faceforge_ui.entity.descriptors.lanes import Bar, Fact, TimeLine, time_line
from faceforge_ui.entity.descriptors.reading import read_fact, read_key
from faceforge_ui.entity.head import head
from faceforge_ui.entity.named import named
from faceforge_ui.forms.faults import plain_words
from faceforge_ui.forms.fields import FormField
from faceforge_ui.forms.reading import Sent
from faceforge_ui.serving import Entry, Pages, View

pages = Pages(__name__)
LOADED = 200
"""How many facts a page holds; the time line shows those."""
FOUND = 24
"""How many files a search among the entity's files answers."""
SORTS = {"field_key": "FIELD_KEY", "recorded_at": "RECORDED_AT", "updated_at": "UPDATED_AT"}
KEPT = ("view", "as_of", "sort_by", "sort_order", "after")
"""What stays in the address when a fact is opened, added or removed."""


@pages.get(
    "/entities/{entity_id}/descriptors",
    entry=Entry("entity", "Descriptors", order=20, permission="descriptors:read"),
)
async def facts(view: View) -> Response:
    """What was true, and when. `fact` is the open one, or `new`; `key` what a new one is about; `as_of` a month."""
    table = view.query.get("view") == "table"
    sort, order = _sorting(view) if table else ("field_key", "asc")
    asked = {"sortBy": SORTS[sort], "sortOrder": order.upper(), "after": view.query.get("after")}
    found, fields = await asyncio.gather(
        view.ask("Facts", entity=view.params["entity_id"], first=LOADED, **asked), _fields(view)
    )
    shown = await head(view, found["entity"])
    listed = found["entity"]["descriptors"]
    loaded = Facts(listed["nodes"], fields)
    chosen = await _chosen(view, loaded)
    noted = Facts(
        [*loaded.nodes, *([chosen] if chosen and chosen not in loaded.nodes else [])], loaded.fields
    )
    noted = Facts(loaded.nodes, loaded.fields, await names_of(view, noted))
    line = time_line(_by_key(noted), noted.several, _as_of(view))
    return view.page(
        "entity/descriptors/descriptors.html",
        **shown,
        **await _opened(view, noted, chosen, line),
        facts=noted,
        table=table,
        sort_by=sort,
        sort_order=order,
        line=line,
        more=listed["pageInfo"]["endCursor"] if listed["pageInfo"]["hasNextPage"] else None,
        later=view.query.get("after") is not None,
        writable=found["entity"]["deletedAt"] is None and view.may("descriptors:write"),
        here=addresses(view),
    )


def address(view: View, /, **changes: str | None) -> str:
    """The address of this page with another fact open, or shown in another way; None leaves a word out."""
    return addresses(view)(**changes)


def addresses(view: View) -> Callable[..., str]:
    """What answers `address` for one view: each fact has one."""
    path = f"/entities/{view.params['entity_id']}/descriptors"
    kept: dict[str, str | None] = {name: view.query.get(name) for name in KEPT}

    def here(**changes: str | None) -> str:
        query = {name: value for name, value in {**kept, **changes}.items() if value}
        return f"{path}?{urlencode(query)}" if query else path

    return here


def _sorting(view: View) -> tuple[str, str]:
    sort, order = view.query.get("sort_by", ""), view.query.get("sort_order", "")
    return sort if sort in SORTS else "field_key", order if order in {"asc", "desc"} else "asc"


def _as_of(view: View) -> str:
    asked = view.query.get("as_of", "")
    return asked if is_partial_date(asked) else date.today().strftime("%Y-%m")


def _by_key(noted: Facts) -> list[Fact]:
    """The facts for the lanes, in the order of their labels."""
    return sorted(noted.nodes, key=lambda fact: (noted.field(fact).label.casefold(), fact["fieldKey"]))


async def _fields(view: View) -> dict[str, FormField]:
    if not view.may("field_defs:read"):
        return {}
    found = (await view.ask("FactDefinitions"))["fieldDefinitions"]["nodes"]
    return {each["fieldKey"]: FormField.of(each) for each in found}


async def _chosen(view: View, loaded: Facts) -> Fact | None:
    """The fact that the address names, also one of another page; None for none, a new one, and one that is gone."""
    wanted = view.query.get("fact", "")
    for fact in loaded.nodes:
        if fact["id"] == wanted:
            return fact
    if len(wanted) != 64:
        return None
    found = (await view.ask("OneFact", fact=wanted))["descriptors"]["nodes"]
    return next((fact for fact in found if fact["entityId"] == view.params["entity_id"]), None)


async def _opened(view: View, noted: Facts, chosen: Fact | None, line: TimeLine) -> dict[str, Any]:
    """What the card of the open fact shows: the fact, or the form of one, with what was written there."""
    new = view.query.get("fact") == "new"
    key, fault = _asked_key(view) if new else ("", "")
    field = noted.field(chosen) if chosen else noted.field_of(key) if key else None
    bars: list[Bar] = [bar for lane in line.lanes for bar in lane.bars]
    written = (await view.form()).values if view.failed else {}
    return {
        "fact": chosen,
        "field": field,
        "evidence": await _evidence(view, chosen, written),
        "adding": new,
        "key_fault": fault,
        "editing": chosen is not None and view.query.get("edit") == "1",
        "gone": bool(view.query.get("fact")) and not new and chosen is None,
        "disputes": next((bar.disputed for bar in bars if chosen and bar.fact["id"] == chosen["id"]), []),
        "written": written,
    }


async def _evidence(view: View, chosen: Fact | None, written: Sent) -> dict[str, Any] | None:
    """The file in the form: that of the fact, or the one that was chosen when the form did not go well."""
    if "evidence_asset_id" not in written:
        return chosen.get("evidenceAsset") if chosen and not written else None
    chosen_file = written["evidence_asset_id"][0]
    found = (await named(view, (), [chosen_file])).get(chosen_file)
    return {"id": chosen_file, "filename": found["name"]} if found else None


def _asked_key(view: View) -> tuple[str, str]:
    """What a new fact is to be about, and what is wrong with how that was written."""
    written = view.query.get("key", "").strip()
    try:
        return (read_key(written) if written else ""), ""
    except InvalidInput as error:
        return "", error.errors[0].message


@pages.post("/entities/{entity_id}/descriptors", shows=facts)
async def add(view: View) -> Response | None:
    """A new fact under `key`."""
    form = await view.form()
    key = read_key(form.text("key"))
    field = Facts([], await _fields(view)).field_of(key)
    values = read_fact(field, form.values)
    with plain_words({"/value": field, "/field_key": field}, "/value"):
        made = await view.ask("AddFact", entity=view.params["entity_id"], input={"fieldKey": key, **values})
    view.say(f"{field.label} noted")
    return view.go(address(view, fact=made["createDescriptor"]["id"]))


@pages.post("/entities/{entity_id}/descriptors/{fact_id}", shows=facts)
async def correct(view: View) -> Response | None:
    """A fact whose `version` is still the one that was read."""
    form = await view.form()
    fact = await _present(view)
    field = Facts([], await _fields(view)).field(fact)
    values = read_fact(field, form.values)
    if not view.may("assets:read"):  # they were not shown the evidence, so they have not taken it away
        del values["evidenceAssetId"]
    with plain_words({"/value": field}, "/value"):
        await view.ask("CorrectFact", fact=fact["id"], input=values, version=form.version())
    view.say(f"{field.label} corrected")
    return view.go(address(view, fact=fact["id"]))


@pages.post("/entities/{entity_id}/descriptors/{fact_id}/remove", shows=facts)
async def remove(view: View) -> Response | None:
    """History keeps what it said."""
    fact = await _present(view)
    await view.ask("RemoveFact", fact=fact["id"])
    view.say(f"{Facts([], await _fields(view)).field(fact).label} removed")
    return view.go(address(view))


async def _present(view: View) -> Fact:
    found = (await view.ask("OneFact", fact=view.params["fact_id"]))["descriptors"]["nodes"]
    if not found:
        raise NotFound("This fact is not here any more.", hint="History tells what it said.")
    fact: Fact = found[0]
    return fact


@pages.get("/entities/{entity_id}/descriptors/files")
async def files(view: View) -> Response:
    """The entity's files whose names hold `q`, the newest first, as /find answers."""
    word = view.query.get("q", "").strip() or None
    found = (await view.ask("FilesOfEntity", entity=view.params["entity_id"], q=word, first=FOUND))["assets"]
    shown = [
        {
            "id": each["id"],
            "kind": "file",
            "name": each["filename"],
            "other": [],
            "note": "",
            "href": f"/assets/{each['id']}",
            "picture": each["thumbnail"]["small"],
        }
        for each in found["nodes"]
    ]
    answer = {"entities": [], "files": shown, "complete": not found["pageInfo"]["hasNextPage"]}
    return JSONResponse(answer, headers={"Cache-Control": "private, no-cache"})
