"""Routes written by hand reach the reference pages through the OpenAPI document."""

from __future__ import annotations

from typing import Any

from faceforge_codegen.reference import permissions
from faceforge_codegen.reference.other_routes import OtherRoute, other_routes
from faceforge_schema import build_schema
from faceforge_server.rest import rest_operations

PREVIEW = {
    "operationId": "getPreview",
    "tags": ["assets"],
    "description": "A small picture.\n\nOr a signed address.",
    "x-permissions": ["assets:read"],
}
HEALTH = {"operationId": "health"}
CONTRACT = build_schema()
ROUTES = rest_operations(CONTRACT)
OPENAPI: dict[str, Any] = {
    "paths": {
        "/healthz": {"get": HEALTH},
        **{route.path: {route.method.lower(): {"operationId": route.name}} for route in ROUTES},
        "/v1/assets/{asset_id}/preview": {"get": PREVIEW, "parameters": []},
    }
}


def test_those_that_are_not_generated_are_read_with_noun_and_permission() -> None:
    found = other_routes(ROUTES, OPENAPI)
    words = "A small picture. Or a signed address."
    assert found == [
        OtherRoute("health", "other", "GET", "/healthz", "", ()),
        OtherRoute("getPreview", "assets", "GET", "/v1/assets/{asset_id}/preview", words, ("assets:read",)),
    ]


def test_they_stand_with_their_permission() -> None:
    page = permissions.page(CONTRACT, other_routes(ROUTES, OPENAPI))
    [row] = [line for line in page.splitlines() if line.startswith("| `assets:read` |")]
    assert "`getPreview`" in row
