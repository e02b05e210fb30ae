"""How an address that can be followed describes itself: as the schema describes the page, with what it can beside."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Followed:
    """What is said of an address that can be followed, beside what the schema says of its page."""

    what: str
    """What comes, such as "an event"."""
    example: str
    """A piece of the stream."""
    id: str
    """A position in it."""
    beside: str
    """What the stream is, and when it ends."""

    @property
    def parameters(self) -> list[Json]:
        """The parameters that the page of the schema does not have."""
        wait = {"type": "integer", "minimum": 0, "maximum": MOST_WAIT, "default": 0, "examples": [20]}
        return [
            {
                "name": WAIT,
                "in": "query",
                "required": False,
                "schema": wait,
                "description": f"How many seconds to wait for {self.what} when there is none yet.",
            },
            {
                "name": AFTER,
                "in": "header",
                "required": False,
                "schema": {"type": "string", "pattern": "^[0-9]{1,18}$", "examples": [self.id]},
                "description": "As `after`, which it wins over: a browser sends it when it connects again.",
            },
        ]


EVENTS = Followed(
    what="an event",
    example='id: 1842\ndata: {"event_id":1842,"type":"entity.updated"}\n\n',
    id="1842",
    beside=f"With `Accept: {MEDIA_TYPE}` the answer is a stream (server-sent events): each event as it happens, those "
    "after `after` first, when it is given. Events without an id are told there only. The stream ends when the "
    "token no longer gives what it gave.",
)
JOB_LOG = Followed(
    what="an entry",
    example='id: 42\ndata: {"seq":42,"level":"info","message":"Read 300 files."}\n\n',
    id="42",
    beside=f"With `Accept: {MEDIA_TYPE}` the answer is a stream (server-sent events): the entries after `after`, then "
    "each as it is written, until the job has ended. Whoever comes back for more then is answered 204, at which a "
    "browser stops.",
)


def followed_route(endpoint: Endpoint, operation: RestOperation, followed: Followed) -> APIRoute:
    """The path operation of a page, of the same page when there is something on it, and of the stream."""
    page = described(operation)
    stream = {"schema": {"type": "string"}, "example": followed.example}
    content = {**page["responses"]["200"]["content"], MEDIA_TYPE: stream}
    responses = {**page["responses"], "200": {**page["responses"]["200"], "content": content}}
    if followed is JOB_LOG:
        responses["204"] = {"description": "The job has ended, and nothing follows."}
    return PlainRoute(
        operation.path,
        endpoint,
        methods=[operation.method],
        name=operation.name,
        operation_id=operation.name,
        tags=page["tags"],
        summary=page["summary"],
        description=f"{page['description']}\n\n{followed.beside}",
        responses=responses,
        openapi_extra={
            **{key: value for key, value in page.items() if key.startswith("x-")},
            "parameters": [*page["parameters"], *followed.parameters],
        },
    )
