"""An error as an HTTP answer: `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from faceforge_server.http.json_response import NOT_STORED, json_response
from faceforge_server.http.request_ids import current_request_id
from faceforge_storage.errors import FaceForgeError

MEDIA_TYPE = "application/problem+json"


def problem_response(error: FaceForgeError, request_id: str | None = None) -> Response:
    """The answer for an expected error; `request_id` (this request's, when not given) finds it in the log."""
    content = {"type": f"urn:faceforge:error:{error.code}", **error.as_json()}
    if known := request_id or current_request_id():
        content["request_id"] = known
    # A problem may quote what the caller sent: nobody may read it as anything but JSON, nor keep it.
    return json_response(content, error.status, {**error.headers, **NOT_STORED}, MEDIA_TYPE)


async def refuse(error: FaceForgeError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answers a request, or a WebSocket before it is accepted, with the problem."""
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": error.code})
        return
    await problem_response(error)(scope, receive, send)
