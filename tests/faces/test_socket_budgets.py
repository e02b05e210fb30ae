"""What the answers on WebSockets hold: each by its own budget, until it is sent, and nothing when nobody waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from running_core import RunningCore, on_a_socket, running_core
from socket_client import Socket, opened
from starlette.websockets import WebSocket

MIB = 2**20
RECORD_BYTES = 900_000
LIMITS = {"answer_bytes": 4 * MIB, "answers_bytes": 12 * MIB, "query_objects": 8}
LIST = "{ entities(first: 3) { nodes { fields } } }"
LIST_BYTES = 3 * RECORD_BYTES


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCore]:
    """A Core whose answers may be of four MiB, with a list that needs three, and of eight objects."""
    with running_core(tmp_path_factory.mktemp("narrow") / "home", limits=LIMITS) as core:
        for number in range(3):
            body = {"display_name": f"{number}", "fields": {"text": "x" * RECORD_BYTES}}
            assert core.request("POST", "/v1/entities", json=body).status_code == 201
        yield core


@contextmanager
def signed_in(core: RunningCore, **options: Any) -> Iterator[Socket]:
    with (
        on_a_socket(core) as http,
        opened(http.replace("http", "ws") + "/graphql", max_size=None, **options) as socket,
    ):
        socket.send("connection_init", payload={"authorization": f"Bearer {core.token}"})
        assert socket.answer()["type"] == "connection_ack"
        yield socket


def until_nothing_is_held(core: RunningCore) -> None:
    end = time.monotonic() + 20
    while core.core.answers.held:
        assert time.monotonic() < end, f"{core.core.answers.held} bytes are held"
        time.sleep(0.02)


def test_an_answer_is_held_until_it_is_sent(narrow: RunningCore, monkeypatch: pytest.MonkeyPatch) -> None:
    held = []
    send_text = WebSocket.send_text

    async def noted(self: WebSocket, data: str) -> None:
        await send_text(self, data)
        if len(data) >= LIST_BYTES:
            held.append(narrow.core.answers.held)

    monkeypatch.setattr(WebSocket, "send_text", noted)
    with signed_in(narrow) as socket:
        socket.subscribe(LIST)
        assert len(socket.next()["entities"]["nodes"]) == 3
        until_nothing_is_held(narrow)
    (while_sent,) = held
    assert LIST_BYTES - 300_000 < while_sent < LIST_BYTES + 300_000  # as it is encoded, once


def test_each_answer_of_a_connection_counts_anew(narrow: RunningCore) -> None:
    """And so does each event of a subscription, the parsed journal of which counts several times its text."""
    with signed_in(narrow) as socket:
        socket.subscribe(
            "subscription { changesets { changes { nodes { after } } } }",
            "events",
        )
        for number in range(6):
            socket.subscribe(LIST, str(number))
            assert len(socket.next()["entities"]["nodes"]) == 3
            assert socket.answer() == {"id": str(number), "type": "complete"}
            body = {"display_name": "Ada", "fields": {"text": "x" * 300_000}}
            narrow.request("POST", "/v1/entities", json=body)
            (change,) = socket.next()["changesets"]["changes"]["nodes"]
            assert change["after"]["fields"] == body["fields"]
    until_nothing_is_held(narrow)


def test_many_at_once_are_answered_or_refused_one_by_one_and_the_connection_stays(
    narrow: RunningCore,
) -> None:
    with signed_in(narrow) as socket:
        for number in range(8):
            socket.subscribe(LIST, str(number))
        codes = []
        while len(codes) < 8:
            message = socket.answer()
            if message["type"] == "next":
                errors = message["payload"].get("errors")
                codes.append(errors[0]["extensions"]["code"] if errors else "ok")
            else:
                assert message["type"] in ("complete", "error"), message
                codes += ["overloaded"] * (message["type"] == "error")
        assert set(codes) <= {"ok", "overloaded"}
        assert "ok" in codes
        socket.subscribe("{ __typename }", "last")
        while (message := socket.answer())["type"] != "next" or message["id"] != "last":
            pass
    until_nothing_is_held(narrow)


def test_who_leaves_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    """A thread that still reads for them is stopped by what it counts next."""
    with running_core(tmp_path / "home") as core:
        for number in range(20):
            body = {"display_name": f"{number}", "fields": {"text": "x" * RECORD_BYTES}}
            assert core.request("POST", "/v1/entities", json=body).status_code == 201
        for number in range(24):
            with signed_in(core) as socket:
                socket.subscribe("{ entities { nodes { fields } } }", str(number))
                time.sleep(number % 12 / 600)
                if number % 2:
                    socket.send("complete", id=str(number))
        until_nothing_is_held(core)
