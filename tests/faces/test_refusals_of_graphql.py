"""At `/graphql` whatever refuses a request does it in GraphQL's own form, so that its clients show the reason."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
from running_core import ADDRESS, RunningCore, on_a_socket, running_core

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
GOOD = {"query": "{ __typename }"}
HOST = ADDRESS.removeprefix("http://")


def the_error(answer: httpx.Response, status: int, code: str, media_type: str = GRAPHQL) -> Any:
    """It is an answer of GraphQL with one error and nothing else; answers that error."""
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert "accept" in answer.headers["vary"].lower()
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json().keys() == {"errors"}
    (error,) = answer.json()["errors"]
    extensions = error["extensions"]
    assert (answer.status_code, extensions["status"], extensions["code"]) == (status, status, code)
    assert error["message"]
    assert extensions["hint"]
    assert extensions["request_id"] == answer.headers["x-request-id"]
    assert "errors" not in extensions
    return error


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
@pytest.mark.parametrize(
    ("request_is", "status", "code", "header"),
    [
        ({"token": None}, 401, "unauthorized", "www-authenticate"),
        ({"token": "wrong"}, 401, "unauthorized", "www-authenticate"),
        ({"headers": {"origin": "http://evil.test"}}, 403, "foreign_origin", None),
        ({"headers": {"sec-fetch-site": "cross-site"}}, 403, "foreign_origin", None),
        ({"headers": {"host": "evil.test"}}, 421, "misdirected_request", None),
        ({"method": "DELETE"}, 405, "method_not_allowed", "allow"),
        ({"method": "GET"}, 405, "method_not_allowed", "allow"),
        ({"headers": {"content-type": "text/plain"}}, 415, "unsupported_media_type", None),
        ({"content": b" " * 2_000_000}, 413, "payload_too_large", None),
        ({"path": "/graphql/"}, 404, "unknown_address", None),
    ],
    ids=str,
)
def test_every_layer_refuses_alike(
    core: RunningCore, accept: str, request_is: dict[str, Any], status: int, code: str, header: str | None
) -> None:
    options = {"content": json.dumps(GOOD).encode(), **request_is}
    headers = {"content-type": JSON, "accept": accept, **options.pop("headers", {})}
    method, path = options.pop("method", "POST"), options.pop("path", "/graphql")
    answer = core.request(method, path, headers=headers, **options)
    the_error(answer, status, code, accept)
    assert header is None or answer.headers[header]


def test_a_form_nobody_takes_is_refused_as_json(core: RunningCore) -> None:
    for token, status, code in (("install", 406, "not_acceptable"), (None, 401, "unauthorized")):
        answer = core.request("POST", "/graphql", token=token, json=GOOD, headers={"accept": "image/png"})
        the_error(answer, status, code, JSON)


def test_one_who_has_to_wait_is_told_how_long(tmp_path: Path) -> None:
    with running_core(tmp_path / "strict", limits={"failed_sign_ins": 1}) as core:
        for _ in range(2):
            answer = core.request("POST", "/graphql", token="wrong", json=GOOD, headers={"accept": GRAPHQL})
        the_error(answer, 429, "rate_limited")
        assert int(answer.headers["retry-after"]) >= 1


def test_what_nobody_expected_is_an_error_of_graphql_too(
    core: RunningCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("the secret cause")

    monkeypatch.setattr("faceforge_server.middleware.authentication.Authenticator.actor", broken)
    answer = core.request("POST", "/graphql", json=GOOD, headers={"accept": GRAPHQL})
    the_error(answer, 500, "internal")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "secret" not in answer.text


def test_a_head_that_is_too_large_is_refused_in_the_form_of_its_address(core: RunningCore) -> None:
    with on_a_socket(core) as address:
        host, port = address.removeprefix("http://").split(":")
        for path, key in (("/graphql", "errors"), ("/v1/entities", "code")):
            with socket.create_connection((host, int(port)), timeout=20) as client:
                client.sendall(f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\n".encode())
                client.sendall(b"X-Much: " + b"x" * 70_000)
                answer = b"".join(iter(lambda: client.recv(65536), b""))
            head, _, body = answer.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 431")
            assert key in json.loads(body)


def test_the_handshake_of_a_socket_too(core: RunningCore) -> None:
    with on_a_socket(core) as address:
        upgrade = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
        headers = {**upgrade, "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==", "origin": "http://evil.test"}
        answer = httpx.get(f"{address}/graphql", headers=headers, trust_env=False)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "foreign_origin")


@pytest.mark.parametrize("path", ["/v1/entities", "/nope", "/graphqlx", "/x/graphql"])
def test_elsewhere_an_error_is_a_problem_without_a_member_that_is_taken_for_graphqls(
    core: RunningCore, path: str
) -> None:
    answer = core.request("POST", path, token=None, json=GOOD, headers={"accept": GRAPHQL})
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert "errors" not in answer.json()
