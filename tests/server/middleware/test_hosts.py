"""Core answers only for its own names, whatever is asked and before anything else (S1)."""

from __future__ import annotations

import json

import pytest
from asgi import ask, reached, status

from faceforge_server.middleware.hosts import HostCheck

GUARDED = HostCheck(reached, allowed=["nas.local", "Core.example:8443"])
LOCAL, LAN, SIX = ("127.0.0.1", 43210), ("192.168.1.5", 43210), ("::1", 43210)


@pytest.mark.parametrize(
    ("host", "server", "ours"),
    [
        ("127.0.0.1:43210", LOCAL, True),
        ("localhost:43210", LOCAL, True),
        ("LocalHost:43210", LOCAL, True),
        ("192.168.1.5:43210", LAN, True),
        ("localhost:43210", LAN, True),
        ("[::1]:43210", SIX, True),
        ("[0:0:0:0:0:0:0:1]:43210", SIX, True),
        ("[fe80::1]:43210", ("fe80::1%eth0", 43210), True),
        ("127.0.0.1", ("127.0.0.1", 80), True),
        ("nas.local", LAN, True),
        ("NAS.local:43210", LAN, True),
        ("nas.local:9999", LAN, True),
        ("core.example:8443", LAN, True),
        ("core.example:8444", LAN, False),
        ("core.example", LAN, False),
        ("evil.test:43210", LOCAL, False),
        ("evil.test", LOCAL, False),
        ("127.0.0.1", LOCAL, False),
        ("127.0.0.1:80", LOCAL, False),
        ("127.0.0.1:43211", LOCAL, False),
        ("127.0.0.2:43210", LOCAL, False),
        ("192.168.1.5:43210", LOCAL, False),
        ("localhost.:43210", LOCAL, False),
        ("localhost.evil.test:43210", LOCAL, False),
        ("sub.nas.local:43210", LAN, False),
        ("2130706433:43210", LOCAL, False),
        ("0x7f.1:43210", LOCAL, False),
        ("127.1:43210", LOCAL, False),
        ("[::ffff:127.0.0.1]:43210", LOCAL, False),
        ("user@127.0.0.1:43210", LOCAL, False),
        ("127.0.0.1:43210, evil.test", LOCAL, False),
        ("127.0.0.1:043210", LOCAL, False),
        ("127.0.0.1:-1", LOCAL, False),
        ("127.0.0.1:999999", LOCAL, False),
        (":43210", LOCAL, False),
        ("", LOCAL, False),
        ("\xff", LOCAL, False),
    ],
)
@pytest.mark.parametrize(("kind", "path"), [("http", "/"), ("http", "/healthz"), ("websocket", "/graphql")])
async def test_only_our_own_names_are_answered(
    host: str, server: tuple[str, int], ours: bool, kind: str, path: str
) -> None:
    answer = status(await ask(GUARDED, {"Host": host}, server=server, kind=kind, path=path))
    assert answer == ((101 if kind == "websocket" else 204) if ours else 421)


@pytest.mark.parametrize(
    "headers", [[], [("Host", "127.0.0.1:43210"), ("Host", "evil.test")], [("Host", "localhost:43210")] * 2]
)
async def test_no_host_or_several_are_none_of_ours(headers: list[tuple[str, str]]) -> None:
    assert status(await ask(GUARDED, headers)) == 421


async def test_a_forwarded_host_counts_for_nothing() -> None:
    headers = {
        "Host": "evil.test",
        "X-Forwarded-Host": "127.0.0.1:43210",
        "Forwarded": "host=127.0.0.1:43210",
    }
    assert status(await ask(GUARDED, headers)) == 421


async def test_the_refusal_is_a_problem_that_says_what_to_do() -> None:
    messages = await ask(GUARDED, {"Host": "evil.test"})
    problem = json.loads(messages[1]["body"])
    assert problem["code"] == "misdirected_request"
    assert "allowed_hosts" in problem["hint"]
    assert (b"content-type", b"application/problem+json") in messages[0]["headers"]


async def test_a_server_that_cannot_answer_a_handshake_closes_it() -> None:
    messages = await ask(GUARDED, {"Host": "evil.test"}, kind="websocket", extensions={})
    assert messages == [{"type": "websocket.close", "code": 1008, "reason": "misdirected_request"}]
