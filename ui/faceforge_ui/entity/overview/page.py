"""What is known about an entity at a glance, each part of it edited in place."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from faceforge_schema.values.inputs import pointer
from faceforge_ui.assets.tiles import tile
from faceforge_ui.entity.changes import Entity, change, present
from faceforge_ui.entity.head import head
from faceforge_ui.entity.overview.external_ids import read_external_ids
from faceforge_ui.entity.overview.values import ALIASES, Value, names_of, values_of
from faceforge_ui.entity.relations import seen_from
from faceforge_ui.forms.faults import plain_words
from faceforge_ui.forms.fields import FormField
from faceforge_ui.forms.reading import read_value
from faceforge_ui.forms.tags import read_tags
from faceforge_ui.history.lines import Line
from faceforge_ui.history.told import of_record
from faceforge_ui.serving import Entry, Pages, View

pages = Pages(__name__)
FILES, RELATIONS, LATELY = 24, 6, 4
"""How many of the newest are shown; the tabs have all."""


@pages.get("/entities/{entity_id}", entry=Entry("entity", "Overview", order=10))
async def overview(view: View) -> Response:
    """Fields, other names, external ids and what plugins keep, with the newest files and relationships."""
    view, entity_id = view.within(pages), view.params["entity_id"]  # also shown by what the head does
    found = (await view.ask("Overview", entity=entity_id))["entity"]
    shown = await head(view, found)
    editing = await _editing(view)
    live = found["deletedAt"] is None
    definitions, lately, files, relations = await asyncio.gather(
        _definitions(view),
        _lately(view, entity_id),
        _list(view, "assets", live, "OverviewFiles", FILES),
        _list(view, "relationships", live, "OverviewRelations", RELATIONS),
    )
    values = values_of(definitions, found["fields"], editing["key"])
    return view.page(
        "entity/overview/overview.html",
        **shown,
        **editing,
        values=values,
        aliases=Value(ALIASES, found["aliases"] or None),
        known=await names_of(view, values),
        files=files and [tile(each, entity_id) for each in files["nodes"]],
        lately=lately,
        relations=relations and [seen_from(entity_id, each) for each in relations["nodes"]],
        details=found,
    )


async def _definitions(view: View) -> list[FormField]:
    if not view.may("field_defs:read"):
        return []
    found = (await view.ask("EntityFieldDefinitions"))["fieldDefinitions"]["nodes"]
    return [FormField.of(each) for each in found]


async def _lately(view: View, entity_id: str) -> Sequence[Line]:
    return (await of_record(view, "entity", entity_id, LATELY)).lines if view.may("journal:read") else ()


async def _list(view: View, noun: str, live: bool, operation: str, first: int) -> dict[str, Any] | None:
    """The newest of a list of the entity; None for whoever may not read it, and of an entity in the trash."""
    if not live or not view.may(f"{noun}:read"):
        return None
    found = await view.ask(operation, entity=view.params["entity_id"], first=first)
    listed: dict[str, Any] = found["entity"][noun]
    return listed


async def _editing(view: View) -> dict[str, Any]:
    """Which part is shown to be changed, and what was written there when that did not go well."""
    if view.request.method == "GET":
        return {"edit": view.query.get("edit", ""), "written": {}, "tagged": None, "key": ""}
    form = await view.form()
    edit = form.text("edit") if view.failed else ""
    tagged = read_tags(form.texts("tag")) if edit == "tags" else None
    return {"edit": edit, "written": form.values if edit else {}, "tagged": tagged, "key": form.text("key")}


@pages.post("/entities/{entity_id}/values", shows=overview)
async def change_value(view: View) -> Response | None:
    """One field, by its `key`; an empty one is taken away."""
    form = await view.form()
    key = form.text("key")
    field = next((each for each in await _definitions(view) if each.key == key), None)
    if field is None:
        field = FormField.undeclared(key, (await present(view))["fields"].get(key))
    value = read_value(field, form.values, "value")
    with plain_words({pointer(["fields", key]): field}, "/value"):
        await change(
            view, {"fields": {key: value}}, lambda entity: entity["fields"].get(key), form.text("was")
        )
    _say(view, field, value)
    return None


@pages.post("/entities/{entity_id}/aliases", shows=overview)
async def change_aliases(view: View) -> Response | None:
    form = await view.form()
    aliases = read_value(ALIASES, form.values, "value") or []
    with plain_words({"/aliases": ALIASES}, "/value"):
        await change(view, {"aliases": aliases}, lambda entity: entity["aliases"] or None, form.text("was"))
    _say(view, ALIASES, aliases)
    return None


@pages.post("/entities/{entity_id}/external-ids", shows=overview)
async def change_external_ids(view: View) -> Response | None:
    form = await view.form()
    ids = read_external_ids(form.texts("namespace"), form.texts("value"))
    await change(view, {"externalIds": ids}, _external_ids, form.text("was"))
    view.say("External ids saved")
    return None


def _external_ids(entity: Entity) -> Any:
    return entity["externalIds"]


def _say(view: View, field: FormField, value: Any) -> None:
    single = (
        value is not None
        and not isinstance(value, list | dict)
        and field.kind not in {"entity_ref", "asset_ref"}
    )
    if single and len(field.shown(value)) <= 60:
        view.say(f"{field.label}: {field.shown(value)}" + (f" {field.unit}" if field.unit else ""))
    else:
        view.say(f"{field.label} saved" if value else f"{field.label} is empty now")
