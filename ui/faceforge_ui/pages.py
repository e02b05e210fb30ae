"""The four pages, their addresses, and the rules that the browser is told to hold them to."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from faceforge_ui.assets import asset_files, fingerprint, serve_from

if TYPE_CHECKING:
    from jinja2 import Environment

PUBLIC: dict[str, list[dict[str, list[str]]]] = {"security": []}
"""The `openapi_extra` of a route without data: OpenAPI's way to say that it needs no token."""
Page = Callable[[Request], Awaitable[Response]]
HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?")

# Both viewers write style attributes and elements of their own; the docs show a file from a blob, and ReDoc searches
# in a worker that it makes from one. Scripts stay ours alone everywhere, so text from the API still cannot run.
OWN_RULES = "style-src 'self'; img-src 'self' data:"
VIEWER_RULES = {
    "docs.html": "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src blob:",
    "redoc.html": "style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src blob:",
}


def routes() -> list[APIRoute]:
    """The public pages, and their files under `/ui/`: GET and HEAD, no token."""
    pages: dict[str, Page] = {
        "/": home,
        "/docs": docs,
        "/redoc": redoc,
        "/sign-in": sign_in,
        "/sign-in/{code}": sign_in,
    }
    return [
        *(shell(path, endpoint, HTMLResponse) for path, endpoint in pages.items()),
        shell("/ui/{path:path}", serve_from(asset_files(), asset_fingerprint()), Response),
    ]


def shell(path: str, endpoint: Page, response_class: type[Response]) -> APIRoute:
    """A route without data, which anybody may call."""
    return APIRoute(
        path,
        endpoint,
        methods=["GET", "HEAD"],
        response_class=response_class,
        include_in_schema=False,
        openapi_extra=PUBLIC,
    )


async def home(request: Request) -> Response:
    return page(request, "home.html")


async def docs(request: Request) -> Response:
    return page(request, "docs.html")


async def redoc(request: Request) -> Response:
    return page(request, "redoc.html")


async def sign_in(request: Request) -> Response:
    """The page that signs in: its script sends the code of the address, which the server does not look at here, so that
    what fetches a link beforehand to show what is behind it uses up nothing."""
    return page(request, "sign_in_page.html")


def console(request: Request) -> Response:
    """The GraphQL console, for the GraphQL endpoint to answer to `GET` with `Accept: text/html`."""
    return page(request, "console.html")


def sign_in_needed(request: Request, status: int, headers: Mapping[str, str]) -> Response:
    """What a person sees who opens an address that needs a token: how to sign in, and nothing of what is there."""
    return page(request, "sign_in_needed.html", status, headers)


def page(
    request: Request, template: str, status: int = 200, headers: Mapping[str, str] = MappingProxyType({})
) -> Response:
    """Render a shell with the headers that keep it a shell (S7); `headers` win over those."""
    html = (
        templates()
        .get_template(template)
        .render(
            asset=f"/ui/{asset_fingerprint()}",
            path=request.url.path,
            token_command=getattr(request.app.state, "token_command", _unknown)(request),
            link_command=getattr(request.app.state, "link_command", _unknown)(request),
        )
    )
    kept = page_headers(template, request.headers.get("host", ""))
    return HTMLResponse(html, status, {**kept, **headers})


def _unknown(_request: Request) -> None:
    """A command, where the application knows none."""


def page_headers(template: str, host: str) -> dict[str, str]:
    """`host` is the request's Host: not every browser counts a WebSocket to the same place as `'self'`."""
    sockets = f" ws://{host} wss://{host}" if HOST.fullmatch(host) else ""
    return {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; "
            f"{VIEWER_RULES.get(template, OWN_RULES)}; connect-src 'self'{sockets}; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        # The console and a POST share one address, and answer by what is asked for.
        "Vary": "Accept",
    }


@cache
def asset_fingerprint() -> str:
    return fingerprint(asset_files())


@cache
def templates() -> Environment:
    # Whoever looks at no page, pays for none: neither at the start nor in memory.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = Path(__file__).parent / "templates"
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
