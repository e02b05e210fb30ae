"""The documents behind the routes fit the schema, although Core checks each only when it is first asked for."""

from __future__ import annotations

from faceforge_schema import build_schema
from faceforge_server.files.transfers import ASSET
from faceforge_server.rest import rest_operations
from faceforge_storage.home.settings import Limits


def test_every_document_of_core_itself_fits_the_schema() -> None:
    contract = build_schema()
    documents = {operation.name: operation.document for operation in rest_operations(contract)} | {
        "bytes": ASSET
    }
    assert len(documents) > 40
    for text in documents.values():
        contract.documents.keep(text)
    checked = {name: contract.documents.own(text) for name, text in documents.items()}
    assert {name: each.errors for name, each in checked.items() if each.errors} == {}


def test_core_keeps_its_own_documents_however_many_strangers_send() -> None:
    contract = build_schema()
    contract.documents.keep(ASSET)
    first = contract.documents.own(ASSET)
    for number in range(600):
        contract.documents.get(f"query q{number} {{ __typename }}", Limits(), lambda _needs: None)
    assert contract.documents.own(ASSET) is first
