"""The OpenAPI description of the routes that carry bytes; a test holds it against the routes."""

from __future__ import annotations

from typing import Any

from faceforge_server.rest.openapi import EVERYWHERE, EVERYWHERE_RARE, problems

Json = dict[str, Any]

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
TEXT: Json = {"type": "string"}
FIELDS: dict[str, tuple[Json, str]] = {
    "kind": (TEXT, "What it is for: dotted, such as `image.original`; `file` when nothing says."),
    "filename": (TEXT, "The name people see."),
    "entity_id": ({"type": "array", "items": TEXT}, "Entities to link it to; repeatable."),
    "role": (TEXT, "The role of those links."),
    "tag": ({"type": "array", "items": TEXT}, "Free words to find it by; repeatable."),
    "derived_from_asset_id": (TEXT, "The asset it was made from."),
    "sha256": ({**TEXT, "pattern": "^[0-9A-Fa-f]{64}$"}, "The hash the bytes must have."),
    "size_bytes": ({"type": "integer", "minimum": 0}, "The size the bytes must have."),
    "on_duplicate": ({**TEXT, "enum": ["reuse", "new"]}, "What to do when a live asset has the same bytes."),
}
TAKEN: Json = {
    status: {
        "description": said,
        "headers": {"ETag": {"schema": TEXT, "description": "The version, quoted."}},
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TakenAsset"}}},
    }
    for status, said in (("200", "A live asset has these bytes already; this is it."), ("201", "Made."))
}
META = "The sidecar: a JSON object in UTF-8, see the reference of uploads."
KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {**TEXT, "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    "description": "Any text: the same key with the same request gives the first answer again.",
}


def _upload(identity: str, summary: str, **more: Any) -> Json:
    described = f"{summary}. Nothing is kept unless all is in order.\n\nNeeds the permission `assets:write`."
    return {
        "operationId": identity,
        "tags": ["assets"],
        "summary": summary,
        "description": described,
        **more,
        "responses": {**TAKEN, **problems(UPLOAD_ERRORS)},
    }


def _header(name: str, description: str) -> Json:
    return {"name": name, "in": "header", "schema": TEXT, "description": description}


def _query(name: str, schema: Json, description: str) -> Json:
    return {"name": name, "in": "query", "schema": schema, "description": description}


BYTES: Json = {"content": {"*/*": {"schema": {**TEXT, "format": "binary"}}}}


def _download(method: str) -> Json:
    body = BYTES if method == "get" else {}
    return {
        "operationId": f"{method}AssetBytes",
        "tags": ["assets"],
        "summary": "The bytes of an asset" if method == "get" else "The headers of a download",
        "description": "Ranges, conditions and HEAD as RFC 9110 says. What could run in a browser is never inline."
        "\n\nNeeds the permission `assets:read`, or a signed address.",
        "parameters": [
            {"name": "asset_id", "in": "path", "required": True, "schema": {**TEXT, "examples": ["0" * 64]}},
            _query("disposition", {**TEXT, "enum": ["inline", "attachment"]}, "Whether to show or to save."),
            _query("expires", {"type": "integer"}, "Of a signed address: until when, in seconds since 1970."),
            _query("signature", TEXT, "Of a signed address: its proof. Then no token is looked at."),
            _header("Range", "Which bytes: `bytes=0-99`."),
            _header("If-Range", "Take the range only from bytes with this ETag."),
            _header("If-None-Match", "Answer 304 when the bytes have this ETag."),
            _header("If-Match", "Answer 412 unless the bytes have this ETag."),
        ],
        "responses": {
            "200": {"description": "The whole file.", **body},
            "206": {"description": "The parts asked for.", **body},
            "304": {"description": "You have it already."},
            **problems(DOWNLOAD_ERRORS),
        },
    }


BYTE_PATHS: Json = {
    "/v1/assets/upload": {
        "post": _upload(
            "uploadAsset",
            "Upload a file as a form",
            parameters=[KEY],
            requestBody={
                "required": True,
                "content": {
                    "multipart/form-data": {
                        "schema": {
                            "type": "object",
                            "required": ["file"],
                            "additionalProperties": False,
                            "properties": {
                                "file": {**TEXT, "format": "binary", "description": "The bytes."},
                                "meta": {**TEXT, "description": META},
                                **{
                                    name: {**schema, "description": said}
                                    for name, (schema, said) in FIELDS.items()
                                },
                            },
                        }
                    }
                },
            },
        ),
        "put": _upload(
            "uploadAssetBytes",
            "Upload a file as the raw body",
            parameters=[
                *(_query(name, *told) for name, told in FIELDS.items()),
                _query("meta", TEXT, META),
                KEY,
            ],
            requestBody={"required": True, "content": {"application/octet-stream": {"schema": TEXT}}},
        ),
    },
    "/v1/assets/{asset_id}/download": {"get": _download("get"), "head": _download("head")},
}
"""Path -> method -> operation, for `openapi`."""
