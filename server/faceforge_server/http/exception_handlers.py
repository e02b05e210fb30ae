"""How what a route raises becomes a problem: expected errors, refusals of the framework, and what nobody expected."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route

from faceforge_server.http.navigation import wants_page
from faceforge_server.http.problem import refusal
from faceforge_server.http.request_ids import current_request_id
from faceforge_storage.errors import (
    BadRequest,
    FaceForgeError,
    Internal,
    MethodNotAllowed,
    UnknownAddress,
)
from faceforge_ui import error_page

log = logging.getLogger("faceforge")


async def _expected(request: Request, error: Any) -> Response:
    return _answered(error, request)


def _answered(error: FaceForgeError, request: Request) -> Response:
    """A page for a person, a problem for everybody else."""
    return error_page(request, error) if wants_page(request) else refusal(error, request.scope)


async def _framework(request: Request, error: Any) -> Response:
    headers = dict(error.headers or {})
    if error.status_code == 404:
        found: FaceForgeError = unknown_address(request)
    elif error.status_code == 405:
        allowed = headers["Allow"] = allowed_methods(request)
        found = MethodNotAllowed(
            f"{request.method} is not taken here.", hint=f"Use {allowed}.", headers=headers
        )
    else:
        found = BadRequest(str(error.detail), headers=headers)
    return _answered(found, request)


async def _unexpected(request: Request, error: Any) -> Response:
    """What nobody expected."""
    log.error("unexpected error at %s [%s]", _address(request), current_request_id(), exc_info=error)
    return _answered(Internal("Something went wrong inside Core."), request)


def _address(request: Request) -> str:
    """The address of a request as its route has it, without the values in it."""
    found = next(
        (each for each in _flattened(request.app.routes) if each.matches(request.scope)[0] is Match.FULL),
        None,
    )
    return f"{request.method} {found.path}" if found is not None else "no address of Core's"


EXCEPTION_HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    FaceForgeError: _expected,
    HTTPException: _framework,
    Exception: _unexpected,
}


def unknown_address(request: Request) -> UnknownAddress:
    """That nothing has this address; its hint names one that differs by slashes only, when there is one."""
    path: str = request.scope["path"]
    plain = "/" + re.sub("/+", "/", path).strip("/")
    routes = [each for each in _flattened(request.app.routes) if ":path}" not in each.path]
    scope = {**request.scope, "path": plain}
    near = plain != path and any(each.matches(scope)[0] is not Match.NONE for each in routes)
    hint = f"Write it without a slash too many: {plain[:200]}." if near else ""
    return UnknownAddress(f"There is nothing at {path[:200]}.", hint=hint)


def allowed_methods(request: Request) -> str:
    """The value of `Allow` for the path of a request: the methods of the routes of the path that fits it best."""
    routes = list(_flattened(request.app.routes))
    fitting = [route.path for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    path = min(fitting, key=lambda each: each.count("{"))  # `/assets/upload`, not `/assets/{asset_id}`
    methods = {method for route in routes if route.path == path for method in route.methods or ()}
    return ", ".join(sorted(methods))


def _flattened(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """The routes, and those of the routers among them."""
    for route in routes:
        if isinstance(route, Route):
            yield route
        else:
            yield from _flattened(getattr(route, "routes", ()))
