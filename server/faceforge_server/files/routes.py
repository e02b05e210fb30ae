"""The path operations that carry the bytes of assets: the only data that is not answered by a generated route."""

from __future__ import annotations

from typing import cast

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from faceforge_schema.assets.assets import asset, create_asset
from faceforge_server.files.description import (
    download_route,
    thumbnail_of_asset_route,
    thumbnail_route,
    upload_route,
)
from faceforge_server.files.thumbnails import thumbnail, thumbnail_of_asset
from faceforge_server.files.transfers import FileTransfers
from faceforge_server.files.tus import TusAddress
from faceforge_server.files.tus_description import tus_routes
from faceforge_server.files.upload import receive_multipart, receive_raw
from faceforge_server.http.plain_route import Endpoint
from faceforge_server.rest.operations import RestOperation, operation_of

UPLOADS = {
    "OPTIONS": "options",
    "POST": "create",
    "HEAD": "head",
    "GET": "get",
    "PATCH": "patch",
    "DELETE": "delete",
}
"""Method -> what of a `TusAddress` answers it."""


def file_routes(operations: list[RestOperation]) -> list[APIRoute]:
    """Upload, download and thumbnails. The application's state has the `FileTransfers` that they use as `files`, and
    as `uploads` the `TusAddress`."""
    create, read = operation_of(operations, create_asset), operation_of(operations, asset).needs
    return [
        upload_route(upload_form, "POST", create),
        upload_route(upload_bytes, "PUT", create),
        download_route(download, "GET", read),
        download_route(download, "HEAD", read),
        thumbnail_of_asset_route(thumbnail_of_asset, "GET", read),
        thumbnail_of_asset_route(thumbnail_of_asset, "HEAD", read),
        thumbnail_route(thumbnail, "GET", read),
        thumbnail_route(thumbnail, "HEAD", read),
        *tus_routes({method: _of_uploads(name) for method, name in UPLOADS.items()}, create),
    ]


async def upload_form(request: Request) -> Response:
    """Take a file in as multipart/form-data."""
    return await _files(request).upload(request, receive_multipart, "body")


async def upload_bytes(request: Request) -> Response:
    """Take a file in as the raw body."""
    return await _files(request).upload(request, receive_raw, "query")


async def download(request: Request) -> Response:
    """Answer with the bytes of an asset, or for HEAD with their headers."""
    return await _files(request).download(request)


def _files(request: Request) -> FileTransfers:
    return cast("FileTransfers", request.app.state.files)


def _of_uploads(name: str) -> Endpoint:
    async def answer(request: Request) -> Response:
        found: Response = await getattr(cast("TusAddress", request.app.state.uploads), name)(request)
        return found

    return answer
