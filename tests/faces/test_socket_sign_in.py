"""Who is let in on a WebSocket: a token from the payload of `connection_init` or from the handshake, and what is said
to all others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from running_core import RunningCore, on_a_socket, running_core
from socket_client import VOID, opened

HOW = 'send {"authorization": "Bearer TOKEN"} as the payload of connection_init.'


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        {"authorization": ""},
        {"authorization": "Bearer "},
        {"authorization": "Bearer wrong"},
        {"authorization": "Basic d3Jvbmc="},
        {"authorization": 5},
        {"authorization": None},
        {"Authorization": {"a": []}},
        {"headers": "Bearer x"},
        {"X-FaceForge-Token": " "},
    ],
)
def test_without_a_good_token_the_socket_is_closed(address: str, payload: Any) -> None:
    with opened(address) as socket:
        if payload is None:
            socket.send("connection_init")
        else:
            socket.send("connection_init", payload=payload)
        code, reason = socket.closed_with()
    assert code == 4401
    assert reason in ("The token is not valid.", f"No token: {HOW}")


@pytest.mark.parametrize("way", ["Authorization", "authorization", "X-FaceForge-Token", "x-faceforge-TOKEN"])
@pytest.mark.parametrize("place", ["payload", "headers in the payload", "handshake"])
def test_a_token_is_taken_by_either_name_in_any_case_and_place(
    core: RunningCore, address: str, way: str, place: str
) -> None:
    named = {way: core.token if "token" in way.lower() else f"Bearer {core.token}"}
    with opened(address, additional_headers=named if place == "handshake" else {}) as socket:
        payload = {"payload": named, "headers in the payload": {"headers": named}}.get(place, {})
        socket.send("connection_init", payload=payload)
        assert socket.answer()["type"] == "connection_ack"
        socket.subscribe("{ systemInfo { actor } }")
        assert socket.next() == {"systemInfo": {"actor": "install"}}


def test_a_token_in_the_address_lets_nobody_in(core: RunningCore, address: str) -> None:
    with opened(f"{address}?authorization={core.token}") as socket:
        socket.send("connection_init")
        assert socket.closed_with() == (4401, f"No token: {HOW}")


def test_a_token_in_the_handshake_is_looked_at_like_any_other(core: RunningCore, address: str) -> None:
    with opened(address, additional_headers={"Authorization": "Bearer wrong"}) as socket:
        socket.send("connection_init")
        assert socket.closed_with() == (4401, "The token is not valid.")
    made = core.request(
        "POST", "/v1/tokens", json={"name": "by header", "permissions": ["entities:read"]}
    ).json()
    with opened(address, additional_headers={"X-FaceForge-Token": made["secret"]}) as socket:
        socket.send("connection_init")
        assert socket.answer()["type"] == "connection_ack"
        core.request("DELETE", f"/v1/tokens/{made['token_id']}")
        socket.subscribe("{ entities { totalCount } }")
        assert socket.closed_with() == (4403, VOID)


def test_two_tokens_are_one_too_many_unless_they_are_the_same(core: RunningCore, address: str) -> None:
    headers = {"Authorization": f"Bearer {core.token}"}
    with opened(address, additional_headers=headers) as socket:
        socket.send("connection_init", payload={"authorization": f"Bearer {core.limited_token()}"})
        code, reason = socket.closed_with()
        assert (code, "Two different tokens" in reason) == (4401, True)
    with opened(address, additional_headers=headers) as socket:
        socket.send("connection_init", payload={"X-FaceForge-Token": core.token})
        assert socket.answer()["type"] == "connection_ack"


def test_who_sent_too_many_wrong_tokens_is_told_how_long_to_wait(tmp_path: Path) -> None:
    with running_core(tmp_path / "strict", limits={"failed_sign_ins": 2}) as core, on_a_socket(core) as http:
        reasons = []
        for _ in range(3):
            with opened(http.replace("http://", "ws://") + "/graphql") as socket:
                socket.send("connection_init", payload={"authorization": "Bearer wrong"})
                reasons.append(socket.closed_with())
    # Each wrong token has counted once.
    assert reasons[:2] == [(4401, "The token is not valid.")] * 2
    code, reason = reasons[2]
    assert (code, reason.startswith("Too many wrong tokens"), reason.endswith(" s.")) == (4401, True, True)


def test_nothing_is_answered_before_the_token(core: RunningCore, address: str) -> None:
    for headers in ({}, {"Authorization": f"Bearer {core.token}"}):
        with opened(address, additional_headers=headers) as socket:
            socket.subscribe("{ __typename }")
            assert socket.closed_with() == (4401, f"Not signed in: first {HOW}")
