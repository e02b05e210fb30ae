"""The composition root: builds the stores, the schema and the application of one home, and takes them down again."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

import faceforge_ui
from faceforge_schema import Core, build_schema, permissions_of
from faceforge_server.files.paths import BYTE_PATHS
from faceforge_server.files.routes import ByteRoutes
from faceforge_server.graphql.view import GraphqlView
from faceforge_server.graphql.websocket import GraphqlWebSocket
from faceforge_server.http.problem import problem_response
from faceforge_server.http.request_ids import RequestIds
from faceforge_server.middleware.authentication import Authentication, Authenticator
from faceforge_server.middleware.hosts import HostCheck
from faceforge_server.middleware.install_token import InstallToken
from faceforge_server.middleware.origins import OriginCheck
from faceforge_server.rest import openapi, rest_operations, rest_routes
from faceforge_server.rest.routes import allowed_methods, json_response
from faceforge_storage.database.clock import now
from faceforge_storage.database.database import Database
from faceforge_storage.database.migrate import migrate
from faceforge_storage.errors import (
    BadRequest,
    CannotStart,
    FaceForgeError,
    Internal,
    MethodNotAllowed,
    NotFound,
)
from faceforge_storage.home.home import Home
from faceforge_storage.home.settings import Settings
from faceforge_storage.objects import FilesystemProvider, ObjectStore, Staging

log = logging.getLogger("faceforge")


def create_app(home: Home, settings: Settings) -> Starlette:
    """The ASGI application of a home. Its lifespan opens what is there and closes it; raises CannotStart."""
    if settings.database.url is not None:
        raise CannotStart(
            "config/core.json: database.url: only the embedded SQLite is supported by this version.",
            hint="Set database.url to null.",
        )
    migrate(home.database_file, home.backups_dir, settings.limits.backups_kept)
    contract = build_schema()
    operations = rest_operations(contract)
    store = ObjectStore([FilesystemProvider(home.assets_dir, settings.limits.disk_reserve_bytes)])
    staging = Staging(home.tmp_dir, settings.limits.disk_reserve_bytes)
    create = next(each for each in operations if each.name == "createAsset")
    install = InstallToken(home.settings_file, settings.auth.install_token.get_secret_value())
    bytes_ = ByteRoutes(contract, create, store, staging, install.signing_key)
    core = Core(
        database=Database(home.database_file, seconds=settings.limits.query_seconds),
        settings=settings,
        home=home.root,
        instance_id=secrets.token_hex(16),
        version=product_version(),
        started_at=now(),
        sign_download=bytes_.sign,
        permissions=permissions_of(contract.graphql),
    )
    authenticator = Authenticator(core, install)

    @cache
    def document() -> dict[str, Any]:
        return openapi(contract, operations, BYTE_PATHS, core.version)

    async def described(_request: Request) -> Response:
        return json_response(document(), 200, {"Cache-Control": "no-cache"})

    async def healthz(_request: Request) -> Response:
        health = {"status": "ok", "version": core.version, "instance_id": core.instance_id}
        return json_response(health, 200, {"Cache-Control": "no-store"})

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        swept = staging.sweep() + store.sweep()
        if swept:
            log.info("removed %d files that an earlier run left half-written", swept)
        # Beside the first requests: it takes a tenth of the start, and what is asked for earlier is compiled then.
        compiled = asyncio.create_task(asyncio.to_thread(contract.documents.compile))
        try:
            yield
        finally:
            await compiled
            core.database.close()

    routes: list[BaseRoute] = [
        Route("/healthz", healthz),
        Route("/v1/openapi.json", described),
        Route("/graphql", GraphqlView(contract).answer, methods=["GET", "POST"]),
        WebSocketRoute("/graphql", GraphqlWebSocket(contract, core, authenticator)),
        *bytes_.routes(),
        *rest_routes(contract, operations),
        *faceforge_ui.routes(),
    ]
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(RequestIds),
            Middleware(HostCheck, allowed=settings.network.allowed_hosts),
            Middleware(OriginCheck),
            Middleware(Authentication, authenticator=authenticator),
        ],
        exception_handlers={FaceForgeError: _expected, HTTPException: _routing, Exception: _unexpected},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.state.core = core
    return app


def product_version() -> str:
    """The version of FaceForge that is installed."""
    try:
        return version("faceforge")
    except PackageNotFoundError:
        return "0.0.0"


async def _expected(_request: Request, error: Exception) -> Response:
    assert isinstance(error, FaceForgeError)
    return problem_response(error)


async def _routing(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == 404:
        return problem_response(NotFound(f"There is no address {request.url.path[:200]}.", hint="See /docs."))
    if error.status_code == 405:
        allowed = headers["Allow"] = allowed_methods(request)
        return problem_response(
            MethodNotAllowed(f"{request.method} is not taken here.", hint=f"Use {allowed}.", headers=headers)
        )
    return problem_response(BadRequest(str(error.detail), headers=headers))


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected error at %s", request.url.path, exc_info=error)
    return problem_response(Internal("Something went wrong inside Core."))
