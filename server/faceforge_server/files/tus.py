"""The address of uploads that go on where they stopped: tus 1.0.0."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response

from faceforge_schema import Context
from faceforge_server.files.form import DIGITS
from faceforge_server.files.intake import body
from faceforge_server.files.kept_parts import Checksum, Incoming
from faceforge_server.files.resumable import ResumableUploads
from faceforge_server.files.tus_description import (
    ALGORITHMS,
    ASSET_ID,
    CONTENT_TYPE,
    DUPLICATE,
    EXTENSIONS,
    UploadState,
)
from faceforge_server.files.upload import announced
from faceforge_server.files.upload_metadata import HEADER as METADATA
from faceforge_server.http.json_response import NOT_STORED, json_response
from faceforge_server.http.request_context import context_of
from faceforge_server.http.tus_headers import RESUMABLE, UPLOADS, VERSION
from faceforge_storage.errors import BadRequest, TusVersion, UnsupportedMediaType
from faceforge_storage.uploads import ResumableUpload

OFFSET, LENGTH, CHECKSUM = "Upload-Offset", "Upload-Length", "Upload-Checksum"
Answer = Callable[[Request, Context], Awaitable[Response]]


class TusAddress:
    """Answers the requests of the protocol, and GET for programs that only want to know."""

    def __init__(self, uploads: ResumableUploads, needs: frozenset[str], most_bytes: int | None) -> None:
        self._uploads, self._needs, self._most_bytes = uploads, needs, most_bytes

    async def options(self, _request: Request) -> Response:
        """What is spoken here."""
        headers = {
            **RESUMABLE,
            "Tus-Version": VERSION,
            "Tus-Extension": ",".join(EXTENSIONS),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        }
        if self._most_bytes is not None:
            headers["Tus-Max-Size"] = str(self._most_bytes)
        return Response(status_code=204, headers=headers)

    async def create(self, request: Request) -> Response:
        """Begin an upload."""
        return await self._answered(request, self._create)

    async def head(self, request: Request) -> Response:
        """Where an upload stands, for the client that goes on with it."""
        return await self._answered(request, self._head)

    async def patch(self, request: Request) -> Response:
        """Go on with an upload."""
        return await self._answered(request, self._patch)

    async def delete(self, request: Request) -> Response:
        """End an upload."""
        return await self._answered(request, self._delete)

    async def get(self, request: Request) -> Response:
        """Where an upload stands, as JSON."""
        return await self._answered(request, self._get, is_tus=False)

    async def _answered(self, request: Request, answer: Answer, *, is_tus: bool = True) -> Response:
        """The answer to whoever may upload and speaks this version. Raises TusVersion, Forbidden, as `answer` does."""
        if is_tus and (version := request.headers.get("tus-resumable")) != VERSION:
            said = "is missing" if version is None else f"is {version[:20]}"
            raise TusVersion(
                f"Tus-Resumable {said}.", "Send `Tus-Resumable: 1.0.0`.", headers={"Tus-Version": VERSION}
            )
        context = context_of(request)
        context.actor.check(self._needs)
        context.idempotency_key = None  # an upload has a name of its own, by which it is done once
        try:
            response = await answer(request, context)
        finally:
            context.budget.release()
        response.headers.update({**RESUMABLE, **NOT_STORED})
        return response

    async def _create(self, request: Request, context: Context) -> Response:
        if "upload-defer-length" in request.headers:
            raise BadRequest("The length cannot be left open here.", hint=f"Send {LENGTH}.")
        size, metadata = _number(request, LENGTH), request.headers.get(METADATA, "")
        if not metadata.isascii():
            raise BadRequest(f"{METADATA} is not ASCII.", hint="Its values are base64.")
        incoming = _incoming(request) if _has_body(request) else None
        upload = await self._uploads.begin(context, size, metadata, incoming)
        headers = {"Location": f"{UPLOADS}/{upload.id}", **_state(upload)}
        if incoming is not None or upload.asset_id is not None:
            headers[OFFSET] = str(upload.kept_bytes)
        return Response(status_code=201, headers=headers)

    async def _head(self, request: Request, context: Context) -> Response:
        upload, offset = await self._uploads.get(context, _id(request))
        headers = {OFFSET: str(offset), LENGTH: str(upload.size_bytes), **_state(upload)}
        if upload.metadata:
            headers[METADATA] = upload.metadata
        return Response(status_code=200, headers=headers)

    async def _patch(self, request: Request, context: Context) -> Response:
        incoming, offset = _incoming(request), _number(request, OFFSET)
        upload = await self._uploads.receive(context, _id(request), offset, incoming)
        return Response(status_code=204, headers={OFFSET: str(upload.kept_bytes), **_state(upload)})

    async def _delete(self, request: Request, context: Context) -> Response:
        await self._uploads.end(context, _id(request))
        return Response(status_code=204)

    async def _get(self, request: Request, context: Context) -> Response:
        upload, offset = await self._uploads.get(context, _id(request))
        state = UploadState(
            upload_id=upload.id,
            offset_bytes=offset,
            size_bytes=upload.size_bytes,
            created_at=upload.created_at,
            expires_at=upload.expires_at,
            asset_id=upload.asset_id,
            duplicate=upload.duplicate,
        )
        return json_response(state.model_dump(), 200, {})


def _id(request: Request) -> str:
    return str(request.path_params["upload_id"])


def _state(upload: ResumableUpload) -> dict[str, str]:
    """Until when the upload is kept, or what it has become."""
    if upload.asset_id is not None:
        return {ASSET_ID: upload.asset_id, DUPLICATE: "true" if upload.duplicate else "false"}
    moment = datetime.fromisoformat(upload.expires_at).astimezone(UTC)
    return {"Upload-Expires": format_datetime(moment, usegmt=True)}


def _has_body(request: Request) -> bool:
    return announced(request) > 0 or "transfer-encoding" in request.headers


def _incoming(request: Request) -> Incoming:
    """The bytes that a request brings. Raises UnsupportedMediaType, BadRequest for a checksum that is none."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != CONTENT_TYPE:
        raise UnsupportedMediaType(f"The body of an upload is {CONTENT_TYPE}.", hint="Set Content-Type so.")
    return Incoming(body(request), announced(request), _checksum(request))


def _checksum(request: Request) -> Checksum | None:
    text = request.headers.get(CHECKSUM)
    if text is None:
        return None
    algorithm, _, value = text.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise BadRequest(f"{CHECKSUM} has an unknown algorithm.", hint=f"Use {' or '.join(ALGORITHMS)}.")
    running = hashlib.new(algorithm, usedforsecurity=False)
    try:
        wanted = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        wanted = b""
    if len(wanted) != running.digest_size:
        raise BadRequest(f"{CHECKSUM} has no {algorithm} in base64.")
    return Checksum(running, wanted)


def _number(request: Request, name: str) -> int:
    """The number of bytes in a header. Raises BadRequest."""
    text = request.headers.get(name, "")
    if not (text.isdecimal() and text.isascii() and len(text) <= DIGITS):
        raise BadRequest(f"{name} is a number of bytes.", hint=f"Send {name}.")
    return int(text)
