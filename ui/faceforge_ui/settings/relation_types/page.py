"""Relation types: how entities can belong together, and what that is called from the other end."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from faceforge_ui.serving import Entry, Form, Pages, View

pages = Pages(__name__)

ADDRESS = "/settings/relation-types"


@pages.get(
    ADDRESS,
    entry=Entry("settings", "Relation types", order=20, group="Library", permission="relationships:read"),
)
async def relation_types(view: View) -> Response:
    """The types, and a form for a new one."""
    found = await view.ask("RelationTypes", query=view.query.get("q") or None, after=view.query.get("cursor"))
    return view.page("settings/relation_types/types.html", found=found["relationTypes"])


def _wanted(form: Form) -> dict[str, Any]:
    symmetric = form.has("symmetric")
    return {
        "label": form.text("label").strip() or None,
        "symmetric": symmetric,
        "inverse": None if symmetric else form.text("inverse").strip() or None,
    }


@pages.post(ADDRESS, shows=relation_types)
async def add(view: View) -> None:
    """Add a type; its name stands in every relationship of it, so it does not change later."""
    form = await view.form()
    made = await view.ask("AddRelationType", input={"name": form.text("name").strip(), **_wanted(form)})
    view.say(f"“{made['createRelationType']['name']}” can be chosen now")


@pages.post(f"{ADDRESS}/{{name}}/change", shows=relation_types)
async def change(view: View) -> None:
    """Change what people see of a type, and its other end."""
    form = await view.form()
    await view.ask(
        "ChangeRelationType", name=view.params["name"], input=_wanted(form), version=form.version()
    )
    view.say(f"“{view.params['name']}” is changed")


@pages.post(f"{ADDRESS}/{{name}}/remove", shows=relation_types)
async def remove(view: View) -> None:
    """Remove a type that no relationship has."""
    await view.ask("RemoveRelationType", name=view.params["name"])
    view.say(f"“{view.params['name']}” is removed")
