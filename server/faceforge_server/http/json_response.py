"""JSON answers: how they are encoded, and the header that no answer with data goes without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

NOT_STORED = {"Cache-Control": "no-store"}


def encode(body: Any) -> bytes:
    """A body as compact JSON in UTF-8; JSON that is text already, a `Fragment`, stands in it as it is."""
    return orjson.dumps(body)


def json_response(
    body: Any, status: int, headers: Mapping[str, str], media_type: str = "application/json"
) -> Response:
    """A small JSON answer."""
    return Response(encode(body), status, headers, media_type)
