"""A client that does not read what it asked for holds its answer for a bounded time (B2)."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import psutil
import pytest
from core_process import SECONDS, CoreProcess
from test_silent_connections import connect, head, until_closed, with_limits

MIB = 2**20
RECORDS, RECORD_BYTES = 12, 900_000
CLIENTS = 6
SEND_IDLE = 4


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoreProcess]:
    """A Core that has a list of ten MiB, and waits two seconds for who does not read."""
    home = with_limits(
        tmp_path_factory.mktemp("slow") / "home", send_idle_seconds=SEND_IDLE, answer_cache_bytes=0
    )
    core = CoreProcess(home)
    for number in range(RECORDS):
        body = {"display_name": f"{number}", "fields": {"text": "x" * RECORD_BYTES}}
        assert core.client.post("/v1/entities", json=body, timeout=SECONDS).status_code == 201
    yield core
    core.kill()


def ask(core: CoreProcess) -> socket.socket:
    """A client that has asked for the list, has the first byte of it, and takes little at a time."""
    client = connect(core)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    client.sendall(head(core, "GET /v1/entities", Authorization=f"Bearer {core.token}", Connection="close"))
    client.recv(1)
    return client


def is_connected(process: psutil.Process, client: socket.socket) -> bool:
    """Whether Core still has its end of the connection."""
    return client.getsockname() in [each.raddr for each in process.net_connections("tcp")]


@pytest.mark.alone
def test_who_does_not_read_is_cut_and_what_was_held_is_free_again(core: CoreProcess) -> None:
    process = psutil.Process(core.process.pid)
    with ask(core) as whole:
        answer = until_closed(whole)  # the first one costs what later ones need no more
    size = len(answer)
    assert len(json.loads(answer.partition(b"\r\n\r\n")[2])["items"]) == RECORDS
    before = process.memory_info().rss
    most, end = 0, time.monotonic() + SEND_IDLE + 8
    with ExitStack() as open_until_then:
        clients = [open_until_then.enter_context(ask(core)) for _ in range(CLIENTS)]
        while time.monotonic() < end and any(is_connected(process, client) for client in clients):
            most = max(most, process.memory_info().rss - before)
            time.sleep(0.05)
        assert not any(is_connected(process, client) for client in clients)
        assert all(len(until_closed(client)) < size for client in clients)
    # What waits is the encoded answer of each, and no copy of it.
    assert most < CLIENTS * size + 64 * MIB
    assert process.memory_info().rss - before < 64 * MIB
    assert core.client.get("/healthz").status_code == 200


def test_who_reads_slowly_gets_all(core: CoreProcess) -> None:
    with ask(core) as client:
        received, begun = 0, time.monotonic()
        while part := client.recv(256 * 1024):
            received += len(part)
            if received < 4 * MIB:
                time.sleep(0.2)
        assert time.monotonic() - begun > SEND_IDLE
    assert received > RECORDS * RECORD_BYTES


def test_a_small_answer_that_nobody_reads_does_not_hold_its_connection(core: CoreProcess) -> None:
    """Also many of them in a row, none of which is large by itself."""
    process = psutil.Process(core.process.pid)
    with connect(core) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one = head(core, "GET /openapi.json")
        client.settimeout(1)
        with suppress(TimeoutError):
            for _ in range(200):
                client.sendall(one)
        end = time.monotonic() + SEND_IDLE + 8
        while is_connected(process, client):
            assert time.monotonic() < end
            time.sleep(0.1)
