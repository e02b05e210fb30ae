"""Access for programs: tokens with what they may do in plain words. What a token is, is shown once."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from faceforge_storage.errors import Fault, InvalidInput
from faceforge_ui.serving import Entry, Form, Pages, View
from faceforge_ui.settings.access.permissions import choices, in_words

pages = Pages(__name__)


@pages.get(
    "/settings/access",
    entry=Entry("settings", "Access for programs", order=10, group="Access", permission="tokens:read"),
)
async def access(view: View) -> Response:
    """The tokens, and a form for a new one."""
    return await _shown(view)


async def _shown(view: View, issued: dict[str, Any] | None = None) -> Response:
    found = await view.ask("Access", after=view.query.get("cursor"))
    held = found["currentToken"]["permissions"]
    tokens = [
        {**each, "words": in_words(each["permissions"]), "choices": choices(held, each["permissions"])}
        for each in found["tokens"]["nodes"]
    ]
    return view.page(
        "settings/access/access.html",
        tokens=tokens,
        found=found["tokens"],
        choices=choices(held, _sent(await view.form()) if view.failed else ()),
        issued=issued,
    )


def _sent(form: Form) -> list[str]:
    """The permissions that a form has chosen: `entities` with the text `write` is `entities:write`."""
    return [
        f"{name.removeprefix('may-')}:{text}"
        for name, texts in form.values.items()
        if name.startswith("may-")
        for text in texts
        if text
    ]


def _wanted(form: Form) -> dict[str, Any]:
    """The input that a form has for a token; raises InvalidInput where something is missing."""
    name, permissions = form.text("name").strip(), _sent(form)
    if not name:
        raise InvalidInput(
            "Say what it is for.", errors=(Fault("/name", "Say what it is for, such as ComfyUI."),)
        )
    if not permissions:
        message = "Choose at least one thing that it may see or change."
        raise InvalidInput(message, errors=(Fault("/permissions", message),))
    return {"name": name, "permissions": permissions}


@pages.post("/settings/access", shows=access)
async def give(view: View) -> Response:
    """Make a token, and show it this once."""
    form = await view.form()
    made = await view.ask("GiveAccess", input=_wanted(form))
    view.say(f"{made['createToken']['name']} has access now")
    return await _shown(view, made["createToken"])


@pages.post("/settings/access/{token_id}/change", shows=access)
async def change(view: View) -> None:
    """Rename a token, or change what it may do."""
    form = await view.form()
    changed = await view.ask(
        "ChangeAccess", id=view.params["token_id"], input=_wanted(form), version=form.version()
    )
    view.say(f"{changed['updateToken']['name']} is changed")


@pages.post("/settings/access/{token_id}/rotate", shows=access)
async def rotate(view: View) -> Response:
    """Give a token a new secret, and show it this once; the old one ends."""
    made = await view.ask("RotateAccess", id=view.params["token_id"])
    view.say(f"{made['rotateToken']['name']} has a new token; the old one is void")
    return await _shown(view, made["rotateToken"])


@pages.post("/settings/access/{token_id}/revoke", shows=access)
async def revoke(view: View) -> None:
    """End what a program may do."""
    await view.ask("EndAccess", id=view.params["token_id"])
    view.say("Access ended")
