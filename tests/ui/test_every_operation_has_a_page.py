"""Whatever Core can be asked, a person can ask for on a page; what no page asks has its reason here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import FieldNode, OperationDefinitionNode, parse

from faceforge_schema import build_schema
from faceforge_ui.serving.menus import found_pages
from faceforge_ui.serving.pages import ROOT

SCHEMA = build_schema().graphql

BY_MODULES = {
    "createAsset": ("uploads", "/v1/assets/upload"),
    "signOut": ("shell/session.js", "/v1/sessions/current"),
    "Subscription.events": ("shell", "/v1/events"),
}
"""Operations that a module of ours asks by REST, each with where it does and the address: bytes, streams, and what ends
the session that a page stands on."""

RUNNERS = "is for the programs that work on jobs"
NO_PAGE = {
    "entityAssets": "`assets` with `entityId`, which pages ask instead, has more filters",
    "descriptor": "a fact is shown among those of its entity, by `descriptors` of `entity`",
    "entityDescriptors": "`descriptors` of `entity`, which pages ask instead, come with the head of the page",
    "relationType": "a relation type is shown in the list of all, by `relationTypes`",
    "events": "is for programs; pages follow the stream of events",
    "token": "a token is shown in the list of all, by `tokens`",
    "bulkUpsertEntities": "is for programs that keep another list in step",
    "Subscription.changesets": "is for programs; pages follow the stream of events",
    "createJob": "pages make jobs by what they are for: an import, a schedule, another try",
    "jobType": "a kind of jobs is shown by its name where jobs are, by `jobTypes`",
    "registerJobType": RUNNERS,
    "claimJobs": RUNNERS,
    "heartbeatJob": RUNNERS,
    "appendJobLog": RUNNERS,
    "completeJob": RUNNERS,
    "failJob": RUNNERS,
    "releaseJob": RUNNERS,
    "rereadAssets": "reads all files again: `faceforge reread`, after an update of readers; one file has its button",
}
"""Operations without a page, each with the reason."""


def operations() -> set[str]:
    """The root fields of the schema; those of subscriptions with the name of the type."""
    assert SCHEMA.query_type
    assert SCHEMA.mutation_type
    assert SCHEMA.subscription_type
    plain = {*SCHEMA.query_type.fields, *SCHEMA.mutation_type.fields}
    return plain | {f"Subscription.{name}" for name in SCHEMA.subscription_type.fields}


def asked() -> set[str]:
    """The root fields that the documents of pages ask for, apart from those that bench or tests have."""
    documents = [parse(text) for pages in found_pages() for text in pages.documents.values()]
    return {
        selection.name.value
        for document in documents
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
        for selection in definition.selection_set.selections
        if isinstance(selection, FieldNode)
    }


def used_documents(folder: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.rglob("*.py")))


def test_every_operation_has_a_page_or_a_reason() -> None:
    assert operations() - asked() - set(BY_MODULES) - set(NO_PAGE) == set()


def test_no_reason_is_out_of_date() -> None:
    assert set(NO_PAGE) & asked() == set()
    assert (set(NO_PAGE) | set(BY_MODULES)) - operations() == set()


@pytest.mark.parametrize("operation", BY_MODULES)
def test_a_module_asks_what_is_said_of_it(operation: str) -> None:
    place, address = BY_MODULES[operation]
    files = [ROOT / place] if (ROOT / place).is_file() else sorted((ROOT / place).rglob("*.js"))
    assert any(re.search(re.escape(address) + r"\b", path.read_text("utf-8")) for path in files)


def test_every_document_is_asked_by_its_page() -> None:
    """A document that nobody asks would count as a page without being one."""
    unused = [
        f"{pages.module}: {name}"
        for pages in found_pages()
        for name in pages.documents
        if not re.search(_named(name), used_documents(pages.folder))
    ]
    assert unused == []


def _named(operation: str) -> str:
    """How a module names an operation: as a text, or as one that begins so and is completed by what it is about."""
    begun = "|".join(re.escape(operation[:end]) for end in range(3, len(operation)))
    return rf'"{operation}"|f"(?:{begun})\{{'
