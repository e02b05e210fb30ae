"""How the path operations of resumable uploads describe themselves in OpenAPI."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from faceforge_schema.values.scalars import EXAMPLES
from faceforge_server.files.description import BINARY, SOME, UPLOAD_ERRORS, Json, listed, parameter, route
from faceforge_server.files.upload_metadata import HEADER as METADATA
from faceforge_server.http.plain_route import Endpoint
from faceforge_server.http.tus_headers import UPLOADS, VERSION
from faceforge_server.rest.openapi import PERMISSIONS
from faceforge_server.rest.operations import RestOperation
from faceforge_server.rest.problems import EVERYWHERE, EVERYWHERE_RARE, problems
from faceforge_storage.database.ids import ID_PATTERN
from faceforge_storage.errors import UnknownContent
from faceforge_ui import PUBLIC

UPLOAD = f"{UPLOADS}/{{upload_id}}"
EXTENSIONS = ("creation", "creation-with-upload", "termination", "expiration", "checksum")
ALGORITHMS = ("sha256", "sha1")
CONTENT_TYPE = "application/offset+octet-stream"
ASSET_ID, DUPLICATE = "X-FaceForge-Asset-Id", "X-FaceForge-Duplicate"
TAG = "assets"
FINDING = (*EVERYWHERE, *EVERYWHERE_RARE, "not_found", "upload_expired", "upload_locked")
SENDING = (*UPLOAD_ERRORS, "checksum_mismatch", "overloaded")
NUMBER: Json = {"type": "integer", "minimum": 0}
TEXT: Json = {"type": "string"}
NAME = base64.b64encode(b"portrait.png").decode()

SENT: dict[str, tuple[Json, str]] = {
    "Tus-Resumable": ({**TEXT, "enum": [VERSION], "examples": [VERSION]}, "The version of the protocol."),
    "Upload-Length": ({**NUMBER, "examples": [1]}, "How many bytes the whole file has."),
    "Upload-Offset": (
        {**NUMBER, "examples": [0]},
        "How many bytes are there already: those before the body.",
    ),
    METADATA: (
        {**TEXT, "examples": [f"filename {NAME}"]},
        "The fields of an upload, as `name base64,name base64`. One that may be repeated has its values in one, with "
        "commas between. With a `sha256` that is known, no byte need be sent.",
    ),
    "Upload-Checksum": (
        {
            **TEXT,
            "pattern": "^(sha256|sha1) [0-9A-Za-z+/]+=*$",
            "examples": ["sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="],
        },
        "What the bytes of this request must have: an algorithm, and its digest in base64.",
    ),
}
ANSWERED: dict[str, tuple[Json, str]] = {
    "Location": (
        {**TEXT, "format": "uri-reference", "examples": [f"{UPLOADS}/{EXAMPLES['ID']}"]},
        "Where the upload is.",
    ),
    "Upload-Expires": (
        {**TEXT, "examples": ["Sat, 07 Feb 2026 08:09:10 GMT"]},
        "Until when it is kept, unless more bytes come.",
    ),
    ASSET_ID: (
        {**TEXT, "pattern": ID_PATTERN, "examples": [EXAMPLES["ID"]]},
        "The asset that it has become.",
    ),
    DUPLICATE: (
        {**TEXT, "enum": ["true", "false"], "examples": ["false"]},
        "Whether a live asset had these bytes already and is answered in place of a new one.",
    ),
    "Tus-Version": (SENT["Tus-Resumable"][0], "The versions that are spoken."),
    "Tus-Extension": ({**TEXT, "examples": [",".join(EXTENSIONS)]}, "The extensions that are spoken."),
    "Tus-Checksum-Algorithm": ({**TEXT, "examples": [",".join(ALGORITHMS)]}, "The checksums that are known."),
    "Tus-Max-Size": ({**NUMBER, "examples": [1]}, "The largest file that is taken, when there is a bound."),
    **{name: SENT[name] for name in ("Tus-Resumable", "Upload-Length", "Upload-Offset", METADATA)},
}
STATE = ("Tus-Resumable", "Upload-Offset", "Upload-Expires", ASSET_ID, DUPLICATE)


class UploadState(BaseModel):
    """Where a resumable upload stands."""

    upload_id: str = Field(
        description="64 lower-case hex digits.", pattern=ID_PATTERN, examples=[EXAMPLES["ID"]]
    )
    offset_bytes: int = Field(description="How many of its bytes are here.", examples=[24_000_000])
    size_bytes: int = Field(description="How many it is to have.", examples=[24_000_000])
    created_at: str = Field(description="When it was begun.", examples=[EXAMPLES["DateTime"]])
    expires_at: str = Field(
        description="Until when it is kept, unless more bytes come.", examples=[EXAMPLES["DateTime"]]
    )
    asset_id: str | None = Field(
        description="The asset it has become; null before.", pattern=ID_PATTERN, examples=[EXAMPLES["ID"]]
    )
    duplicate: bool | None = Field(
        description="Whether that is a live asset that had these bytes already; null before.",
        examples=[False],
    )


def tus_routes(endpoints: dict[str, Endpoint], create: RestOperation) -> list[APIRoute]:
    """The path operations, by the name of the method that answers each."""
    needs = f"Needs the permission {listed(create.needs)}."
    refused = (each for each in create.errors if each != UnknownContent.code)
    made = (*SENDING, *refused, "tus_version")
    return [
        _route(
            UPLOADS, endpoints, "OPTIONS", "askUploads", "Ask what resumable uploads can do",
            "tus 1.0.0, for clients that want to know beforehand.",
            status_code=204,
            responses={"204": _answer("What is spoken.", "Tus-Resumable", "Tus-Version", "Tus-Extension",
                                      "Tus-Checksum-Algorithm", "Tus-Max-Size"), **problems(EVERYWHERE)},
            openapi_extra=PUBLIC,
        ),
        _route(
            UPLOADS, endpoints, "POST", "beginUpload", "Begin a resumable upload",
            "By tus 1.0.0. What is declared is looked at now, before the bytes come; the first of them may come along.",
            needs,
            status_code=201,
            responses={"201": _answer("Begun.", "Location", *STATE), **problems(made)},
            openapi_extra={
                **_sent(create.needs, "Tus-Resumable", "Upload-Length", METADATA, "Upload-Checksum"),
                "requestBody": _bytes(required=False),
            },
        ),
        _route(
            UPLOAD, endpoints, "HEAD", "headUpload", "Ask where a resumable upload stands",
            "How many bytes are there: what follows them is to be sent. Only the token that began it finds it.",
            needs,
            responses={
                "200": _answer("Where it stands.", *STATE, "Upload-Length", METADATA),
                **problems((*FINDING, *made)),
            },
            openapi_extra=_sent(create.needs, "Tus-Resumable", upload=True),
        ),
        _route(
            UPLOAD, endpoints, "GET", "getUpload", "Read where a resumable upload stands",
            "As HEAD, for programs that do not speak tus.",
            needs,
            responses={
                "200": {
                    "model": UploadState,
                    "description": "Where it stands.",
                    "content": {"application/json": {"example": _example()}},
                },
                **problems((*FINDING, *(each for each in made if each != "tus_version"))),
            },
            openapi_extra=_sent(create.needs, upload=True),
        ),
        _route(
            UPLOAD, endpoints, "PATCH", "continueUpload", "Go on with a resumable upload",
            "The bytes that follow those that are there. The last of them make the asset. What came of a request that "
            "broke counts, unless it had a checksum.",
            needs,
            status_code=204,
            responses={
                "204": _answer("Kept.", *STATE),
                **problems((*FINDING, *made, "offset_mismatch")),
            },
            openapi_extra={
                **_sent(create.needs, "Tus-Resumable", "Upload-Offset", "Upload-Checksum", upload=True),
                "requestBody": _bytes(required=True),
            },
        ),
        _route(
            UPLOAD, endpoints, "DELETE", "endUpload", "End a resumable upload",
            "Its bytes are removed; an asset that it has become stays.",
            needs,
            status_code=204,
            responses={"204": _answer("Gone.", "Tus-Resumable"), **problems((*FINDING, "tus_version"))},
            openapi_extra=_sent(create.needs, "Tus-Resumable", upload=True),
        ),
    ]  # fmt: skip


def _route(
    path: str,
    endpoints: dict[str, Endpoint],
    method: str,
    name: str,
    summary: str,
    *text: str,
    **options: Any,
) -> APIRoute:
    return route(path, endpoints[method], method, name, summary, *text, tag=TAG, **options)


def _sent(needs: Iterable[str], *names: str, upload: bool = False) -> Json:
    """The parameters of a request. Those that the protocol demands are required."""
    optional = (METADATA, "Upload-Checksum")
    headers = [parameter(name, "header", *SENT[name], required=name not in optional) for name in names]
    in_path = parameter(
        "upload_id",
        "path",
        {**TEXT, "pattern": ID_PATTERN, "examples": [EXAMPLES["ID"]]},
        "The upload.",
        required=True,
    )
    return {"parameters": [*([in_path] if upload else []), *headers], PERMISSIONS: sorted(needs)}


def _bytes(*, required: bool) -> Json:
    return {"required": required, "content": {CONTENT_TYPE: {"schema": BINARY, "example": SOME}}}


def _answer(description: str, *names: str) -> Json:
    headers = {name: {"schema": ANSWERED[name][0], "description": ANSWERED[name][1]} for name in names}
    return {"description": description, "headers": headers}


def _example() -> Json:
    return {name: (field.examples or [None])[0] for name, field in UploadState.model_fields.items()}
