"""A7: GraphQL over HTTP as the GraphQL Foundation's specification says, every MUST and SHOULD for POST; S3."""

from __future__ import annotations

import json
from typing import Any

import pytest
from running_core import RunningCore

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
GOOD = {"query": "{ __typename }"}


def post(core: RunningCore, body: Any, accept: str | None = GRAPHQL, **headers: str | None) -> Any:
    sent = {"content-type": JSON, "accept": accept, **{k.replace("_", "-"): v for k, v in headers.items()}}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    # httpx adds an Accept of its own unless one is named; an empty one is like none at all.
    given = {name: value or "" for name, value in sent.items() if value is not None or name == "accept"}
    return core.request("POST", "/graphql", content=content, headers=given)


def code_of(answer: Any) -> str:
    """The code of the one error of an answer that is nothing but that error."""
    assert answer.json().keys() == {"errors"}, answer.text
    (error,) = answer.json()["errors"]
    assert error["message"]
    extensions = error["extensions"]
    assert extensions["title"]
    # A fault of what was sent is 400 here, and keeps its own status for those who decide by it.
    assert answer.status_code == extensions["status"] or extensions["status"] == 422
    return str(extensions["code"])


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (GRAPHQL, GRAPHQL),
        (JSON, JSON),
        (f"{GRAPHQL}; charset=utf-8", GRAPHQL),
        (f"{GRAPHQL}; charset=utf-8, {JSON}; charset=utf-8", GRAPHQL),
        (f"{JSON};q=0.9, {GRAPHQL}", GRAPHQL),
        (f"{GRAPHQL};q=0.1, {JSON};q=0.2", JSON),
        (f"{JSON};q=0.5, */*", GRAPHQL),
        (f"{GRAPHQL};q=0, */*;q=0.1", JSON),
        ("text/html, application/*;q=0.1", JSON),
        ("APPLICATION/JSON", JSON),
        ("*/*", JSON),
        (None, GRAPHQL),
    ],
)
def test_the_answer_has_the_media_type_that_is_liked_best(
    core: RunningCore, accept: str | None, expected: str
) -> None:
    answer = post(core, GOOD, accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{expected}; charset=utf-8")
    assert answer.json() == {"data": {"__typename": "Query"}}
    assert "accept" in answer.headers["vary"].lower()
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("accept", ["text/html", "image/png;q=0.5", f"{JSON};q=0", "nonsense"])
def test_an_answer_nobody_can_take_is_406(core: RunningCore, accept: str) -> None:
    answer = post(core, GOOD, accept)
    assert (answer.status_code, code_of(answer)) == (406, "not_acceptable")


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
    ],
)
def test_a_body_of_another_kind_is_refused(core: RunningCore, kind: str | None) -> None:
    answer = post(core, GOOD, content_type=kind)
    assert (answer.status_code, code_of(answer)) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
)
def test_json_in_utf_8_is_taken(core: RunningCore, kind: str) -> None:
    body = json.dumps({"query": '{ entities(q: "Zoë \N{SNOWMAN}") { totalCount } }'}, ensure_ascii=False)
    answer = post(core, body.encode(), content_type=kind)
    assert answer.json() == {"data": {"entities": {"totalCount": 0}}}


ANSWERED = [
    ("variables null", {**GOOD, "variables": None, "operationName": None, "extensions": None}),
    ("variables and extensions empty", {**GOOD, "variables": {}, "extensions": {}}),
    (
        "an operation's name",
        {"query": "query A { __typename } query B { x: __typename }", "operationName": "A"},
    ),
    ("an empty name", {**GOOD, "operationName": ""}),
    ("variables", {"query": "query ($n: Int) { entities(first: $n) { __typename } }", "variables": {"n": 1}}),
    ("extensions", {**GOOD, "extensions": {"anything": [1]}}),
]


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
@pytest.mark.parametrize(("name", "body"), ANSWERED, ids=[name for name, _ in ANSWERED])
def test_a_well_formed_request_is_answered_200(core: RunningCore, accept: str, name: str, body: Any) -> None:
    answer = post(core, body, accept)
    assert answer.status_code == 200
    assert answer.json().keys() == {"data"}


