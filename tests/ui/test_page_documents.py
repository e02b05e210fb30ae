"""The GraphQL documents of pages: one operation each, complete in itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import parse, validate

from faceforge_schema import build_schema
from faceforge_ui.serving.documents import documents_of
from faceforge_ui.serving.menus import found_pages

SCHEMA = build_schema().graphql
DOCUMENTS = [
    pytest.param(text, id=f"{pages.module.removeprefix('faceforge_ui.')}:{name}")
    for pages in found_pages()
    for name, text in pages.documents.items()
]


@pytest.mark.parametrize("text", DOCUMENTS)
def test_a_document_fits_the_schema(text: str) -> None:
    assert [error.message for error in validate(SCHEMA, parse(text))] == []


def test_fragments_of_the_folders_above_are_put_in(tmp_path: Path) -> None:
    inner = tmp_path / "noun" / "tab"
    inner.mkdir(parents=True)
    (tmp_path / "outside.graphql").write_text("fragment Far on Asset { id }")
    (tmp_path / "noun" / "head.graphql").write_text(
        "fragment Head on Entity { id ...Name } fragment Name on Entity { displayName }"
    )
    (inner / "tab.graphql").write_text("query Tab($id: ID!) { entity(entityId: $id) { ...Head tags } }")
    (document,) = documents_of(inner, tmp_path).values()
    assert "fragment" not in document
    assert document.index("displayName") < document.index("tags")
    assert validate(SCHEMA, parse(document)) == []


def test_a_fragment_beside_the_way_up_is_not_known(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "a.graphql").write_text("fragment Head on Entity { id }")
    (tmp_path / "two" / "b.graphql").write_text("query Two($id: ID!) { entity(entityId: $id) { ...Head } }")
    with pytest.raises(KeyError, match="Head"):
        documents_of(tmp_path / "two", tmp_path)


def test_two_operations_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.graphql").write_text(
        "query One { systemInfo { version } } query One { systemInfo { version } }"
    )
    with pytest.raises(ValueError, match="a name of its own"):
        documents_of(tmp_path, tmp_path)
