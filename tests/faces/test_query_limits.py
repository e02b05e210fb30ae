"""S3: what a stranger's query may cost, and that no list, batch or document goes round it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, build_client_schema, get_introspection_query, print_type
from running_core import OPERATIONS, RunningCore, running_core

LIMITS = {"query_depth": 6, "query_aliases": 5, "query_objects": 30, "query_tokens": 400}


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCore]:
    """A Core with small limits, three entities and ten facts of each."""
    with running_core(tmp_path_factory.mktemp("strict"), limits=LIMITS) as core:
        for _ in range(3):
            made = core.request("POST", "/v1/entities", json={"display_name": "Ada"}).json()["entity_id"]
            for number in range(10):
                fact = {"field_key": "note", "value": number}
                core.request("POST", f"/v1/entities/{made}/descriptors", json=fact).raise_for_status()
        yield core


def code(core: RunningCore, query: str, **variables: Any) -> str | None:
    """The code of what a query is answered with; None for an answer."""
    body = core.request("POST", "/graphql", json={"query": query, "variables": variables}).json()
    return body["errors"][0]["extensions"]["code"] if "errors" in body else None


def nested(levels: int, inner: str = "id") -> str:
    """A query of `levels` levels with the root, of one record each; an entity at the innermost."""
    for level in range(levels - 2):
        inner = f"{('linkedEntities', 'assets')[level % 2]}(first: 1) {{ nodes {{ {inner} }} }}"
    return f"{{ {('entities', 'assets')[levels % 2]}(first: 1) {{ nodes {{ {inner} }} }} }}"


TOO_MUCH = "query_too_complex"

TABLE = [
    ("as deep as is allowed", nested(6), None),
    ("a level deeper", nested(7), TOO_MUCH),
    (
        "deeper by a fragment",
        nested(6, "...F") + " fragment F on Entity { assets(first: 1) { nodes { id } } }",
        TOO_MUCH,
    ),
    ("deeper inline", nested(6, "... { assets(first: 1) { nodes { id } } }"), TOO_MUCH),
    (
        "what does not run costs nothing",
        nested(6, "... @skip(if: true) { assets(first: 1) { nodes { id } } }"),
        None,
    ),
    ("deeper by edges", nested(6, "assets(first: 1) { edges { node { id } } }"), TOO_MUCH),
    ("as many aliases as are allowed", "{ " + " ".join(f"a{n}: __typename" for n in range(5)) + " }", None),
    ("an alias more", "{ " + " ".join(f"a{n}: __typename" for n in range(6)) + " }", TOO_MUCH),
    (
        "a fragment used twice in one place runs once",
        "{ entities(first: 1) { nodes { ...F x: assets(first: 1) { totalCount } ...F } } }"
        " fragment F on Entity { a: id }",
        None,
    ),
    (
        "more aliases by a fragment used in two places",
        "{ a: entities(first: 1) { nodes { ...F } } b: entities(first: 1) { nodes { ...F } } }"
        " fragment F on Entity { c: id d: id }",
        TOO_MUCH,
    ),
    (
        "as many objects as are allowed",
        "{ entities(first: 3) { nodes { descriptors(first: 8) { nodes { id } } } } }",
        None,
    ),
    (
        "too many objects",
        "{ entities(first: 3) { nodes { descriptors(first: 9) { nodes { id } } } } }",
        TOO_MUCH,
    ),
    ("too many by the default page", "{ entities { nodes { descriptors { nodes { id } } } } }", TOO_MUCH),
    (
        "too many by edges",
        "{ entities { edges { node { descriptors { edges { node { id } } } } } } }",
        TOO_MUCH,
    ),
    (
        "too many by siblings",
        "{ entities { nodes { descriptors(first: 5) { nodes { id } } d: descriptors(first: 6) { nodes { id } } } } }",
        TOO_MUCH,
    ),
    (
        "too many by a level below",
        "{ entities(first: 3) { nodes { descriptors(first: 5) { nodes { entity { id } } } } } }",
        TOO_MUCH,
    ),
    (
        "what is not there costs nothing",
        "{ entities { nodes { assets(first: 500) { nodes { linkedEntities(first: 500) { nodes { id } } } } } } }",
        None,
    ),
    (
        "a value object counts",
        "{ entities(first: 500) { nodes { externalIds { value } } } assets(first: 500) { nodes { owner { id } } } }",
        None,
    ),
    ("a page of none", "{ entities(first: 0) { nodes { id } totalCount } }", None),
    ("a negative page is not free", "{ entities(first: -5) { nodes { id } } }", "invalid_input"),
    ("words", "{ " + "__typename " * 398 + "}", None),
    ("too many words", "{ " + "__typename " * 399 + "}", TOO_MUCH),
    ("too many in a comment-free heap", "{ __typename }" * 200, TOO_MUCH),
]


@pytest.mark.parametrize(("case", "query", "expected"), TABLE, ids=[each[0] for each in TABLE])
def test_a_query_costs_what_is_allowed_and_no_more(
    strict: RunningCore, case: str, query: str, expected: str | None
) -> None:
    assert code(strict, query) == expected


def test_a_variable_hides_no_cost(strict: RunningCore) -> None:
    query = "query ($n: Int) { entities(first: 3) { nodes { descriptors(first: $n) { nodes { id } } } } }"
    assert code(strict, query, n=8) is None
    assert code(strict, query, n=9) == TOO_MUCH
    assert code(strict, query) == TOO_MUCH
    assert code(strict, query.replace("Int)", "Int = 8)")) is None
    assert code(strict, query.replace("Int)", "Int = 9)")) == TOO_MUCH


def test_a_refusal_names_the_count_the_bound_and_what_to_do(strict: RunningCore) -> None:
    query = "{ entities { nodes { descriptors { nodes { id } } } } }"
    error = strict.request("POST", "/graphql", json={"query": query}).json()["errors"][0]
    assert error["message"] == (
        "The query reads more than the 30 objects that are allowed; 33 were counted when it was stopped."
    )
    assert error["extensions"]["hint"] == (
        "Ask for fewer with `first`, or for fewer levels at once; or raise `limits.query_objects`."
    )


def test_a_heap_of_fragments_ends_at_once(strict: RunningCore, core: RunningCore) -> None:
    """Each fragment spreads the next one twice: two to the power of thirty, if somebody walked it."""
    deep = "".join(f"fragment F{n} on Entity {{ ...F{n + 1} ...F{n + 1} }} " for n in range(30))
    query = f"{{ entities(first: 1) {{ nodes {{ ...F0 }} }} }} {deep} fragment F30 on Entity {{ id }}"
    for each in (strict, core):
        assert code(each, query) in (TOO_MUCH, None)
    round_trip = "{ entities { nodes { ...A } } } fragment A on Entity { ...B } fragment B on Entity { ...A }"
    assert code(core, round_trip) == "graphql_validation_failed"


@pytest.mark.parametrize("length", [100, 300, 1000, 1400])
def test_a_long_chain_of_fragments_is_answered_or_refused(core: RunningCore, length: int) -> None:
    chain = "".join(f"fragment F{n} on Entity{{...F{n + 1}}}" for n in range(length))
    query = f"{{entities(first:1){{nodes{{...F0}}}}}}{chain}fragment F{length} on Entity{{id}}"
    assert code(core, query) in (None, TOO_MUCH, "graphql_validation_failed")


def test_tools_can_read_the_whole_schema(core: RunningCore) -> None:
    answer = core.request("POST", "/graphql", json={"query": get_introspection_query()}).json()
    schema = build_client_schema(answer["data"])
    made = schema.type_map["EntityCreate"]
    assert isinstance(made, GraphQLInputObjectType)
    shown = print_type(made)
    assert "displayName: String!" in shown
    assert shown.count(": JSONObject\n") == 2, "what has a default is nullable, and states none"


def test_introspection_is_answered_and_does_not_nest(core: RunningCore) -> None:
    whole = "{ __schema { types { name fields { name type { name ofType { name ofType { name } } } } } } }"
    assert code(core, whole) is None
    nest = "fields { type { " * 12 + "name" + " } }" * 12
    assert code(core, f"{{ __schema {{ types {{ {nest} }} }} }}") == "graphql_validation_failed"


@pytest.mark.alone
def test_a_query_that_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from faceforge_storage import system

    counted = system.counts

    def slowly(db: Any) -> Any:
        db.exec_driver_sql(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
        )
        return counted(db)

    monkeypatch.setattr("faceforge_storage.system.counts", slowly)
    with running_core(tmp_path / "hurried", limits={"query_seconds": 0.3}) as core:
        for _ in range(6):
            # More often than there are readers: each is free again afterwards.
            answer = core.request("GET", "/v1/system/info")
            assert (answer.status_code, answer.json()["code"]) == (504, "query_timeout")
        assert code(core, "{ systemInfo { counts { entities } } }") == "query_timeout"
        monkeypatch.undo()
        assert core.request("GET", "/v1/system/info").status_code == 200


def test_the_largest_page_is_500_everywhere(core: RunningCore) -> None:
    for name, route in OPERATIONS.items():
        if route.is_list and "{" not in route.path:
            assert code(core, f"{{ {name}(first: 500) {{ totalCount }} }}") is None
            assert code(core, f"{{ {name}(first: 501) {{ totalCount }} }}") == "invalid_input"
    made = core.request("POST", "/v1/entities", json={"display_name": "page"}).json()["entity_id"]
    below = f'{{ entity(entityId: "{made}") {{ assets(first: %s) {{ totalCount }} }} }}'
    assert code(core, below % 500) is None
    assert code(core, below % 501) == "invalid_input"


def test_what_rest_asks_is_spared_the_limits_of_strangers(strict: RunningCore) -> None:
    for limit in (1, 500):
        assert strict.request("GET", f"/v1/assets?limit={limit}&include_total=true").status_code == 200
