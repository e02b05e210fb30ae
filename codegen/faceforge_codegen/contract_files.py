"""The files of the contract: the schema of GraphQL, the OpenAPI document, and what a change of them breaks."""

from __future__ import annotations

import json
from typing import Any

from faceforge_codegen.breaking_changes import broken_graphql, broken_openapi
from faceforge_schema import Contract

SDL = "schema/schema.graphql"
OPENAPI = "schema/openapi.json"


def contract_files(contract: Contract, openapi: dict[str, Any]) -> dict[str, str]:
    """The text of each file, by its path in the repository."""
    document = json.dumps(openapi, indent=2, ensure_ascii=False)
    return {SDL: sdl(contract), OPENAPI: document + "\n"}


def sdl(contract: Contract) -> str:
    """The GraphQL schema in its definition language."""
    return contract.as_str().strip() + "\n"


def breaking_changes(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """Each change from old to new files that breaks a program; a file that was not there cannot break."""
    graphql = broken_graphql(old[SDL], new[SDL]) if SDL in old else []
    rest = broken_openapi(json.loads(old[OPENAPI]), json.loads(new[OPENAPI])) if OPENAPI in old else []
    return [*graphql, *rest]
