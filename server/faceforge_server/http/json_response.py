"""JSON answers, and the headers that no answer with data goes without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json
from starlette.responses import Response

NO_SNIFF = {"X-Content-Type-Options": "nosniff"}
"""What an answer is read as is what it says it is, and nothing else."""
NOT_STORED = {**NO_SNIFF, "Cache-Control": "no-store"}


def json_response(
    body: Any, status: int, headers: Mapping[str, str], media_type: str = "application/json"
) -> Response:
    """A JSON answer, compact and in UTF-8."""
    return Response(to_json(body), status, headers, media_type)