NO_REQUEST: list[tuple[str, Any]] = [
    ("no JSON", b"NONSENSE"),
    ("cut JSON", b'{"query":'),
    ("nothing", b""),
    ("no UTF-8", b'{"query": "{ \xff }"}'),
    ("a byte order mark", b'\xef\xbb\xbf{"query": "{ __typename }"}'),
    ("a key twice", b'{"query": "{ x }", "query": "{ __typename }"}'),
    ("a variable twice", b'{"query": "{ __typename }", "variables": {"a": 1, "a": 2}}'),
    ("two values", b'{"query": "{ __typename }"} {}'),
    ("a batch", [GOOD, GOOD]),
    ("a text", "{ __typename }"),
    ("null", None),
    ("a number", 1),
    ("no query", {"qeury": "{ __typename }"}),
    ("query null", {"query": None}),
    ("query a number", {"query": 1}),
    ("query an object", {"query": {}}),
    ("query a list", {"query": ["{ __typename }"]}),
    ("variables a text", {**GOOD, "variables": "{}"}),
    ("variables a list", {**GOOD, "variables": [7]}),
    ("variables a number", {**GOOD, "variables": 0}),
    ("variables false", {**GOOD, "variables": False}),
    ("name a number", {**GOOD, "operationName": 1}),
    ("name an object", {**GOOD, "operationName": {}}),
    ("name a list", {**GOOD, "operationName": []}),
    ("extensions a text", {**GOOD, "extensions": "x"}),
    ("extensions a list", {**GOOD, "extensions": []}),
    ("an unknown key", {**GOOD, "id": "persisted"}),
]


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
@pytest.mark.parametrize(("name", "body"), NO_REQUEST, ids=[name for name, _ in NO_REQUEST])
def test_what_is_no_graphql_request_is_400_in_either_media_type(
    core: RunningCore, accept: str, name: str, body: Any
) -> None:
    answer = post(core, body, accept)
    assert answer.status_code == 400
    assert answer.json().keys() == {"errors"}
    assert answer.json()["errors"][0]["extensions"]["code"] in ("invalid_json", "invalid_input")
    assert answer.headers["content-type"].startswith(accept)


NEVER_RUN = [
    ("an empty document", {"query": ""}, "graphql_parse_failed"),
    ("a document that does not parse", {"query": "{"}, "graphql_parse_failed"),
    ("a document that is no request", {"query": "type A { b: Int }"}, "graphql_validation_failed"),
    ("a field that is not there", {"query": "{ nope }"}, "graphql_validation_failed"),
    (
        "an argument that is not there",
        {"query": "{ entities(nope: 1) { __typename } }"},
        "graphql_validation_failed",
    ),
    ("a missing argument", {"query": "{ entity { id } }"}, "graphql_validation_failed"),
    (
        "a literal of another type",
        {"query": '{ entities(first: "x") { __typename } }'},
        "graphql_validation_failed",
    ),
    (
        "an enum's member that is not there",
        {"query": "{ entities(sortBy: NOPE) { __typename } }"},
        "graphql_validation_failed",
    ),
    (
        "a fragment that nobody uses",
        {"query": "{ __typename } fragment F on Query { __typename }"},
        "graphql_validation_failed",
    ),
    (
        "no such operation",
        {"query": "query A { __typename }", "operationName": "B"},
        "graphql_validation_failed",
    ),
    (
        "which operation",
        {"query": "query A { __typename } query B { __typename }"},
        "graphql_validation_failed",
    ),
    ("only a fragment", {"query": "fragment F on Query { __typename }"}, "graphql_validation_failed"),
    (
        "a variable that is missing",
        {"query": "query ($id: ID!) { entity(entityId: $id) { id } }"},
        "graphql_validation_failed",
    ),
    (
        "a variable of another type",
        {"query": "query ($n: Int) { entities(first: $n) { __typename } }", "variables": {"n": "x"}},
        "graphql_validation_failed",
    ),
    (
        "a variable beyond its type",
        {"query": "query ($n: Int) { entities(first: $n) { __typename } }", "variables": {"n": 2**40}},
        "graphql_validation_failed",
    ),
    (
        "an input's key that is not there",
        {
            "query": "mutation ($i: EntityCreate!) { createEntity(input: $i) { id } }",
            "variables": {"i": {"displayName": "x", "display_name": "y"}},
        },
        "graphql_validation_failed",
    ),
    ("a subscription", {"query": "subscription { changesets { id } }"}, "graphql_validation_failed"),
]


