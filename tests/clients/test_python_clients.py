"""Clients in Python that others wrote: what they make of the contract has types, and talks with a real Core."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from core_process import CoreProcess
from foreign import HERE, OPERATIONS, PYTHON_CLIENTS, assert_entity, assert_stored, run, said

PYTHON = PYTHON_CLIENTS / Path(sys.executable).name
ARIADNE = """
[tool.ariadne-codegen]
schema_path = "schema.graphql"
queries_path = "operations.graphql"
target_package_name = "core_graphql"
[tool.ariadne-codegen.scalars.BigInt]
type = "int"
# This module is not made for a schema: ariadne-codegen brings the same one to all, and mypy finds fault with it.
[[tool.mypy.overrides]]
module = "core_graphql.async_base_client"
ignore_errors = true
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the clients are, each beside what a generator makes for it."""
    for each in (*(HERE / "python").glob("*.py"), OPERATIONS):
        shutil.copy(each, tmp_path)
    return tmp_path


def check_types(folder: Path, *words: str) -> None:
    """By mypy, which remembers beside the folder what it has read of the packages that all have in common."""
    strict = ("--strict", "--python-executable", PYTHON, "--cache-dir", folder.parent / "mypy")
    run(folder, sys.executable, "-m", "mypy", *strict, *words)


def test_openapi_python_client(core: CoreProcess, folder: Path, picture: Path) -> None:
    document = f"{core.url}/openapi.json"
    words = ("--url", document, "--meta", "none", "--output-path", "core_rest")
    told = run(folder, "openapi-python-client", "generate", *words)
    # It knows no bytes in pieces, for which there are clients of tus.
    parts = {"POST /v1/uploads", "PATCH /v1/uploads/{upload_id}"}
    assert {each.split(" within")[0] for each in told.split("WARNING parsing ")[1:]} == parts
    check_types(folder, "core_rest", "generated_rest.py")
    did = said(core, folder, PYTHON, "generated_rest.py", picture)
    assert_entity(core, did["entity"], "Ada of openapi-python-client")
    assert_stored(core, did["asset"], picture, did["entity"])
    assert did["found"] == ["Ada of openapi-python-client"]
    assert did["same bytes"]
    assert did["upserted"] == ["created", "failed", "unchanged", "failed"]
    assert did["refused"] == "A valid token is needed"


def test_ariadne_codegen(core: CoreProcess, folder: Path) -> None:
    (folder / "schema.graphql").write_bytes(core.client.get("/schema.graphql").raise_for_status().content)
    (folder / "pyproject.toml").write_text(ARIADNE)
    run(folder, "ariadne-codegen")
    check_types(folder, "core_graphql", "generated_graphql.py")
    did = said(core, folder, PYTHON, "generated_graphql.py")
    assert_entity(core, did["entity"], "Ada of ariadne-codegen")
    assert did["found"] == ["Ada of ariadne-codegen"]
    assert did["heard"] == "createEntity"
    assert did["upserted"] == ["CREATED", "FAILED", "UNCHANGED", "FAILED"]
    assert did["refused"] == "HTTP status code: 401"


def test_gql(core: CoreProcess, folder: Path) -> None:
    check_types(folder, "follow_with_gql.py")
    did = said(core, folder, PYTHON, "follow_with_gql.py")
    assert_entity(core, did["entity"], "Ada of gql")
    assert did["found"] == ["Ada of gql"]
    assert did["heard"] == {"connection_init": "createEntity", "handshake": "createEntity"}
    assert "The token is not valid." in did["refused"]
