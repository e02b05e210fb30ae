"""Fields: what can be said of an entity or in a fact, the order of forms, and how a form will look."""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse, Response

from faceforge_storage.errors import FaceForgeError, Fault, InvalidInput, NotFound
from faceforge_ui.forms.fields import FormField
from faceforge_ui.serving import Entry, Pages, View
from faceforge_ui.settings.fields.definition import KINDS, SCOPES, facts, key_of, read_definition, shown

pages = Pages(__name__)

ADDRESS = "/settings/fields"
NEW: dict[str, Any] = {
    "fieldKey": "",
    "scope": "ENTITY",
    "fieldType": "STRING",
    "label": "",
    "description": "",
    "required": False,
    "multiple": False,
    "unique": False,
    "indexed": False,
    "options": [],
    "regex": None,
    "min": None,
    "max": None,
    "unit": None,
    "default": None,
    "deprecated": False,
    "version": None,
}


@pages.get(
    ADDRESS, entry=Entry("settings", "Fields", order=10, group="Library", permission="field_defs:read")
)
async def fields(view: View) -> Response:
    """The definitions in the order of forms, and the form that they make."""
    found = (await view.ask("Fields"))["fieldDefinitions"]
    lines = [{**each, "facts": facts(each)} for each in found["nodes"]]
    form = [FormField.of(each) for each in found["nodes"] if _is_in_forms(each)]
    return view.page("settings/fields/fields.html", fields=lines, total=found["totalCount"], form=form)


def _is_in_forms(definition: dict[str, Any]) -> bool:
    return definition["scope"] != "DESCRIPTOR" and not definition["deprecated"]


@pages.get(f"{ADDRESS}/new")
async def new(view: View) -> Response:
    """A form for a new field."""
    view.need("field_defs:write")
    return await _edit(view, NEW)


@pages.get(f"{ADDRESS}/{{field_key}}/edit")
async def edit(view: View) -> Response:
    """The form of a field that is there."""
    view.need("field_defs:write")
    return await _edit(view, (await view.ask("Field", key=view.params["field_key"]))["fieldDefinition"])


async def _edit(view: View, definition: dict[str, Any]) -> Response:
    """The form, and what it would look like with what stands in it; nothing is stored."""
    failed = view.failed
    form = await view.form() if view.request.method == "POST" else None
    wanted, wrong = definition, ""
    if form is not None:
        try:
            wanted = {**definition, **read_definition(form)}
        except FaceForgeError as error:
            wrong = str(error)
    return view.page(
        "settings/fields/edit.html",
        definition=definition,
        wanted=wanted,
        written={**shown(definition), **({n: form.text(n) for n in shown(definition)} if form else {})},
        field=FormField.of({**wanted, "fieldKey": "preview", "label": wanted["label"] or "Your field"}),
        wrong="" if failed else wrong,
        kinds=KINDS,
        scopes=SCOPES,
    )


@pages.post(f"{ADDRESS}/new/preview", shows=new)
async def preview_new(view: View) -> None:
    """Show what a new field would look like."""


@pages.post(f"{ADDRESS}/{{field_key}}/preview", shows=edit)
async def preview(view: View) -> None:
    """Show what a changed field would look like."""


@pages.post(f"{ADDRESS}/new", shows=new)
async def add(view: View) -> Response:
    """Define a field; its key comes from the label unless one is written."""
    form = await view.form()
    key = form.text("fieldKey").strip() or key_of(form.text("label"))
    if not key:
        message = "Write a short name in plain letters, such as eye_colour."
        raise InvalidInput(message, errors=(Fault("/field_key", message),))
    made = await view.ask("AddField", input={"fieldKey": key, **read_definition(form)})
    view.say(f"“{made['createFieldDefinition']['label'] or key}” is in every form now")
    return view.go(ADDRESS)


@pages.post(f"{ADDRESS}/{{field_key}}/edit", shows=edit)
async def change(view: View) -> Response:
    """Change a field; values that are there are held to it when they next change."""
    form = await view.form()
    key = view.params["field_key"]
    changed = await view.ask("ChangeField", key=key, input=read_definition(form), version=form.version())
    view.say(f"“{changed['updateFieldDefinition']['label'] or key}” is changed")
    return view.go(ADDRESS)


@pages.post(f"{ADDRESS}/{{field_key}}/retire", shows=fields)
async def retire(view: View) -> None:
    """Keep a field out of forms; what it holds stays."""
    key = view.params["field_key"]
    await view.ask("ChangeField", key=key, input={"deprecated": True})
    view.say(f"“{key}” is out of new forms; what it holds stays", undo=f"{ADDRESS}/{key}/reinstate")


@pages.post(f"{ADDRESS}/{{field_key}}/reinstate", shows=fields)
async def reinstate(view: View) -> None:
    """Let a field into forms again."""
    await view.ask("ChangeField", key=view.params["field_key"], input={"deprecated": False})
    view.say(f"“{view.params['field_key']}” is in forms again")


@pages.post(f"{ADDRESS}/{{field_key}}/move", shows=fields)
async def move(view: View) -> None:
    """Move a field up or down by one: all are numbered anew, and what has its number already stays untouched."""
    key, up = view.params["field_key"], (await view.form()).text("to") == "up"
    nodes = (await view.ask("Fields"))["fieldDefinitions"]["nodes"]
    keys = [each["fieldKey"] for each in nodes]
    if key not in keys:
        raise NotFound(f"There is no field {key[:80]}.", hint="Load the page again.")
    at = keys.index(key)
    there = max(0, at - 1) if up else min(len(keys) - 1, at + 1)
    keys.insert(there, keys.pop(at))
    positions = {each["fieldKey"]: each["position"] for each in nodes}
    for position, each in enumerate(keys):
        if positions[each] != position:
            await view.ask("ChangeField", key=each, input={"position": position})


@pages.post(f"{ADDRESS}/{{field_key}}/remove", shows=fields)
async def remove(view: View) -> None:
    """Remove a definition; values under its key stay."""
    await view.ask("RemoveField", key=view.params["field_key"])
    view.say("The field is removed; what it held stays where it was")


@pages.get(f"{ADDRESS}/{{field_key}}")
async def one(view: View) -> Response:
    """A field's own address leads to its form."""
    return RedirectResponse(f"{ADDRESS}/{view.params['field_key']}/edit", 303)
