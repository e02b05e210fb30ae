"""What nothing has changed since is answered from memory: the same, without a statement, until the next commit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from running_core import RunningCore, running_core

READS = {
    "one": lambda core, one: core.request("GET", f"/v1/entities/{one}"),
    "list": lambda core, _: core.request("GET", "/v1/entities?limit=5&include_total=true"),
    "graphql": lambda core, one: core.request("POST", "/graphql", json=asked(one)),
}


def asked(one: str) -> dict[str, Any]:
    return {
        "query": "query ($id: ID!) { entity(entityId: $id) { displayName version } }",
        "variables": {"id": one},
    }


def questions(ran: list[str]) -> list[str]:
    """The questions among the statements that ran, without those of a look of Core after jobs that had begun before."""
    return [each for each in ran if each.startswith("SELECT") and "job" not in each]


def made(core: RunningCore, name: str = "Ada", **values: Any) -> str:
    return str(
        core.request("POST", "/v1/entities", json={"display_name": name, **values}).json()["entity_id"]
    )


def same(one: httpx.Response, other: httpx.Response) -> bool:
    """Whether two answers are the same, but for what names the request."""
    kept = [
        {name: value for name, value in each.headers.items() if name != "x-request-id"}
        for each in (one, other)
    ]
    return kept[0] == kept[1] and one.content == other.content and one.status_code == other.status_code


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_read_runs_once_until_something_changes(fresh: RunningCore, read: Any) -> None:
    one = made(fresh)
    first = read(fresh, one)
    with fresh.statements() as ran:
        again = [read(fresh, one) for _ in range(3)]
    assert len(questions(ran)) <= 3, (
        ran
    )  # the first of the three ran anew; what a list shows of an entity takes a statement of its own
    assert all(same(first, each) for each in again)
    made(fresh, "Bob")
    with fresh.statements() as ran:
        read(fresh, one)
    assert questions(ran)


def test_who_has_written_reads_it(fresh: RunningCore) -> None:
    one = made(fresh)
    for number in range(2, 30):
        for read in READS.values():
            assert read(fresh, one).status_code == 200
        fresh.request("PATCH", f"/v1/entities/{one}", json={"display_name": f"Ada {number}"})
        assert READS["one"](fresh, one).json()["version"] == number
        assert READS["graphql"](fresh, one).json()["data"]["entity"]["version"] == number
        assert READS["list"](fresh, one).json()["items"][0]["display_name"] == f"Ada {number}"


def test_each_token_is_answered_by_its_own_permissions(fresh: RunningCore) -> None:
    one = made(fresh)
    path = f"/v1/entities/{one}"
    may, may_not = fresh.limited_token("entities:read"), fresh.limited_token("assets:read")
    for _ in range(2):
        assert fresh.request("GET", path, token=may).status_code == 200
        assert fresh.request("GET", path, token=may_not).status_code == 403
        assert fresh.request("POST", "/graphql", json=asked(one), token=may).json()["data"]["entity"]
        assert "errors" in fresh.request("POST", "/graphql", json=asked(one), token=may_not).json()
    tokens = {each["name"]: each["token_id"] for each in fresh.request("GET", "/v1/tokens").json()["items"]}
    fresh.request("DELETE", f"/v1/tokens/{tokens['limited-0']}")
    assert fresh.request("GET", path, token=may).status_code == 401


def test_what_depends_on_the_time_or_changes_something_is_never_kept(fresh: RunningCore) -> None:
    query = {"query": "{ systemInfo { permissions } }"}
    change = {"query": 'mutation { createEntity(input: {displayName: "Ada"}) { id } }'}
    ids = {
        fresh.request("POST", "/graphql", json=change).json()["data"]["createEntity"]["id"] for _ in range(3)
    }
    assert len(ids) == 3
    fresh.request("POST", "/graphql", json=query)
    with fresh.statements() as ran:
        fresh.request("POST", "/graphql", json=query)
    first = len(questions(ran))
    with fresh.statements() as ran:
        fresh.request("POST", "/graphql", json=query)
        fresh.request("POST", "/graphql", json=query)
    assert len(questions(ran)) == 2 * first


def test_none_are_kept_where_the_setting_says_so(tmp_path: Path) -> None:
    with running_core(tmp_path / "none", limits={"answer_cache_bytes": 0}) as core:
        one = made(core)
        with core.statements() as ran:
            READS["one"](core, one)
            READS["one"](core, one)
        assert len(questions(ran)) == 2 * 2  # the entity, its picture


def test_an_etag_changes_with_what_is_shown_and_with_nothing_else(fresh: RunningCore) -> None:
    one = made(fresh)
    record, listed = READS["one"](fresh, one).headers["etag"], READS["list"](fresh, one).headers["etag"]
    assert re.fullmatch('"1-[0-9a-f]{32}"', record)
    assert re.fullmatch('"[0-9a-f]{32}"', listed)
    fresh.request("POST", "/v1/relation-types", json={"name": "rival"})
    assert READS["one"](fresh, one).headers["etag"] == record
    assert READS["list"](fresh, one).headers["etag"] == listed
    changed = fresh.request("PATCH", f"/v1/entities/{one}", json={"tags": ["x"]})
    assert READS["one"](fresh, one).headers["etag"] == changed.headers["etag"] != record
    assert READS["list"](fresh, one).headers["etag"] != listed


@pytest.mark.parametrize("path", ["/v1/entities/{}", "/v1/entities", "/v1/entities?limit=1"])
def test_a_program_may_poll_for_nothing(fresh: RunningCore, path: str) -> None:
    one = made(fresh)
    address = path.format(one)
    tag = fresh.request("GET", address).headers["etag"]
    for method, seen in (
        ("GET", tag),
        ("HEAD", tag),
        ("GET", f'"x", W/{tag}'),
        ("GET", "*"),
    ):
        answer = fresh.request(method, address, headers={"If-None-Match": seen})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    fresh.request("PATCH", f"/v1/entities/{one}", json={"tags": ["x"]})
    anew = fresh.request("GET", address, headers={"If-None-Match": tag})
    assert anew.status_code == 200
    assert anew.headers["etag"] != tag


def test_the_etag_of_a_record_is_taken_as_its_version(fresh: RunningCore) -> None:
    one = made(fresh)
    path = f"/v1/entities/{one}"
    tag = fresh.request("GET", path).headers["etag"]
    assert fresh.request("PATCH", path, json={"tags": ["x"]}, headers={"If-Match": tag}).status_code == 200
    assert fresh.request("PATCH", path, json={"tags": ["y"]}, headers={"If-Match": tag}).status_code == 412
    assert fresh.request("PATCH", path, json={"tags": ["y"]}, headers={"If-Match": '"2"'}).status_code == 200


def test_a_get_with_a_body_or_a_wrong_key_is_refused_also_when_its_answer_is_kept(fresh: RunningCore) -> None:
    path = f"/v1/entities/{made(fresh)}"
    for _ in range(2):
        assert fresh.request("GET", path).status_code == 200
        assert fresh.request("GET", path, content=b"[1]").status_code == 422
        assert fresh.request("GET", path, headers={"Idempotency-Key": "é".encode()}).status_code == 422


def test_headers_differ_by_their_names(fresh: RunningCore) -> None:
    body = b'{"query": "{ __typename }"}'
    kept = fresh.request("POST", "/graphql", content=body, headers={"Content-Type": "application/json"})
    assert kept.status_code == 200
    other = fresh.request("POST", "/graphql", content=body, headers={"Accept": "application/json"})
    assert other.status_code == 415


def test_what_a_long_header_asks_is_not_kept(fresh: RunningCore) -> None:
    cache = fresh.app.state.answers
    for number in range(5):
        accept = f"application/json, {'x' * 5000}/{number}"
        asked = {"query": "{ __typename }"}
        assert fresh.request("POST", "/graphql", json=asked, headers={"Accept": accept}).status_code == 200
    assert len(cache) == 0


def test_an_answer_from_memory_waits_for_room_like_any_other(tmp_path: Path) -> None:
    limits = {"answers_bytes": 200_000, "answer_cache_bytes": 8_000_000}
    with running_core(tmp_path / "narrow", limits=limits) as core:
        made(core, fields={"k": "x" * 100_000})
        made(core, fields={"k": "x" * 100_000})
        codes = {core.request("GET", "/v1/entities").status_code for _ in range(3)}
        assert codes <= {200, 503}
        core.core.answers.reserve("other", 150_000)
        answer = core.request("GET", "/v1/entities")
        assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
