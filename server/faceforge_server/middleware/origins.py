"""Whom a browser acts for: pages of other sites can neither change anything here nor read it."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from faceforge_server.http.problem import refuse
from faceforge_server.http.public_routes import Addresses, brings_signature
from faceforge_server.middleware.cross_origin import CrossOrigin, is_preflight
from faceforge_storage.errors import ForeignOrigin

SAFE = ("GET", "HEAD", "OPTIONS")
OWN_SITE = ("none", "same-origin")
DEFAULT_PORTS = {"http": 80, "https": 443}


class OriginCheck:
    """Refuses with 403 what a foreign page makes a browser send. Programs send none of these headers.

    Stands behind `HostCheck`: an origin is ours when it has the host and port of the checked `Host`. The `allowed`
    origins may send what ours may. `pages` are the addresses that a link on a foreign page may lead to; what a
    `signed` address opens may be shown by any page.
    """

    def __init__(
        self, app: ASGIApp, pages: Addresses, signed: Addresses, allowed: Collection[str] = ()
    ) -> None:
        self.app, self.pages, self.signed = app, pages, signed
        self.cors = CrossOrigin(app, allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            headers = Headers(scope=scope)
            origins = headers.getlist("origin")
            if self.cors.allows(origins):
                if is_preflight(scope, headers):
                    await self.cors.preflight_response(headers)(scope, receive, send)
                    return
            elif reason := self._foreign_site(scope, headers) or _foreign_origin(scope, headers, origins):
                await refuse(ForeignOrigin(reason), scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _foreign_site(self, scope: Scope, headers: Headers) -> str | None:
        site = headers.get("sec-fetch-site", "none")
        if site not in ("cross-site", "same-site"):
            return None
        followed = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        if followed and scope.get("method") == "GET" and self.pages.has("GET", scope["path"]):
            return None
        if scope["type"] == "http" and brings_signature(scope, self.signed):
            return None
        return f"A page of another site made the browser send this: {headers.get('origin', 'unnamed')[:100]}."


def is_from_own_page(headers: Headers) -> bool:
    """Whether a page of ours made a browser send this, or no page at all: then its cookies speak for the person.

    Pages of other ports are of the same *site*, so browsers send them along with what those ask for, too.
    """
    origins = headers.getlist("origin")
    return headers.get("sec-fetch-site", "none") in OWN_SITE and (not origins or _is_ours(origins, headers))


def _foreign_origin(scope: Scope, headers: Headers, origins: list[str]) -> str | None:
    if not origins or scope.get("method") in SAFE:
        return None
    return (
        None if _is_ours(origins, headers) else f"The Origin header names another site: {origins[0][:100]}."
    )


def _is_ours(origins: list[str], headers: Headers) -> bool:
    # The scheme is the origin's own: a proxy that adds TLS does not tell which one the browser used.
    ours = f"{origins[0].partition(':')[0]}://{headers.get('host', '')}"
    authority = _authority(origins[0])
    return len(origins) == 1 and authority is not None and authority == _authority(ours)


def _authority(origin: str) -> tuple[str, int] | None:
    """Host and port of an origin, None for `null` and for what is none."""
    try:
        parts = urlsplit(origin)
        default = DEFAULT_PORTS[parts.scheme]
        port = parts.port or default
    except (ValueError, KeyError):
        return None
    return (parts.hostname, port) if parts.hostname else None
