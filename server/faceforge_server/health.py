"""Whether Core lives, for whoever asks."""

from __future__ import annotations

from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from faceforge_schema import Core
from faceforge_server.http.json_response import json_response
from faceforge_server.http.plain_route import PlainRoute
from faceforge_server.rest.problems import problems
from faceforge_ui import PUBLIC

REFUSALS = ("misdirected_request", "foreign_origin")
"""What even a public address answers to a foreign host or page."""


class Health(BaseModel):
    """That Core lives, and which run of it."""

    status: str = Field(
        description="Always `ok`: a Core that does not live does not answer.", examples=["ok"]
    )
    version: str = Field(description="The version of FaceForge Core.", examples=["0.1.0"])
    instance_id: str = Field(
        description="Which run of Core this is: drawn at each start.",
        examples=["83326085205f68e676c227a1af01350d"],
    )


EXAMPLE = {
    "content": {
        "application/json": {
            "example": {name: (field.examples or [""])[0] for name, field in Health.model_fields.items()}
        }
    }
}


async def _healthz(request: Request) -> Response:
    """Answer that Core lives."""
    core: Core = request.app.state.core
    health = Health(status="ok", version=core.version, instance_id=core.instance_id)
    return json_response(health.model_dump(), 200, {"Cache-Control": "no-store"})


def health_routes() -> list[APIRoute]:
    """`/healthz`, without a token."""
    return [
        PlainRoute(
            "/healthz",
            _healthz,
            methods=[method],
            operation_id="health",
            tags=["system"],
            summary="Tell whether Core lives",
            description="Whether Core lives, and which run of it. Needs no token.",
            responses={"200": {"model": Health, "description": "It does.", **EXAMPLE}, **problems(REFUSALS)},
            include_in_schema=method == "GET",
            openapi_extra=PUBLIC,
        )
        for method in ("GET", "HEAD")
    ]
