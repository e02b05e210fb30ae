"""How the path operations of files describe themselves in OpenAPI: what FastAPI cannot read off a stream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from fastapi.routing import APIRoute

from faceforge_schema.assets.intake import UPLOAD_FORM
from faceforge_schema.assets.thumbnails import ADDRESS, address
from faceforge_schema.assets.upload_form import FormField
from faceforge_schema.values.inputs import HASH_EXAMPLE
from faceforge_schema.values.scalars import EXAMPLES
from faceforge_server.files.disposition import Disposition
from faceforge_server.http.plain_route import Endpoint, PlainRoute
from faceforge_server.rest.examples import input_example
from faceforge_server.rest.models import default_described
from faceforge_server.rest.openapi import ETAG, IDEMPOTENCY_KEY, PERMISSIONS, SECURITY, answer
from faceforge_server.rest.operations import PREFIX, RestOperation
from faceforge_server.rest.problems import EVERYWHERE, EVERYWHERE_RARE, problems
from faceforge_server.rest.schemas import SCALARS
from faceforge_storage.errors import UnknownContent
from faceforge_storage.ingest.thumbnails import MEDIA_TYPE, RECIPE, SIZES

Json = dict[str, Any]

UPLOAD = f"{PREFIX}/assets/upload"
DOWNLOAD = f"{PREFIX}/assets/{{asset_id}}/download"
THUMBNAIL_OF_ASSET = f"{PREFIX}/assets/{{asset_id}}/thumbnail"
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
    "no_space",
    "store_away",
)
DOWNLOAD_ERRORS = (
    *EVERYWHERE,
    *EVERYWHERE_RARE,
    "not_found",
    "invalid_signature",
    "version_conflict",
    "range_not_satisfiable",
    "store_away",
)
THUMBNAIL_ERRORS = (
    *EVERYWHERE,
    *EVERYWHERE_RARE,
    "not_found",
    "invalid_signature",
    "version_conflict",
    "store_away",
)
BINARY: Json = {"type": "string", "format": "binary"}
"""Bytes, as generators of clients know them: a Blob, a File, a stream."""
SOME = "…"
BYTES, THUMBNAIL = (
    {"content": {each: {"schema": BINARY, "example": SOME} for each in ("application/octet-stream", kind)}}
    for kind in ("*/*", MEDIA_TYPE)
)
"""A file of any media type, and a thumbnail; the first media type of each is the one that generators know."""
TEXT: Json = {"type": "string"}
ASSET_ID: Json = {**SCALARS["ID"], "examples": [EXAMPLES["ID"]]}
CONTENT_HASH: Json = {**TEXT, "pattern": "^[0-9a-f]{64}$", "examples": [HASH_EXAMPLE]}
WIDTH: Json = {**TEXT, "enum": [str(size) for size in SIZES], "examples": [str(SIZES[0])]}
VERSION: Json = {"type": "integer", "minimum": 1, "examples": [RECIPE]}
LOCATION: Json = {**TEXT, "format": "uri-reference", "examples": [address(HASH_EXAMPLE, SIZES[0])]}
QUERY: dict[str, tuple[Json, str]] = {
    "disposition": (
        {**TEXT, "enum": list(get_args(Disposition)), "examples": ["inline"]},
        "Whether a browser shows the file or saves it.",
    ),
    "expires": (
        {"type": "integer", "examples": [1769846950]},
        "Of a signed address: until when, in seconds since 1970.",
    ),
    "signature": ({**TEXT, "examples": ["…"]}, "Of a signed address: its proof. Then no token is looked at."),
}
SIGNED = [*SECURITY, {}]
"""Or the signature. It is no scheme: generated clients would put the token into the address."""
TAG = '(W/)?"[!#-~]*"'
TAGS: Json = {**TEXT, "examples": [f'"{HASH_EXAMPLE}"']}
"""One or several ETags, or `*`."""
DATE: Json = {**TEXT, "examples": ["Sat, 31 Jan 2026 08:09:10 GMT"]}
HEADERS: dict[str, tuple[Json, str]] = {
    "Range": ({**TEXT, "examples": ["bytes=0-99"]}, "Which bytes: `bytes=0-99`."),
    "If-Range": (TAGS, "Take the range only from bytes with this ETag, or this Last-Modified."),
    "If-None-Match": (TAGS, "Answer 304 when the bytes have this ETag."),
    "If-Match": (
        {**TAGS, "pattern": rf"^(\*|{TAG}( *, *{TAG})*)$"},
        "Answer 412 unless the bytes have this ETag.",
    ),
    "If-Modified-Since": (DATE, "Answer 304 when the bytes are no newer; If-None-Match goes before it."),
    "If-Unmodified-Since": (DATE, "Answer 412 when the bytes are newer; If-Match goes before it."),
}


def upload_route(endpoint: Endpoint, method: str, create: RestOperation) -> APIRoute:
    """The path operation of an upload: as a form by POST, as the raw body by PUT."""
    as_form = method == "POST"
    return route(
        UPLOAD,
        endpoint,
        method,
        "uploadAsset" if as_form else "uploadAssetBytes",
        f"Upload a file as {'a form' if as_form else 'the raw body'}",
        "Nothing is kept unless all is in order.",
        f"Needs the permission {listed(create.needs)}.",
        status_code=201,
        responses={
            "200": _asset("A live asset has these bytes already; this is it."),
            "201": _asset("Made."),
            **problems((*UPLOAD_ERRORS, *(each for each in create.errors if each != UnknownContent.code))),
        },
        openapi_extra={**(_form() if as_form else _raw(create)), PERMISSIONS: sorted(create.needs)},
    )


def download_route(endpoint: Endpoint, method: str, needs: Iterable[str]) -> APIRoute:
    """The path operation of a download, or by HEAD of its headers."""
    body = BYTES if method == "GET" else {}
    return route(
        DOWNLOAD,
        endpoint,
        method,
        f"{method.lower()}AssetBytes",
        "Download the bytes of an asset" if method == "GET" else "Read the headers of a download",
        "Ranges, conditions and HEAD as in RFC 9110. What could run in a browser is never inline.",
        f"Needs the permission {listed(needs)}, or a signed address.",
        responses={
            "200": {"description": "The whole file.", **body},
            "206": {"description": "The parts asked for.", **body},
            "304": {"description": "You have it already."},
            **problems(DOWNLOAD_ERRORS),
        },
        openapi_extra={
            "parameters": [
                parameter("asset_id", "path", ASSET_ID, "The asset.", required=True),
                *(parameter(name, "query", schema, text) for name, (schema, text) in QUERY.items()),
                *(parameter(name, "header", schema, text) for name, (schema, text) in HEADERS.items()),
            ],
            "security": SIGNED,
            PERMISSIONS: sorted(needs),
        },
    )


def thumbnail_of_asset_route(endpoint: Endpoint, method: str, needs: Iterable[str]) -> APIRoute:
    """The path operation that leads to an asset's thumbnail."""
    body = THUMBNAIL if method == "GET" else {}
    return route(
        THUMBNAIL_OF_ASSET,
        endpoint,
        method,
        f"{method.lower()}AssetThumbnail",
        "Find the thumbnail of an asset" if method == "GET" else "Find the address of an asset's thumbnail",
        "Leads to a live asset of the kind `image.thumbnail` that was derived from it, else to what is made of its "
        "bytes. `thumbnail` of the asset has the same addresses, and saves this step.",
        f"Needs the permission {listed(needs)}.",
        status_code=307,
        responses={
            "200": {"description": "The thumbnail, for clients that go where they are led.", **body},
            "307": {"description": "Where it is.", "headers": {"Location": {"schema": LOCATION}}},
            **problems((*EVERYWHERE, *EVERYWHERE_RARE, "not_found")),
        },
        openapi_extra={
            "parameters": [
                parameter("asset_id", "path", ASSET_ID, "The asset.", required=True),
                parameter(
                    "size", "query", {**WIDTH, "default": "320"}, "How wide it is, in pixels, at most."
                ),
            ],
            PERMISSIONS: sorted(needs),
        },
    )