@pytest.mark.parametrize(("name", "body", "code"), NEVER_RUN, ids=[each[0] for each in NEVER_RUN])
def test_a_document_that_cannot_run_is_400_without_data_or_200_for_plain_json(
    core: RunningCore, name: str, body: Any, code: str
) -> None:
    for accept, status in ((GRAPHQL, 400), (JSON, 200)):
        answer = post(core, body, accept)
        assert answer.status_code == status
        assert answer.json().keys() == {"errors"}
        for each in answer.json()["errors"]:
            assert each["extensions"]["code"] == code
            assert each["message"]
            assert "errors" not in each["extensions"]


def test_a_parse_error_says_where(core: RunningCore) -> None:
    error = post(core, {"query": "{\n  a {\n"}).json()["errors"][0]
    assert error["locations"] == [{"line": 3, "column": 1}]


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
def test_a_field_error_is_a_200_with_data(core: RunningCore, accept: str) -> None:
    answer = post(core, {"query": '{ entity(entityId: "x") { id } }'}, accept)
    body = answer.json()
    assert (answer.status_code, body["data"]) == (200, {"entity": None})
    assert body["errors"][0]["path"] == ["entity"]
    assert body["errors"][0]["extensions"]["code"] == "not_found"


def test_one_who_may_not_ask_is_told_by_the_status(core: RunningCore) -> None:
    token = core.limited_token()
    for accept, status in ((GRAPHQL, 403), (JSON, 200)):
        answer = core.request(
            "POST",
            "/graphql",
            token=token,
            json={"query": "{ entities { totalCount } }"},
            headers={"accept": accept},
        )
        assert answer.status_code == status
        assert answer.json().keys() == {"errors"}
    assert core.request("POST", "/graphql", token=None, json=GOOD).status_code == 401


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("accept", [JSON, GRAPHQL, "text/html", "*/*"])
def test_nothing_runs_by_get(core: RunningCore, method: str, accept: str) -> None:
    made = 'mutation{createEntity(input:{displayName:"By GET"}){id}}'
    for query in ("{entities{totalCount}}", made):
        answer = core.request(method, f"/graphql?query={query}", headers={"accept": accept})
        if accept in (JSON, GRAPHQL):
            assert (answer.status_code, "POST" in answer.headers["allow"]) == (405, True)
        else:
            assert answer.headers["content-type"].startswith("text/html")
        assert "totalCount" not in answer.text.replace(query, "")
    assert core.request("GET", "/v1/entities?q=By%20GET").json()["items"] == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_no_other_method_is_taken(core: RunningCore, method: str) -> None:
    answer = core.request(method, "/graphql", json=GOOD)
    assert (answer.status_code, code_of(answer)) == (405, "method_not_allowed")
    assert "POST" in answer.headers["allow"]


def test_an_unexpected_error_tells_nothing_of_its_cause(
    core: RunningCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("the secret cause")

    monkeypatch.setattr("faceforge_storage.system.library", broken)
    answer = post(core, {"query": "{ systemInfo { version } }"})
    assert answer.json()["errors"][0]["extensions"]["code"] == "internal"
    by_rest = core.request("GET", "/v1/system/info")
    assert (by_rest.status_code, by_rest.json()["code"]) == (500, "internal")
    for each in (answer, by_rest):
        assert "secret" not in each.text
        assert "RuntimeError" not in each.text
