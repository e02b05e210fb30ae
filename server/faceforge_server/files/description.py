"""How the path operations of files describe themselves in OpenAPI: what FastAPI cannot read off a stream."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from fastapi.routing import APIRoute
from starlette.responses import Response

from faceforge_schema.assets.intake import UPLOAD_FORM
from faceforge_schema.assets.upload_form import FormField
from faceforge_server.rest.openapi import IDEMPOTENCY_KEY, SECURITY
from faceforge_server.rest.problems import EVERYWHERE, EVERYWHERE_RARE, problems

Json = dict[str, Any]
Endpoint = Callable[..., Awaitable[Any]]

UPLOAD_ERRORS = (
    *EVERYWHERE,
    *EVERYWHERE_RARE,
    "bad_request",
    "invalid_multipart",
    "unsupported_media_type",
    "payload_too_large",
    "request_timeout",
    "hash_mismatch",
    "size_mismatch",
    "invalid_sidecar",
    "unknown_reference",
    "external_id_taken",
    "field_value_taken",
    "idempotency_mismatch",
    "no_space",
)
DOWNLOAD_ERRORS = (
    *EVERYWHERE,
    *EVERYWHERE_RARE,
    "not_found",
    "invalid_signature",
    "version_conflict",
    "range_not_satisfiable",
)
BYTES: Json = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
HEADERS = {
    "Range": "Which bytes: `bytes=0-99`.",
    "If-Range": "Take the range only from bytes with this ETag.",
    "If-None-Match": "Answer 304 when the bytes have this ETag.",
    "If-Match": "Answer 412 unless the bytes have this ETag.",
}


def upload_route(endpoint: Endpoint, method: str, needs: Iterable[str]) -> APIRoute:
    """The path operation of an upload: as a form by POST, as the raw body by PUT."""
    as_form = method == "POST"
    return _route(
        "/v1/assets/upload",
        endpoint,
        method,
        "uploadAsset" if as_form else "uploadAssetBytes",
        f"Upload a file as {'a form' if as_form else 'the raw body'}",
        "Nothing is kept unless all is in order.",
        f"Needs the permission {_listed(needs)}.",
        status_code=201,
        responses={
            "200": _asset("A live asset has these bytes already; this is it."),
            "201": _asset("Made."),
            **problems(UPLOAD_ERRORS),
        },
        openapi_extra=_form() if as_form else _raw(),
    )


def download_route(endpoint: Endpoint, method: str, needs: Iterable[str]) -> APIRoute:
    """The path operation of a download, or by HEAD of its headers."""
    body = BYTES if method == "GET" else {}
    return _route(
        "/v1/assets/{asset_id}/download",
        endpoint,
        method,
        f"{method.lower()}AssetBytes",
        "The bytes of an asset" if method == "GET" else "The headers of a download",
        "Ranges, conditions and HEAD as in RFC 9110. What could run in a browser is never inline.",
        f"Needs the permission {_listed(needs)}, or a signed address.",
        responses={
            "200": {"description": "The whole file.", **body},
            "206": {"description": "The parts asked for.", **body},
            "304": {"description": "You have it already."},
            **problems(DOWNLOAD_ERRORS),
        },
        openapi_extra={
            "parameters": [_header(name, text) for name, text in HEADERS.items()],
            "security": [*SECURITY, {"signature": []}],
        },
    )


def _route(
    path: str,
    endpoint: Endpoint,
    method: str,
    name: str,
    summary: str,
    *description: str,
    **options: Any,
) -> APIRoute:
    return APIRoute(
        path,
        endpoint,
        methods=[method],
        name=name,
        operation_id=name,
        tags=["assets"],
        summary=summary,
        description="\n\n".join(description),
        response_model=None,
        response_class=Response,
        **options,
    )


def _form() -> Json:
    file = {"type": "string", "format": "binary", "description": "The bytes."}
    fields = {name: field.schema for name, field in UPLOAD_FORM.items()}
    schema = {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {"file": file, **fields},
    }
    return {"parameters": [IDEMPOTENCY_KEY], "requestBody": _body("multipart/form-data", schema)}


def _raw() -> Json:
    return {
        "parameters": [*map(_query, UPLOAD_FORM.values()), IDEMPOTENCY_KEY],
        "requestBody": _body("application/octet-stream", {"type": "string"}),
    }


def _body(media_type: str, schema: Json) -> Json:
    return {"required": True, "content": {media_type: {"schema": schema}}}


def _query(field: FormField) -> Json:
    schema = {key: value for key, value in field.schema.items() if key != "description"}
    return {"name": field.name, "in": "query", "schema": schema, "description": field.schema["description"]}


def _header(name: str, description: str) -> Json:
    return {"name": name, "in": "header", "schema": {"type": "string"}, "description": description}


def _asset(description: str) -> Json:
    return {
        "description": description,
        "headers": {"ETag": {"schema": {"type": "string"}, "description": "The version, quoted."}},
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TakenAsset"}}},
    }


def _listed(needs: Iterable[str]) -> str:
    return ", ".join(f"`{each}`" for each in sorted(needs))
