"""The contract as files: made from the code, and as they are committed beside the package of the schema."""

from __future__ import annotations

import json
from pathlib import Path

import faceforge_schema
from faceforge_codegen.breaking_changes import broken_graphql, broken_openapi

FOLDER = Path(faceforge_schema.__file__).resolve().parents[1]


def made() -> dict[str, str]:
    """The text of each file, by name, as the code has it."""
    from faceforge_server.contract_routes import openapi_document
    from faceforge_server.rest import rest_operations

    contract = faceforge_schema.build_schema()
    document = json.dumps(openapi_document(rest_operations(contract)), indent=2, ensure_ascii=False)
    return {"schema.graphql": contract.as_str().strip() + "\n", "openapi.json": document + "\n"}


def committed() -> dict[str, str]:
    """The text of each file that is there."""
    files = [FOLDER / "schema.graphql", FOLDER / "openapi.json"]
    return {file.name: file.read_text(encoding="utf-8") for file in files if file.exists()}


def write(texts: dict[str, str]) -> None:
    """Replaces the files."""
    for name, text in texts.items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


def broken(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """Each change from old to new that breaks a program; nothing can break that was not there."""
    graphql = [old["schema.graphql"], new["schema.graphql"]] if "schema.graphql" in old else None
    rest = [json.loads(each["openapi.json"]) for each in (old, new)] if "openapi.json" in old else None
    return [*(broken_graphql(*graphql) if graphql else []), *(broken_openapi(*rest) if rest else [])]
