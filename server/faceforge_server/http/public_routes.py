"""Which addresses need no token, read off the routes themselves, by the `security` that OpenAPI gives each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute
from starlette.types import Scope


class Addresses:
    """Some routes, as a set of methods and paths."""

    def __init__(self, routes: Iterable[BaseRoute], wanted: Callable[[APIRoute], bool]) -> None:
        found = [each for each in routes if isinstance(each, APIRoute) and wanted(each)]
        self._plain = {
            (method, each.path) for each in found for method in each.methods or () if "{" not in each.path
        }
        self._patterns = [(each.methods or set(), each.path_regex) for each in found if "{" in each.path]

    def has(self, method: str, path: str) -> bool:
        """Whether a request of this method to this path reaches one of the routes."""
        if (method, path) in self._plain:
            return True
        return any(method in methods and re.match(regex, path) for methods, regex in self._patterns)


def brings_signature(scope: Scope, signed: Addresses) -> bool:
    """Whether a request is for one of the `signed` addresses and has a signature, which the address itself checks."""
    return signed.has(scope["method"], scope["path"]) and "signature" in Request(scope).query_params


def is_public(route: APIRoute) -> bool:
    """Whether a route answers whoever asks: it holds no data."""
    return _security(route) == []


def is_page(route: APIRoute) -> bool:
    """Whether a route shows a page, to which a link on another site may lead: it changes nothing."""
    return route.response_class is HTMLResponse


def takes_signature(route: APIRoute) -> bool:
    """Whether a signed address may stand for the token: a token is one way in, nothing beside the address another."""
    return {} in (_security(route) or [])


def _security(route: APIRoute) -> list[dict[str, list[str]]] | None:
    found: list[dict[str, list[str]]] | None = (route.openapi_extra or {}).get("security")
    return found
