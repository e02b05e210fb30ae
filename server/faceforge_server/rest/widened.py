"""A route of the schema that is answered by hand, because it can more: described as the schema has it, and what it can
beside that."""

from __future__ import annotations

from typing import Any

from fastapi.routing import APIRoute

from faceforge_server.http.plain_route import Endpoint, PlainRoute
from faceforge_server.rest.openapi import described
from faceforge_server.rest.operations import RestOperation

Json = dict[str, Any]


def widened_route(
    endpoint: Endpoint,
    operation: RestOperation,
    *,
    parameters: list[Json],
    content: Json | None = None,
    beside: str = "",
) -> APIRoute:
    """The path operation of `operation` with further `parameters`, and media types of its answer (`content`)."""
    page = described(operation)
    answer = page["responses"]["200"]
    responses = {**page["responses"], "200": {**answer, "content": {**answer["content"], **(content or {})}}}
    return PlainRoute(
        operation.path,
        endpoint,
        methods=[operation.method],
        name=operation.name,
        operation_id=operation.name,
        tags=page["tags"],
        summary=page["summary"],
        description=f"{page['description']}\n\n{beside}".rstrip(),
        responses=responses,
        openapi_extra={
            **{key: value for key, value in page.items() if key.startswith("x-")},
            "parameters": [*page["parameters"], *parameters],
        },
    )
