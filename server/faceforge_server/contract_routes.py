"""The contract itself, for whoever writes a program against it: public, since it holds no data."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import sha256

from fastapi.routing import APIRoute
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from faceforge_schema import Contract
from faceforge_server.events.routes import event_routes
from faceforge_server.files.conditions import matches
from faceforge_server.files.routes import file_routes
from faceforge_server.health import health_routes
from faceforge_server.http.plain_route import PlainRoute
from faceforge_server.rest import RestOperation, openapi
from faceforge_server.rest.openapi import Json
from faceforge_server.sign_in import sign_in_routes
from faceforge_server.version import product_version
from faceforge_ui import PUBLIC

HEADERS = {"Cache-Control": "no-cache"}


def path_operations(operations: list[RestOperation]) -> list[APIRoute]:
    """The routes that are written by hand and stand in the contract."""
    return [
        *health_routes(),
        *file_routes(operations),
        *event_routes(operations),
        *sign_in_routes(),
    ]


def openapi_document(operations: list[RestOperation]) -> Json:
    """The OpenAPI document of all routes, generated or written by hand."""
    return openapi(operations, path_operations(operations), product_version())


def contract_routes(contract: Contract, operations: list[RestOperation]) -> list[APIRoute]:
    """`/openapi.json` and `/schema.graphql`, without a token."""
    described = cache(lambda: to_json(openapi_document(operations)))
    printed = cache(lambda: contract.as_str().encode())
    return [
        _route("/openapi.json", described, "application/json"),
        _route("/schema.graphql", printed, "application/graphql; charset=utf-8"),
    ]


def _route(path: str, content: Callable[[], bytes], media_type: str) -> APIRoute:
    tag = cache(lambda: f'"{sha256(content()).hexdigest()[:32]}"')

    async def file(request: Request) -> Response:
        headers = {**HEADERS, "ETag": tag()}
        if matches(request.headers.get("if-none-match", ""), tag(), weak=True):
            return Response(status_code=304, headers=headers)
        return Response(content(), headers={**headers, "Content-Type": media_type})

    return PlainRoute(path, file, methods=["GET", "HEAD"], include_in_schema=False, openapi_extra=PUBLIC)
