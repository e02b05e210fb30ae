"""A client that takes a little all the time holds an answer for a bounded time as well (B2)."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator

import psutil
import pytest
from core_process import SECONDS, CoreProcess
from test_silent_connections import connect, head, with_limits
from test_slow_clients import ask, is_connected
from websockets.client import ClientProtocol
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

SEND_SECONDS = 6
RECORDS, RECORD_BYTES = 12, 900_000


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoreProcess]:
    """A Core that has a list of ten MiB, and gives three seconds for it."""
    core = CoreProcess(with_limits(tmp_path_factory.mktemp("trickle") / "home", send_seconds=SEND_SECONDS))
    for number in range(RECORDS):
        body = {"display_name": f"{number}", "fields": {"text": "x" * RECORD_BYTES}}
        assert core.client.post("/v1/entities", json=body, timeout=SECONDS).status_code == 201
    yield core
    core.kill()


def seconds_until_cut(core: CoreProcess, client: socket.socket) -> float:
    """How long Core keeps its end while the client takes 20 KB every 50 ms."""
    process, begun = psutil.Process(core.process.pid), time.monotonic()
    while is_connected(process, client):
        client.recv(20_000)
        assert time.monotonic() - begun < SEND_SECONDS + 10
        time.sleep(0.05)
    return time.monotonic() - begun


def test_an_answer_that_goes_out_in_a_trickle_is_cut(core: CoreProcess) -> None:
    with ask(core) as client:
        assert seconds_until_cut(core, client) > SEND_SECONDS - 1


def test_a_message_that_goes_out_in_a_trickle_is_cut(core: CoreProcess) -> None:
    protocol = ClientProtocol(
        parse_uri(core.url.replace("http", "ws") + "/graphql"),
        subprotocols=[Subprotocol("graphql-transport-ws")],
    )
    sign_in = {"type": "connection_init", "payload": {"authorization": f"Bearer {core.token}"}}
    asks = {"id": "1", "type": "subscribe", "payload": {"query": "{ entities { nodes { fields } } }"}}
    with connect(core) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        protocol.send_request(protocol.connect())
        client.sendall(b"".join(protocol.data_to_send()))
        while protocol.state is State.CONNECTING:
            protocol.receive_data(client.recv(4096))
        for message in (sign_in, asks):
            protocol.send_text(json.dumps(message).encode())
            client.sendall(b"".join(protocol.data_to_send()))
            client.recv(4096)
        assert seconds_until_cut(core, client) > SEND_SECONDS - 1


def test_each_answer_of_a_connection_has_the_time_for_itself(core: CoreProcess) -> None:
    """Also of requests that were sent together, so that something waits for the client all the time."""
    request = head(core, "GET /v1/entities", Authorization=f"Bearer {core.token}")
    wanted, received, begun = 3 * RECORDS * RECORD_BYTES, 0, time.monotonic()
    with connect(core) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.sendall(3 * request)
        while received < wanted and (part := client.recv(2**20)):
            received += len(part)
            due = begun + received / wanted * 2 * SEND_SECONDS
            time.sleep(max(0.0, due - time.monotonic()))
    assert received >= wanted
    assert time.monotonic() - begun > 1.5 * SEND_SECONDS
