"""Sessions: the browsers that are signed in, and a code for another device."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from faceforge_storage.errors import NotFound
from faceforge_ui.serving import Entry, Pages, View
from faceforge_ui.settings.sessions.browsers import named

pages = Pages(__name__)


@pages.get(
    "/settings/sessions",
    entry=Entry("settings", "Signed-in browsers", order=20, group="Access", permission="sessions:read"),
)
async def sessions(view: View) -> Response:
    """The sessions, this one marked."""
    return await _shown(view)


async def _shown(view: View, code: dict[str, Any] | None = None) -> Response:
    found = (await view.ask("Sessions", after=view.query.get("cursor")))["sessions"]
    here = await _this(view)
    nodes = [
        {**each, "name": named(each["userAgent"]), "here": each["id"] == here} for each in found["nodes"]
    ]
    nodes.sort(key=lambda each: not each["here"])
    return view.page("settings/sessions/sessions.html", found=found, sessions=nodes, code=code)


async def _this(view: View) -> str | None:
    """The id of the session of this browser; None for who sent a token."""
    try:
        return str((await view.ask("ThisSession"))["currentSession"]["id"])
    except NotFound:
        return None


@pages.post("/settings/sessions/code", shows=sessions)
async def code(view: View) -> Response:
    """Show a code that signs in another device."""
    made = await view.ask("SignInCode")
    return await _shown(view, made["createSignInCode"])


@pages.post("/settings/sessions/others/end", shows=sessions)
async def end_others(view: View) -> None:
    """End all sessions but this one."""
    here, ended, cursor = await _this(view), 0, None
    while True:
        found = (await view.ask("Sessions", after=cursor))["sessions"]
        for each in found["nodes"]:
            if each["id"] != here:
                await view.ask("EndSession", id=each["id"])
                ended += 1
        if not found["pageInfo"]["hasNextPage"]:
            break
        cursor = found["pageInfo"]["endCursor"]
    view.say("1 browser is signed out" if ended == 1 else f"{ended} browsers are signed out")


@pages.post("/settings/sessions/{session_id}/end", shows=sessions)
async def end(view: View) -> None:
    """End one session."""
    await view.ask("EndSession", id=view.params["session_id"])
    view.say("Signed out there")
