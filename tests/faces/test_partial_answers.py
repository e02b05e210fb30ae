"""A stale id takes no other field of an answer along, and a page of none counts without reading."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLNonNull
from running_core import CONTRACT, OPERATIONS, RunningCore
from world import UNKNOWN, World

LOOKUPS = [
    name
    for name, route in OPERATIONS.items()
    if route.root == "query" and route.path_names and "not_found" in route.errors and not route.is_list
]


def asked(core: RunningCore, query: str) -> dict[str, Any]:
    body: dict[str, Any] = core.request("POST", "/graphql", json={"query": query}).json()
    return body


def test_each_lookup_is_nullable_and_each_mutation_is_not() -> None:
    queries, mutations = CONTRACT.graphql.query_type, CONTRACT.graphql.mutation_type
    assert queries is not None
    assert mutations is not None
    assert len(LOOKUPS) >= 9
    assert [name for name in LOOKUPS if isinstance(queries.fields[name].type, GraphQLNonNull)] == []
    assert [n for n, each in mutations.fields.items() if not isinstance(each.type, GraphQLNonNull)] == []


def test_a_stale_id_is_null_with_an_error_at_its_path(core: RunningCore, world: World) -> None:
    answer = asked(
        core,
        f'{{ here: entity(entityId: "{world.ada}") {{ displayName }} gone: entity(entityId: "{UNKNOWN}") {{ id }}'
        f' bytes: assetByHash(algorithm: "sha256", hex: "{UNKNOWN}") {{ id }}'
        f' address: signedUrl(assetId: "{UNKNOWN}") {{ url }} entities(first: 1) {{ nodes {{ id }} }} }}',
    )
    data = answer["data"]
    assert data["here"] == {"displayName": "Ada Lovelace"}
    assert (data["gone"], data["bytes"], data["address"]) == (None, None, None)
    assert len(data["entities"]["nodes"]) == 1
    assert {each["path"][0]: each["extensions"]["code"] for each in answer["errors"]} == {
        "gone": "not_found",
        "bytes": "not_found",
        "address": "not_found",
    }
    assert core.request("GET", f"/v1/entities/{UNKNOWN}").status_code == 404


COUNTS = "{ entities(first: 0) { totalCount nodes { id displayName } edges { cursor } pageInfo { %s } } }"


def test_a_page_of_none_counts_without_reading(core: RunningCore, world: World) -> None:
    assert world.ada
    with core.statements() as seen:
        found = asked(core, COUNTS % "startCursor endCursor")["data"]["entities"]
    assert found["totalCount"] >= 1
    assert (found["nodes"], found["edges"]) == ([], [])
    assert found["pageInfo"] == {"startCursor": None, "endCursor": None}
    assert len([each for each in seen if " entities" in each]) == 1


def test_a_page_of_none_knows_whether_there_is_more(core: RunningCore, world: World) -> None:
    assert world.ada
    more = asked(core, COUNTS % "hasNextPage endCursor")["data"]["entities"]["pageInfo"]
    assert more == {"hasNextPage": True, "endCursor": None}
    none = f'{{ entities(first: 0, ids: ["{UNKNOWN}"]) {{ pageInfo {{ hasNextPage }} totalCount }} }}'
    assert asked(core, none)["data"]["entities"] == {"pageInfo": {"hasNextPage": False}, "totalCount": 0}


def test_a_page_of_none_below_each_record(core: RunningCore, world: World) -> None:
    counted = "descriptors(first: 0) { totalCount nodes { id } %s }"
    ids = f'ids: ["{world.ada}", "{world.bob}"]'
    world.make("create_descriptor", entity_id=world.ada, input={"field_key": "born", "value": "1815"})
    for info in ("", "pageInfo { hasNextPage }"):
        body = asked(core, f"{{ entities({ids}) {{ nodes {{ displayName {counted % info} }} }} }}")
        found = {each["displayName"]: each["descriptors"] for each in body["data"]["entities"]["nodes"]}
        assert (found["Ada Lovelace"]["totalCount"], found["Bob"]["totalCount"]) == (1, 0)
        assert [each["nodes"] for each in found.values()] == [[], []]
        if info:
            pages = {name: each["pageInfo"]["hasNextPage"] for name, each in found.items()}
            assert pages == {"Ada Lovelace": True, "Bob": False}


@pytest.mark.parametrize("name", [name for name, each in OPERATIONS.items() if each.is_list])
def test_rest_has_no_page_of_none(core: RunningCore, name: str) -> None:
    path = OPERATIONS[name].path.replace("{entity_id}", UNKNOWN)
    answer = core.request("GET", f"{path}?limit=0")
    assert answer.status_code == 422
    assert [(each["pointer"], each["in"], each["code"]) for each in answer.json()["errors"]] == [
        ("/limit", "query", "out_of_range")
    ]
