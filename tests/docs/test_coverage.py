"""Nothing is left unsaid: every operation, error, setting, permission, command and directory has its place in docs/."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pages import DOCS

from faceforge_schema import build_schema, permissions_of
from faceforge_server.cli import COMMANDS
from faceforge_server.files.routes import file_routes
from faceforge_server.rest import rest_operations
from faceforge_storage.database.tables import RECORDS
from faceforge_storage.errors import FaceForgeError
from faceforge_storage.home.home import Home
from faceforge_storage.home.settings import Limits, Section, Settings

CONTRACT = build_schema()


def page(name: str) -> str:
    return (DOCS / "reference" / name).read_text(encoding="utf-8")


def codes(kind: type[FaceForgeError]) -> Iterator[str]:
    yield kind.code
    for below in kind.__subclasses__():
        yield from codes(below)


def settings(section: type[Section], place: str = "") -> Iterator[str]:
    for own_name, field in section.model_fields.items():
        name = field.alias or own_name
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from settings(field.annotation, f"{place}{name}.")
        else:
            yield f"{place}{name}"


def headings() -> Iterator[str]:
    """How the page of operations heads each field of the schema."""
    schema: Any = CONTRACT.graphql
    for root in (schema.query_type, schema.mutation_type, schema.subscription_type):
        streamed = " (subscription)" if root is schema.subscription_type else ""
        yield from (f"\n### {name}{streamed}\n" for name in root.fields)


def described_records() -> set[str]:
    """The records that a reference page written from the schema describes, as REST spells their names."""
    return {
        re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        for name in re.findall(r"^### (\w+)$", page("records.md"), re.MULTILINE)
    }


FILES = file_routes(rest_operations(CONTRACT))
DESCRIBED = {
    "operations.md": [
        *headings(),
        *(f"`{each.method} {each.path}`" for each in rest_operations(CONTRACT)),
        *(f"`{method} {each.path}`" for each in FILES for method in each.methods or ()),
    ],
    "errors.md": [f"| `{code}` |" for code in sorted(set(codes(FaceForgeError)))],
    "settings.md": [f"| `{name}` |" for name in settings(Settings)],
    "permissions.md": [f"| `{permission}` |" for permission in sorted(permissions_of(CONTRACT.graphql))],
    "commands.md": [f"faceforge {command}" for command in COMMANDS],
    "journal.md": [f"`{record}`" for record in RECORDS if record not in described_records()],
    "data-directory.md": [f"{path.name}" for path in Home(DOCS).directories()[1:]],
    "graphql.md": [f"`limits.{name}`" for name in Limits.model_fields if name.startswith("query_")],
}


@pytest.mark.parametrize("name", DESCRIBED)
def test_the_page_tells_of_each(name: str) -> None:
    text = page(name)
    assert [each for each in DESCRIBED[name] if each not in text] == []


def test_each_permission_allows_something() -> None:
    """A row that allows nothing means that an operation was renamed, or that the permission is of no use."""
    rows = [line for line in page("permissions.md").splitlines() if line.startswith("| `")]
    assert [row for row in rows if not re.match(r"\| `\w+:\w+` \| `\w+`", row)] == []


def test_the_index_begins_with_what_a_person_does() -> None:
    first = (DOCS / "index.md").read_text(encoding="utf-8").split("\n## ")[1]
    assert first.startswith("What you can do")
    assert "dev.py run" in first
    assert "GraphQL" not in first
