"""The router of the generated routes, beside those written by hand: it tries only the routes of the noun of a path."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

FOUND = "faceforge.route"


class RestRouter(BaseRoute):
    """The routes below `/v1`, as one route of the application: the first part of a path chooses those to try."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = list(routes)
        self._by_noun: dict[str, list[Route]] = {}
        for route in self.routes:
            self._by_noun.setdefault(_noun(route.path), []).append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """How a request fits: a route of its path and method, else the first route of its path."""
        partial: tuple[Match, Scope] | None = None
        for route in self._by_noun.get(_noun(scope["path"]), ()) if scope["type"] == "http" else ():
            match, found = route.matches(scope)
            if match is Match.FULL:
                return match, {**found, FOUND: route}
            if match is Match.PARTIAL and partial is None:
                partial = match, {**found, FOUND: route}
        return partial or (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route answer that `matches` has found."""
        await scope[FOUND].handle(scope, receive, send)


def _noun(path: str) -> str:
    """`assets` of `/v1/assets/…`."""
    parts = path.split("/", 3)
    return parts[2] if len(parts) > 2 else ""
