"""GraphQL over a WebSocket: one protocol, a token first, and the same rules as everywhere."""

from __future__ import annotations

import json
from typing import Any

import pytest
from running_core import RunningCore
from socket_client import VOID, opened, signed_in
from websockets.exceptions import InvalidStatus

SUBSCRIPTION = "subscription ($after: BigInt) { changesets(after: $after) { id operation actor } }"


def create(core: RunningCore, name: str) -> None:
    assert core.request("POST", "/v1/entities", json={"display_name": name}).status_code == 201


# ---- before anything is asked


@pytest.mark.parametrize("protocol", ["graphql-ws", "nonsense", None])
def test_only_one_protocol_is_spoken(address: str, protocol: str | None) -> None:
    with opened(address, protocol) as socket:
        assert socket.closed_with()[0] == 4406


def test_a_foreign_page_gets_no_socket(address: str) -> None:
    with pytest.raises(InvalidStatus) as refused, opened(address, origin="http://evil.example"):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    "message",
    [
        "NONSENSE",
        "[]",
        "5",
        "null",
        '"text"',
        "{}",
        '{"type": "start"}',
        '{"type": 5}',
        '{"type": "subscribe", "id": "1"}',
        '{"type": "subscribe", "id": "1", "payload": "text"}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 5}}',
        '{"type": "subscribe", "id": {}, "payload": {"query": "{ __typename }"}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": [1]}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "operationName": 5}}',
        '{"type": "connection_init", "payload": []}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": {"a": "\\u0000"}}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": {"a": "\\ud800"}}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": {"a": 1e999}}}',
        '{"type": "subscribe", "id": "1", "payload": ' + "[" * 10_000 + "]" * 10_000 + "}",
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "query": "{ __typename }"}}',
        b"\x00\x01",
    ],
    ids=lambda message: str(message)[:70],
)
def test_a_message_that_cannot_be_understood_closes_the_socket(
    core: RunningCore, address: str, message: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with signed_in(address, core.token) as socket:
        socket.connection.send(message)
        assert socket.closed_with()[0] == 4400
    # Uvicorn says this of a handshake that was refused with a body, as the test before this one has it.
    own = [each for each in caplog.records if "without completing handshake" not in each.getMessage()]
    assert [each for each in own if each.levelname == "ERROR"] == []


def test_a_second_sign_in_and_an_id_in_use_close_the_socket(core: RunningCore, address: str) -> None:
    with signed_in(address, core.token) as socket:
        socket.send("connection_init", payload={"authorization": f"Bearer {core.token}"})
        assert socket.closed_with()[0] == 4429
    with signed_in(address, core.token) as socket:
        socket.subscribe(SUBSCRIPTION)
        socket.subscribe(SUBSCRIPTION)
        assert socket.closed_with()[0] == 4409


def test_a_ping_is_answered_by_a_pong(core: RunningCore, address: str) -> None:
    with signed_in(address, core.token) as socket:
        socket.send("ping")
        assert socket.answer()["type"] == "pong"


# ---- queries and mutations


def test_queries_and_mutations_are_answered_once(core: RunningCore, address: str) -> None:
    with signed_in(address, core.token) as socket:
        made = 'mutation { createEntity(input: {displayName: "By a socket"}) { id displayName } }'
        socket.subscribe(made, id="a")
        entity = socket.next()["createEntity"]
        assert socket.answer() == {"id": "a", "type": "complete"}
        query = "query ($id: ID!) { entity(entityId: $id) { displayName } }"
        socket.send("subscribe", id="a", payload={"query": query, "variables": {"id": entity["id"]}})
        assert socket.next() == {"entity": {"displayName": "By a socket"}}
        assert socket.answer() == {"id": "a", "type": "complete"}
    newest = core.request("GET", "/v1/changesets?limit=1").json()["items"][0]
    assert (newest["actor"], newest["operation"]) == ("install", "createEntity")


MISSING = "query There { __typename }"
REFUSED = [
    (MISSING, "graphql_validation_failed"),
    ("{", "graphql_parse_failed"),
    ("", "graphql_parse_failed"),
    ("{ nope }", "graphql_validation_failed"),
    ("query A { __typename } query B { __typename }", "graphql_validation_failed"),
    ("subscription { changesets { nope } }", "graphql_validation_failed"),
    ("subscription { a: changesets { id } b: changesets { id } }", "graphql_validation_failed"),
    ("{ " + " ".join(f"a{n}: __typename" for n in range(101)) + " }", "query_too_complex"),
    (
        "{ entities { nodes { " + "assets { nodes { linkedEntities { nodes { " * 9 + "id" + " }" * 39,
        "query_too_complex",
    ),
    (
        "subscription { changesets { " + " ".join(f"a{n}: id" for n in range(101)) + " } }",
        "query_too_complex",
    ),
    ("{ __typename " * 4_000, "query_too_complex"),
    ("{ " + "__typename " * 10_001 + "}", "query_too_complex"),
]


@pytest.mark.parametrize(("query", "code"), REFUSED, ids=[query[:60] for query, _ in REFUSED])
def test_what_cannot_run_is_an_error_and_the_socket_stays(
    core: RunningCore, address: str, query: str, code: str
) -> None:
    with signed_in(address, core.token) as socket:
        name = "Missing" if query == MISSING else None
        socket.send("subscribe", id="1", payload={"query": query, "operationName": name})
        message = socket.answer()
        assert (message["type"], message["id"]) == ("error", "1")
        assert message["payload"][0]["extensions"]["code"] == code
        socket.subscribe("{ __typename }", id="2")
        assert socket.next() == {"__typename": "Query"}


@pytest.mark.parametrize(
    "query",
    [
        "subscription { changesets { id } }",
        "subscription S { ...F } fragment F on Subscription { changesets { id } }",
        "subscription { changesets { changes { nodes { id } } } }",
        "{ entities { totalCount } }",
        'mutation { createEntity(input: {displayName: "no"}) { id } }',
    ],
)
def test_a_socket_gives_no_more_than_its_token_may(core: RunningCore, address: str, query: str) -> None:
    with signed_in(address, core.limited_token("assets:read")) as socket:
        socket.subscribe(query)
        message = socket.answer()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "forbidden"


def test_an_unexpected_error_is_masked(
    core: RunningCore, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the secret cause")

    monkeypatch.setattr("faceforge_storage.system.library", broken)
    monkeypatch.setattr("faceforge_storage.database.keyset.fetch", broken)
    with signed_in(address, core.token) as socket:
        for query in ("{ systemInfo { version } }", "subscription { changesets(after: 0) { id } }"):
            socket.subscribe(query)
            message = socket.answer()
            errors = message["payload"]["errors"] if message["type"] == "next" else message["payload"]
            assert errors[0]["extensions"]["code"] == "internal"
            assert "secret" not in json.dumps(message)
            if message["type"] == "next":
                assert socket.answer()["type"] == "complete"


# ---- the subscription


def test_changesets_are_told_as_they_are_committed(core: RunningCore, address: str) -> None:
    with signed_in(address, core.token) as socket:
        before = core.request("GET", "/v1/changesets?limit=1").json()["items"][0]["changeset_id"]
        socket.subscribe(SUBSCRIPTION, after=before)
        for number in range(3):
            create(core, f"live {number}")
            changeset = socket.next()["changesets"]
            assert changeset == {"id": before + number + 1, "operation": "createEntity", "actor": "install"}


def test_after_an_id_everything_since_is_told_first_and_in_order(core: RunningCore, address: str) -> None:
    start = core.request("GET", "/v1/changesets?limit=1").json()["items"][0]["changeset_id"]
    for number in range(120):
        create(core, f"past {number}")
    with signed_in(address, core.token) as socket:
        socket.subscribe(SUBSCRIPTION, after=start)
        ids = [socket.next()["changesets"]["id"] for _ in range(120)]
        create(core, "now")
        assert [*ids, socket.next()["changesets"]["id"]] == list(range(start + 1, start + 122))


def test_a_subscription_reaches_what_it_tells_of(core: RunningCore, address: str) -> None:
    start = core.request("GET", "/v1/changesets?limit=1").json()["items"][0]["changeset_id"]
    create(core, "nested")
    query = "subscription ($after: BigInt) { changesets(after: $after) { changes { nodes { after verb } } } }"
    with signed_in(address, core.token) as socket:
        socket.subscribe(query, after=start)
        (change,) = socket.next()["changesets"]["changes"]["nodes"]
        assert (change["verb"], change["after"]["display_name"]) == ("INSERT", "nested")


def test_a_subscription_that_is_completed_tells_no_more(core: RunningCore, address: str) -> None:
    with signed_in(address, core.token) as socket:
        socket.subscribe(SUBSCRIPTION, id="s")
        socket.send("complete", id="s")
        create(core, "unheard")
        socket.subscribe("{ __typename }", id="q")
        assert socket.next() == {"__typename": "Query"}
        assert socket.answer() == {"id": "q", "type": "complete"}


@pytest.mark.parametrize("how", ["revoked", "rotated", "narrowed"])
def test_a_token_that_is_void_is_void_on_its_open_sockets(core: RunningCore, address: str, how: str) -> None:
    permissions = ["entities:read", "journal:read"]
    for what in ("a query", "a running subscription"):
        made = core.request("POST", "/v1/tokens", json={"name": f"{how} {what}", "permissions": permissions})
        path = f"/v1/tokens/{made.json()['token_id']}"
        with signed_in(address, made.json()["secret"]) as socket:
            if what == "a running subscription":
                socket.subscribe(SUBSCRIPTION, id="s")
            socket.subscribe("{ entities { totalCount } }")
            assert "entities" in socket.next()
            if how == "revoked":
                core.request("DELETE", path)
            elif how == "rotated":
                core.request("POST", f"{path}/rotate")
            else:
                core.request("PATCH", path, json={"permissions": ["entities:read"]})
            if what == "a query":
                socket.subscribe("{ entities { totalCount } }", id="2")
            else:
                create(core, "not for everybody")
            came, closed = socket.until_closed()
            assert closed == (4403, VOID)
            assert not [each for each in came if each["type"] == "next"]
