"""A path operation of FastAPI that is described by it, and called without its solving of dependencies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import request_response

Endpoint = Callable[[Request], Awaitable[Response]]


class PlainRoute(APIRoute):
    """A route whose endpoint takes the request and answers a response, as those of Starlette do.

    What is solved from a signature costs more than a small answer; parameters and bodies are described by
    `openapi_extra`, since a stream is read by hand in any case.
    """

    def __init__(self, path: str, endpoint: Endpoint, *, methods: list[str], **options: Any) -> None:
        super().__init__(
            path, endpoint, methods=methods, **{"response_class": Response, "response_model": None, **options}
        )
        self.app = request_response(endpoint)
