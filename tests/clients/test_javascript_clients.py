"""Clients in TypeScript that others wrote: `tsc --strict` accepts what they make of the contract, and it talks with a
real Core."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from core_process import CoreProcess
from foreign import HERE, NODE_MODULES, OPERATIONS, assert_entity, assert_stored, run, said

REFUSED = "The token is not valid."


@pytest.fixture(scope="module")
def folder(core: CoreProcess, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the clients are, beside what the generators made from the documents that Core serves."""
    folder = tmp_path_factory.mktemp("javascript")
    for each in (*(HERE / "javascript").glob("*.*s*"), OPERATIONS):
        shutil.copy(each, folder)
    (folder / "node_modules").symlink_to(NODE_MODULES, target_is_directory=True)
    run(folder, "openapi-ts", "--input", f"{core.url}/openapi.json")
    run(folder, "node", "openapi_typescript_types.ts", f"{core.url}/openapi.json")
    (folder / "schema.graphql").write_bytes(core.client.get("/schema.graphql").raise_for_status().content)
    run(folder, "graphql-codegen", "--config", "codegen.ts")
    return folder


def test_typescript_accepts_all_of_it(folder: Path) -> None:
    assert run(folder, "tsc") == ""


@pytest.mark.parametrize("client", ["hey-api", "openapi-typescript"])
def test_a_rest_client(core: CoreProcess, folder: Path, picture: Path, client: str) -> None:
    did = said(core, folder, "node", f"{client.replace('-', '_')}.ts", picture)
    assert_entity(core, did["entity"], f"Ada of {client}")
    assert_stored(core, did["asset"], picture, did["entity"])
    assert did["found"] == [f"Ada of {client}"]
    assert did["same bytes"]
    assert did["refused"] == "A valid token is needed"


DID: dict[str, dict[str, Any]] = {
    "graphql-codegen": {"refused": REFUSED},
    "graphql-ws": {"heard": "createEntity", "refused": REFUSED},
    "urql": {
        "heard": "createEntity",
        "refused": f"[GraphQL] {REFUSED}",
        "by GET": "[GraphQL] GraphQL is asked by POST.",
    },
    "Apollo": {"heard": "createEntity", "cached": "Ada of Apollo", "refused": REFUSED},
}
"""Client -> what it says beside the entity that it made and found."""


@pytest.mark.parametrize("client", DID)
def test_a_graphql_client(core: CoreProcess, folder: Path, client: str) -> None:
    did = said(core, folder, "node", f"{client.lower().replace('-', '_')}.ts")
    assert_entity(core, did.pop("entity"), f"Ada of {client}")
    assert did.pop("found") == [f"Ada of {client}"]
    assert did == DID[client]


def test_a_client_of_resumable_uploads(core: CoreProcess, folder: Path, picture: Path) -> None:
    did = said(core, folder, "node", "tus_js_client.ts", picture)
    assert did["asked first"] == "HEAD"
    assert 0 < did["went on at"] < picture.stat().st_size
    asset = core.client.get(f"/v1/assets/{did['asset']}").raise_for_status().json()
    assert (asset["filename"], asset["kind"]) == (picture.name, "image.original")
    assert asset["content_hash"] == sha256(picture.read_bytes()).hexdigest()
