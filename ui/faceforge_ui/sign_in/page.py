"""Signing in by a link, a code or a token."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from faceforge_ui.serving import Pages, View
from faceforge_ui.serving.rendering import PageResponse

pages = Pages(__name__)


@pages.get("/sign-in", public=True)
@pages.get("/sign-in/{code}", public=True)
async def sign_in(view: View) -> Response:
    """The page that signs in: its script sends the code of the address, which the server does not look at here, so that
    what fetches a link beforehand to show what is behind it uses up nothing."""
    return view.page("sign_in/sign_in_page.html")


def sign_in_needed(request: Request, status: int, headers: Mapping[str, str]) -> Response:
    """What a person sees who opens an address that needs a token: how to sign in, and nothing of what is there."""
    return PageResponse(request, "sign_in/sign_in_needed.html", {}, status, headers=headers)
