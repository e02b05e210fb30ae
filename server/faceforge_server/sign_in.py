"""Signing a browser in: a code or a token becomes a session, whose cookie the answer sets."""

from __future__ import annotations

from typing import Any, cast

from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from faceforge_schema.values.inputs import Input
from faceforge_schema.values.scalars import EXAMPLES
from faceforge_server.http.connections import let_in
from faceforge_server.http.json_body import check_media_type, parse_json, read_body
from faceforge_server.http.json_response import json_response
from faceforge_server.http.plain_route import PlainRoute
from faceforge_server.http.request_context import client_address, context_of
from faceforge_server.middleware.authenticator import Authenticator
from faceforge_server.middleware.origins import is_from_own_page
from faceforge_server.rest.inputs import validated
from faceforge_server.rest.operations import PREFIX
from faceforge_server.rest.problems import EVERYWHERE, EVERYWHERE_RARE, WITH_BODY, problems
from faceforge_storage.database.ids import ID_PATTERN
from faceforge_storage.errors import Fault, ForeignOrigin, InvalidInput
from faceforge_ui import PUBLIC

BODY_BYTES = 4096
AGENT_LENGTH = 300
ERRORS = (*EVERYWHERE, *EVERYWHERE_RARE, *WITH_BODY, "foreign_origin", "busy")


class SignIn(Input):
    """What signs in: a code, or a token."""

    code: str | None = Field(
        default=None,
        description="A sign-in code; capitals and hyphens do not matter.",
        examples=["7k2m-0q9x-hb4t-wz6c-n1r8-e5vd-3ysj"],
    )
    token: str | None = Field(
        default=None, description="A token, in place of a code.", examples=["ff_a-secret-that-is-shown-once"]
    )


class SignedIn(BaseModel):
    """A new session."""

    session_id: str = Field(
        description="64 lower-case hex digits.", pattern=ID_PATTERN, examples=[EXAMPLES["ID"]]
    )
    csrf_token: str = Field(
        description="What to send as `X-FaceForge-CSRF` with whatever may change something; told only this once.",
        examples=["a-secret-that-is-told-once"],
    )
    expires_at: str = Field(
        description="When the session ends at the latest.", examples=["2026-04-30T08:09:10.123456Z"]
    )


def sign_in_routes() -> list[APIRoute]:
    """`POST /v1/sessions`, without a token; the application's state has the `Authenticator`."""
    example = {name: (field.examples or [""])[0] for name, field in SignedIn.model_fields.items()}
    taken: dict[str, Any] = SignIn.model_json_schema()
    for each in taken["properties"].values():
        del each["title"], each["default"]
    asked = {"code": taken["properties"]["code"]["examples"][0]}
    return [
        PlainRoute(
            f"{PREFIX}/sessions",
            sign_in,
            methods=["POST"],
            operation_id="signIn",
            tags=["sessions"],
            summary="Sign a browser in",
            description="Sign a browser in with a code or a token: a session begins, and the answer sets its cookie. "
            "Needs no token beside that.",
            status_code=201,
            responses={
                "201": {
                    "model": SignedIn,
                    "description": "The session; `Set-Cookie` has its cookie.",
                    "content": {"application/json": {"example": example}},
                },
                **problems(ERRORS),
            },
            openapi_extra={
                **PUBLIC,
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": taken, "example": asked}},
                },
            },
        )
    ]


async def sign_in(request: Request) -> Response:
    """Begin a session; raises Unauthorized, RateLimited, ForeignOrigin, InvalidInput."""
    if not is_from_own_page(request.headers):
        raise ForeignOrigin("Only a page of FaceForge itself can sign its browser in.")
    given = await _given(request)
    authenticator, address = cast("Authenticator", request.app.state.authenticator), client_address(request)
    sessions, cookie = authenticator.sessions, authenticator.cookie
    if given.code is not None:
        token_hash = await sessions.token_of_code(given.code, address)
    else:
        token_hash = (await authenticator.actor((given.token or "").strip(), address)).token_hash
    client = {"user_agent": request.headers.get("user-agent", "")[:AGENT_LENGTH] or None, "address": address}
    replaced = cookie.sent(request.scope["headers"])
    made, life = await sessions.begin(token_hash, given.code, replaced, client, address)
    let_in(request.scope)
    body = SignedIn(session_id=made.id, csrf_token=made.csrf, expires_at=made.expires_at)
    line = cookie.kept(made.secret, int(life.total_seconds()), secure=_is_secure(request))
    return json_response(body.model_dump(), 201, {"Cache-Control": "no-store", "Set-Cookie": line})


async def _given(request: Request) -> SignIn:
    """The body: a code or a token, and not both."""
    check_media_type(request)
    context = context_of(request)
    try:
        sent = await read_body(request, BODY_BYTES, context.budget)
    finally:
        context.budget.release()
    given = validated(SignIn.model_validate, parse_json(sent))
    if (given.code is None) == (given.token is None):
        message = "is one of the two, `code` or `token`"
        raise InvalidInput(f"The body {message}.", errors=(Fault("", message),))
    return given


def _is_secure(request: Request) -> bool:
    """Whether the browser used HTTPS: a proxy that adds it hides that, but the browser tells in the origin."""
    return request.url.scheme == "https" or request.headers.get("origin", "").startswith("https:")
