"""The pages for programs: the API to try, and its reference. The console shares its address with GraphQL itself."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from faceforge_ui.serving import Pages, View
from faceforge_ui.serving.rendering import PageResponse

pages = Pages(__name__)

# Both viewers write style attributes and elements of their own; the docs show a file from a blob, and ReDoc searches
# in a worker that it makes from one. Scripts stay ours alone everywhere, so text from the API still cannot run.
INLINE_STYLES = {"style-src": "'self' 'unsafe-inline'"}


@pages.get("/docs", public=True, rules={**INLINE_STYLES, "media-src": "'self' blob:"})
async def docs(view: View) -> Response:
    return view.page("api/docs.html")


@pages.get("/redoc", public=True, rules={**INLINE_STYLES, "worker-src": "blob:"})
async def redoc(view: View) -> Response:
    return view.page("api/redoc.html")


def console(request: Request) -> Response:
    """The GraphQL console, for the GraphQL endpoint to answer to `GET` with `Accept: text/html`."""
    return PageResponse(request, "api/console.html", {})
