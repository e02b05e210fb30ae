"""How the address of events describes itself: as the schema describes the page, with what it can beside that."""

from __future__ import annotations

from typing import Any

from fastapi.routing import APIRoute

from faceforge_server.events.stream import MEDIA_TYPE
from faceforge_server.http.plain_route import Endpoint, PlainRoute
from faceforge_server.rest.openapi import described
from faceforge_server.rest.operations import RestOperation

Json = dict[str, Any]

AFTER = "Last-Event-ID"
"""The header with which a browser goes on, as the parameter `after`, which it wins over."""
WAIT = "wait"
MOST_WAIT = 25
"""Some proxies end a request that is not answered in 30 seconds."""
PARAMETERS: list[Json] = [
    {
        "name": WAIT,
        "in": "query",
        "required": False,
        "schema": {"type": "integer", "minimum": 0, "maximum": MOST_WAIT, "default": 0, "examples": [20]},
        "description": "How many seconds to wait for an event when there is none yet.",
    },
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
    page = described(operation)
    content = {**page["responses"]["200"]["content"], MEDIA_TYPE: STREAM}
    responses = {**page["responses"], "200": {**page["responses"]["200"], "content": content}}
    parameters = [*page["parameters"], *PARAMETERS]
    return PlainRoute(
        operation.path,
        endpoint,
        methods=[operation.method],
        name=operation.name,
        operation_id=operation.name,
        tags=page["tags"],
        summary=page["summary"],
        description=f"{page['description']}\n\n{BESIDE}",
        responses=responses,
        openapi_extra={
            **{key: value for key, value in page.items() if key.startswith("x-")},
            "parameters": parameters,
        },
    )
