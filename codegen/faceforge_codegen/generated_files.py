"""Every file of the repository that is generated from the code: its text now, and as it is committed."""

from __future__ import annotations

from pathlib import Path

import faceforge_schema
from faceforge_codegen.contract_files import contract_files
from faceforge_codegen.reference.pages import pages
from faceforge_server.contract_routes import openapi_document
from faceforge_server.rest import rest_operations

ROOT = Path(faceforge_schema.__file__).resolve().parents[2]
"""The repository, when the packages are used from a checkout."""
REFERENCE = "docs/reference"


def generated() -> dict[str, str]:
    """The text of each file, by its path in the repository."""
    contract = faceforge_schema.build_schema()
    routes = rest_operations(contract)
    document = openapi_document(routes)
    reference = pages(contract, routes, document)
    return {
        **contract_files(contract, document),
        **{f"{REFERENCE}/{name}": text for name, text in reference.items()},
    }


def committed(names: list[str]) -> dict[str, str]:
    """The text of those files that are there."""
    files = {name: ROOT / name for name in names}
    return {name: file.read_text(encoding="utf-8") for name, file in files.items() if file.exists()}


def write(texts: dict[str, str]) -> None:
    """Replaces the files."""
    for name, text in texts.items():
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(text, encoding="utf-8", newline="\n")
