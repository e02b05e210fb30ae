"""A small application around the byte routes, on real sockets, on Core's protocol and on Uvicorn's own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from faceforge_server.files.delivery import Download
from faceforge_server.files.form import UploadLimits
from faceforge_server.files.upload import receive_multipart, receive_raw
from faceforge_storage.errors import FaceForgeError
from faceforge_storage.objects.provider import StoredObject
from faceforge_storage.objects.providers.filesystem import FilesystemProvider
from faceforge_storage.objects.staging import Staging
from faceforge_storage.objects.store import ObjectStore

MADE = "2022-01-01T00:00:30.500000Z"
"""When every file came to be."""


@dataclass
class ByteServer:
    """A store behind an application; `files` maps a path to what is downloaded there."""

    home: Path
    port: int
    files: dict[str, tuple[StoredObject, str, str]] = field(default_factory=dict)
    limits: UploadLimits = field(default_factory=UploadLimits)
    uploads_over: int = 0

    def __post_init__(self) -> None:
        self.staging = Staging(self.home / "tmp")
        self.provider = FilesystemProvider(self.home / "assets")
        self.store = ObjectStore([self.provider])
        self.staging.sweep()
        self.store.sweep()

    def put(self, name: str, data: bytes, media_type: str = "application/octet-stream") -> StoredObject:
        file = self.staging.begin()
        file.write(data)
        stored = self.store.publish([file.finish()])[0]
        self.files[name] = (stored, media_type, name)
        return stored

    def staged(self) -> list[Path]:
        return list((self.home / "tmp").iterdir())

    async def download(self, request: Request) -> Response | Download:
        stored, media_type, filename = self.files[request.path_params["name"]]
        wished: Any = request.query_params.get("disposition")
        return Download(self.store, stored, media_type, filename, MADE, wished)

    async def upload(self, request: Request) -> Response:
        try:
            return await self.receive(request)
        finally:
            self.uploads_over += 1

    async def receive(self, request: Request) -> Response:
        receive = receive_raw if request.method == "PUT" else receive_multipart
        async with await receive(request, self.staging, self.limits) as upload:
            if upload.values.get("role") == "refused later":
                raise FaceForgeError("no")
            (stored,) = await asyncio.to_thread(self.store.publish, [upload.staged])
        return JSONResponse({"sha256": stored.sha256, "size": stored.size_bytes, "values": upload.values})

    def application(self) -> Starlette:
        async def problem(_request: Request, error: Exception) -> Response:
            assert isinstance(error, FaceForgeError)
            return JSONResponse(error.as_json(), error.status, error.headers)

        return Starlette(
            routes=[
                Route("/files/{name}", self.download),
                Route("/upload", self.upload, methods=["POST", "PUT"]),
            ],
            exception_handlers={FaceForgeError: problem},
        )


class Address:
    """A server on a port of its own; what it serves is put in by each test."""

    application: ASGIApp
    port: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.application(scope, receive, send)


def served(protocol: type[HttpToolsProtocol]) -> Iterator[Address]:
    address = Address()
    config = uvicorn.Config(
        address, port=0, http=protocol, loop="asyncio", lifespan="off", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.005)
    address.port = server.servers[0].sockets[0].getsockname()[1]
    yield address
    server.should_exit = True
    thread.join()
