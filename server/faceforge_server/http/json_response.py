"""JSON answers, and the header that no answer with data goes without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json
from starlette.responses import Response

NOT_STORED = {"Cache-Control": "no-store"}


def json_response(
    body: Any, status: int, headers: Mapping[str, str], media_type: str = "application/json"
) -> Response:
    """A JSON answer, compact and in UTF-8."""
    return Response(to_json(body), status, headers, media_type)
