"""How the address of events describes itself: as the schema describes the page, with what it can beside that."""

from __future__ import annotations

from typing import Any

from fastapi.routing import APIRoute

from faceforge_server.events.stream import MEDIA_TYPE
from faceforge_server.http.plain_route import Endpoint
from faceforge_server.http.waiting import wait_parameter
from faceforge_server.rest.operations import RestOperation
from faceforge_server.rest.widened import widened_route

Json = dict[str, Any]

AFTER = "Last-Event-ID"
"""The header with which a browser goes on, as the parameter `after`, which it wins over."""
PARAMETERS: list[Json] = [
    wait_parameter("How many seconds to wait for an event when there is none yet."),
    {
        "name": AFTER,
        "in": "header",
        "required": False,
        "schema": {"type": "string", "pattern": "^[0-9]{1,18}$", "examples": ["1842"]},
        "description": "As `after`, which it wins over: a browser sends it when it connects again.",
    },
]
STREAM: Json = {
    "schema": {"type": "string"},
    "example": 'id: 1842\ndata: {"event_id":1842,"type":"entity.updated"}\n\n',
}
BESIDE = (
    f"With `Accept: {MEDIA_TYPE}` the answer is a stream (server-sent events): each event as it happens, those "
    "after `after` first, when it is given. Events without an id are told there only. The stream ends when the "
    "token no longer gives what it gave."
)


def event_route(endpoint: Endpoint, operation: RestOperation) -> APIRoute:
    """The path operation of a page of events, and of their stream."""
    return widened_route(
        endpoint, operation, parameters=PARAMETERS, content={MEDIA_TYPE: STREAM}, beside=BESIDE
    )
