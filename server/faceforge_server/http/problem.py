"""An error as an HTTP answer, in the form that clients of the address read: most often a problem (RFC 9457)."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from faceforge_server.http.graphql_form import graphql_refusal, is_graphql
from faceforge_server.http.json_response import NOT_STORED, json_response
from faceforge_server.http.request_ids import current_request_id
from faceforge_server.http.tus_headers import tus_headers
from faceforge_storage.errors import FaceForgeError

MEDIA_TYPE = "application/problem+json"


def problem(error: FaceForgeError, scope: Scope) -> Response:
    """The answer that every program reads; `request_id` finds it in the log."""
    content = {"type": f"urn:faceforge:error:{error.code}", **error.as_json()}
    if known := current_request_id():
        content["request_id"] = known
    # A problem may quote what the caller sent: nobody may read it as anything but JSON, nor keep it.
    return json_response(
        content, error.status, {**error.headers, **tus_headers(scope), **NOT_STORED}, MEDIA_TYPE
    )


Form = Callable[[FaceForgeError, Scope], Response]
FORMS: tuple[tuple[Callable[[Scope], bool], Form], ...] = ((is_graphql, graphql_refusal),)
"""Whose clients read errors in a form of their own: the first that fits the request counts."""


def refusal(error: FaceForgeError, scope: Scope) -> Response:
    """The answer for an expected error, to the request or the handshake of this scope."""
    form = next((form for fits, form in FORMS if fits(scope)), problem)
    return form(error, scope)


async def refuse(error: FaceForgeError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answers a request, or a WebSocket before it is accepted, with the error."""
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": error.code})
        return
    await refusal(error, scope)(scope, receive, send)
