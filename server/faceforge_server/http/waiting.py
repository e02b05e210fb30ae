"""The parameter `wait`, by which a page waits for what is not there yet: of addresses written by hand."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request

from faceforge_storage.errors import Fault, InvalidInput

WAIT = "wait"
MOST_WAIT = 25
"""Some proxies end a request that is not answered in 30 seconds."""


def wait_parameter(description: str) -> dict[str, Any]:
    """How OpenAPI describes it."""
    return {
        "name": WAIT,
        "in": "query",
        "required": False,
        "schema": {"type": "integer", "minimum": 0, "maximum": MOST_WAIT, "default": 0, "examples": [20]},
        "description": description,
    }


def without_wait(request: Request) -> tuple[int, Request]:
    """The seconds to wait, and the request as the generated route knows it; raises InvalidInput."""
    pairs = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    waits = [value for name, value in pairs if name == WAIT]
    if not waits:
        return 0, request
    seconds = int(waits[0]) if waits[0].isdecimal() and waits[0].isascii() and len(waits[0]) < 3 else -1
    if len(waits) > 1 or not 0 <= seconds <= MOST_WAIT:
        message = f"is a number of seconds, 0 to {MOST_WAIT}"
        raise InvalidInput(
            f"Query parameter {WAIT} {message}.", errors=(Fault(f"/{WAIT}", message, "invalid", "query"),)
        )
    rest = urlencode([pair for pair in pairs if pair[0] != WAIT]).encode()
    return seconds, Request({**request.scope, "query_string": rest}, request.receive)