def thumbnail_route(endpoint: Endpoint, method: str, needs: Iterable[str]) -> APIRoute:
    """The path operation of a thumbnail, or by HEAD of its headers."""
    body = THUMBNAIL if method == "GET" else {}
    return route(
        ADDRESS,
        endpoint,
        method,
        f"{method.lower()}Thumbnail",
        "Download a thumbnail" if method == "GET" else "Read the headers of a thumbnail",
        "At most `size` pixels wide and twice as high, made when it is first asked for. A picture is `immutable`: "
        "browsers keep it. A tile that is drawn for a file without one is asked for again after a minute.",
        f"Needs the permission {listed(needs)}, or a signed address.",
        responses={
            "200": {"description": "The thumbnail.", **body},
            "304": {"description": "You have it already."},
            "307": {
                "description": "Where it is by the present recipe.",
                "headers": {"Location": {"schema": LOCATION}},
            },
            **problems(THUMBNAIL_ERRORS),
        },
        openapi_extra={
            "parameters": [
                parameter("content_hash", "path", CONTENT_HASH, "The SHA-256 of the bytes.", required=True),
                parameter("size", "path", WIDTH, "How wide it is, in pixels, at most.", required=True),
                parameter("recipe", "path", VERSION, "The version of the recipe.", required=True),
                *(parameter(name, "query", *QUERY[name]) for name in ("expires", "signature")),
                parameter("If-None-Match", "header", *HEADERS["If-None-Match"]),
            ],
            "security": SIGNED,
            PERMISSIONS: sorted(needs),
        },
    )


