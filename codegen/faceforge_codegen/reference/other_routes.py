"""The routes of the OpenAPI document that are not generated from the schema, such as uploads and downloads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from faceforge_codegen.breaking_changes import METHODS
from faceforge_codegen.reference.markdown import one_line
from faceforge_server.rest import RestOperation
from faceforge_server.rest.openapi import PERMISSIONS


@dataclass(frozen=True)
class OtherRoute:
    """A route as OpenAPI describes it; `name` is its `operationId`, `noun` its first tag, `needs` its permissions."""

    name: str
    noun: str
    method: str
    path: str
    description: str
    needs: tuple[str, ...]


def other_routes(routes: list[RestOperation], openapi: dict[str, Any]) -> list[OtherRoute]:
    """Those that `openapi` describes and `routes` do not have, in the order of the document."""
    generated = {(route.path, route.method.lower()) for route in routes}
    return [
        OtherRoute(
            described["operationId"],
            next(iter(described.get("tags", ())), "other"),
            method.upper(),
            path,
            one_line(described.get("description")),
            tuple(described.get(PERMISSIONS, ())),
        )
        for path, methods in openapi["paths"].items()
        for method, described in methods.items()
        if method in METHODS and (path, method) not in generated
    ]
