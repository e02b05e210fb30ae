"""A query costs the statements of its collections, and reads the columns that it asks for."""

from __future__ import annotations

from typing import Any

import pytest
import strawberry
from running_core import RunningCore, running_core
from strawberry.permission import BasePermission

from faceforge_schema.execute.preparation import prepare


def statements(core: RunningCore, query: str, **variables: Any) -> list[str]:
    """The statements of a query that must be answered."""
    body = {"query": query, "variables": variables}
    answer = core.request("POST", "/graphql", json=body)  # its own documents are compiled, tokens are read
    with core.statements() as seen:
        answer = core.request("POST", "/graphql", json=body)
    assert "errors" not in answer.json(), answer.text
    return [each for each in seen if each.startswith("SELECT")]


def nested(depth: int) -> str:
    inner = "id"
    for level in range(depth - 1):
        inner = f"{('linkedEntities', 'assets')[level % 2]}(first: 3) {{ nodes {{ {inner} }} }}"
    return f"{{ {('assets', 'entities')[depth % 2]}(first: 3) {{ nodes {{ id {inner} }} }} }}"


@pytest.fixture(scope="module")
def linked(core: RunningCore) -> RunningCore:
    """A Core with two entities that have two assets each."""
    for name in ("Ada", "Bob"):
        entity = core.request("POST", "/v1/entities", json={"display_name": name}).json()["entity_id"]
        for number in range(2):
            files = {"file": (f"{number}.txt", f"{name} {number}".encode())}
            core.request("POST", "/v1/assets/upload", files=files, data={"entity_id": entity})
    return core


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
def test_each_level_of_collections_is_one_statement(linked: RunningCore, depth: int) -> None:
    assert len(statements(linked, nested(depth))) == depth


def test_only_what_is_asked_for_is_read(linked: RunningCore) -> None:
    (names,) = statements(linked, "{ assets { nodes { filename } } }")
    columns = names.split(" FROM ")[0].split("\nFROM ")[0]
    assert "assets.filename" in columns
    for heavy in ("user_metadata", "width", "plugin_data", "tags", "content_hash"):
        assert heavy not in columns
    _, below = statements(linked, "{ entities { nodes { assets { nodes { filename } } } } }")
    assert "user_metadata" not in below


def test_the_same_list_asked_otherwise_reads_what_is_asked_for_there(linked: RunningCore) -> None:
    query = "{ a: entities(first: 500) { nodes { id } } b: entities(first: 1) { nodes { fields } } }"
    names, fields = statements(linked, query)
    assert "entities.fields" not in names
    assert "entities.fields" in fields
    below = "a: assets(first: 1) { nodes { id } } b: assets(first: 2) { nodes { userMetadata } }"
    _, names, metadata = statements(linked, f"{{ entities {{ nodes {{ {below} }} }} }}")
    assert "user_metadata" not in names
    assert "user_metadata" in metadata


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (
            "{ entities { nodes { a: assets { nodes { id } } b: assets { nodes { filename } totalCount } } } }",
            3,
        ),
        (
            "{ entities { nodes { a: assets(first: 1) { nodes { id } } b: assets(first: 2) { nodes { id } } } } }",
            3,
        ),
        ("{ assets { nodes { links { role } linkedEntityIds } } }", 2),
        ("{ entities { nodes { assets { nodes { id } edges { cursor node { filename } } } } } }", 2),
        ("{ entities { nodes { id displayName } edges { node { tags } } pageInfo { endCursor } } }", 1),
    ],
)
def test_siblings_that_need_the_same_rows_share_one_statement(
    linked: RunningCore, query: str, count: int
) -> None:
    assert len(statements(linked, query)) == count


def test_a_field_of_rows_that_would_have_to_be_an_object_is_refused() -> None:
    class Never(BasePermission):
        def has_permission(self, *_: Any, **__: Any) -> bool:
            return False

    @strawberry.type
    class Query:
        @strawberry.field(permission_classes=[Never])
        def guarded(self) -> int:
            return 1

    with pytest.raises(TypeError, match=r"Query\.guarded has permission classes"):
        prepare(strawberry.Schema(Query)._schema)


@pytest.mark.alone
def test_a_query_that_takes_too_long_ends_also_in_its_thread(tmp_path: Any, monkeypatch: Any) -> None:
    with running_core(tmp_path / "slow", limits={"query_seconds": 0.2}) as core:
        for number in range(3):
            core.request("POST", "/v1/entities", json={"display_name": str(number)})
        monkeypatch.setattr("faceforge_schema.execute.execution.time", SlowClock())
        answer = core.request("POST", "/graphql", json={"query": nested(5)}).json()
    assert answer["errors"][0]["extensions"]["code"] == "query_timeout"


class SlowClock:
    """A clock that goes on by a while each time it is looked at."""

    def __init__(self) -> None:
        self.ticks = iter(range(1, 1_000_000))

    def monotonic(self) -> float:
        return next(self.ticks) * 0.06


def test_a_field_asked_for_twice_reads_for_both_what_either_selects(linked: RunningCore) -> None:
    """With the same arguments it is read once; written once as a literal and once as a variable, twice."""
    for arguments in ("first: 3", "first: $n"):
        twice = f"a: assets(first: 3) {{ nodes {{ id }} }} b: assets({arguments}) {{ nodes {{ filename }} }}"
        head = "query ($n: Int!)" if "$" in arguments else ""
        document = f"{head} {{ entities {{ nodes {{ {twice} }} }} }}"
        sent = {"query": document, "variables": {"n": 3} if head else {}}
        answer = linked.request("POST", "/graphql", json=sent).json()
        assert "errors" not in answer, answer
        assert all(each["b"]["nodes"][0]["filename"] for each in answer["data"]["entities"]["nodes"])