def route(
    path: str,
    endpoint: Endpoint,
    method: str,
    name: str,
    summary: str,
    *description: str,
    tag: str = "assets",
    **options: Any,
) -> APIRoute:
    """A path operation, as OpenAPI describes it; `options` are those of `PlainRoute`."""
    return PlainRoute(
        path,
        endpoint,
        methods=[method],
        name=name,
        operation_id=name,
        tags=[tag],
        summary=summary,
        description="\n\n".join(description),
        **options,
    )


def _form() -> Json:
    file = {**BINARY, "description": "The bytes."}
    fields = {name: default_described(field.schema) for name, field in UPLOAD_FORM.items()}
    schema = {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {"file": file, **fields},
    }
    body = _body("multipart/form-data", schema, {"file": SOME})
    repeated = {name for name, field in UPLOAD_FORM.items() if field.is_repeated}
    # Several values are several parts. It is the default, but Swagger UI joins them with commas unless told.
    body["content"]["multipart/form-data"]["encoding"] = {
        name: {"style": "form", "explode": True} for name in sorted(repeated)
    }
    return {"parameters": [IDEMPOTENCY_KEY], "requestBody": body}


def _raw(create: RestOperation) -> Json:
    return {
        "parameters": [*(_query(field, create) for field in UPLOAD_FORM.values()), IDEMPOTENCY_KEY],
        "requestBody": _body("application/octet-stream", BINARY, SOME),
    }


def _body(media_type: str, schema: Json, example: Any) -> Json:
    return {"required": True, "content": {media_type: {"schema": schema, "example": example}}}


def _query(field: FormField, create: RestOperation) -> Json:
    schema = {key: value for key, value in field.schema.items() if key != "description"}
    if "examples" not in schema and field.input is not None:
        schema["examples"] = [input_example(create, field.input)]
    return parameter(field.name, "query", schema, field.schema["description"])


def parameter(name: str, place: str, schema: Json, description: str, **more: bool) -> Json:
    """A parameter in the path, the query or a header."""
    return {"name": name, "in": place, "schema": schema, "description": description, **more}


def _asset(description: str) -> Json:
    return {
        "description": description,
        "headers": {"ETag": {"schema": ETAG, "description": "The version and a digest of the body."}},
        "content": {"application/json": answer("TakenAsset")},
    }


def listed(needs: Iterable[str]) -> str:
    """Permissions, as a sentence names them."""
    return ", ".join(f"`{each}`" for each in sorted(needs))
