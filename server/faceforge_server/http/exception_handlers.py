"""How what a route raises becomes a problem: expected errors, refusals of the framework, and what nobody expected."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route

from faceforge_server.http.problem import problem_response
from faceforge_server.http.request_ids import NO_SNIFF, SCOPE_KEY
from faceforge_storage.errors import (
    BadRequest,
    FaceForgeError,
    Internal,
    MethodNotAllowed,
    NotFound,
)

log = logging.getLogger("faceforge")


async def _expected(_request: Request, error: Any) -> Response:
    return problem_response(error)


async def _framework(request: Request, error: Any) -> Response:
    headers = dict(error.headers or {})
    if error.status_code == 404:
        return problem_response(NotFound(f"There is no address {request.url.path[:200]}.", hint="See /docs."))
    if error.status_code == 405:
        allowed = headers["Allow"] = allowed_methods(request)
        return problem_response(
            MethodNotAllowed(f"{request.method} is not taken here.", hint=f"Use {allowed}.", headers=headers)
        )
    return problem_response(BadRequest(str(error.detail), headers=headers))


async def _unexpected(request: Request, error: Any) -> Response:
    """What nobody expected. It is answered outside of all our layers, so it has their headers from here."""
    request_id = request.scope.get(SCOPE_KEY)
    log.error("unexpected error at %s [%s]", _address(request), request_id, exc_info=error)
    response = problem_response(Internal("Something went wrong inside Core."), request_id)
    response.raw_headers += [NO_SNIFF, (b"x-request-id", str(request_id).encode())]
    return response


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


def allowed_methods(request: Request) -> str:
    """The value of `Allow` for the path of a request: the methods of all routes of the first path that fits it."""
    routes = list(_flattened(request.app.routes))
    path = next(route.path for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    methods = {method for route in routes if route.path == path for method in route.methods or ()}
    return ", ".join(sorted(methods))


def _flattened(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """The routes, and those of the routers among them."""
    for route in routes:
        if isinstance(route, Route):
            yield route
        else:
            yield from _flattened(getattr(route, "routes", ()))
