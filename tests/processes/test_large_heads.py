"""The head of a request is bounded before anybody knows who sends it."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator

import psutil
import pytest
from core_process import SECONDS, CoreProcess

KIB = 1024
LINE = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.fixture
def client(standing: CoreProcess) -> Iterator[socket.socket]:
    """A connection that has sent no token."""
    ports = standing.home.read_ports()
    with socket.create_connection((ports["core_host"], ports["core_port"]), timeout=SECONDS) as connection:
        yield connection


def answered(client: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """The first answer that comes, and all that comes after its headers until the server closes."""
    received = b""
    while part := client.recv(65536):
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    return int(status.split()[1]), dict(line.lower().split(": ", 1) for line in lines), body


def many(size: int) -> bytes:
    return b"".join(b"X-%06d: %b\r\n" % (number, b"y" * 244) for number in range(size // 256))


@pytest.mark.parametrize(
    "head",
    [
        LINE + b"X: " + b"y" * 70 * KIB + b"\r\n\r\n",
        LINE + many(66 * KIB) + b"\r\n",
        LINE + b"X" * 70 * KIB + b": y\r\n\r\n",
        b"GET /" + b"y" * 60 * KIB + b" HTTP/1.1\r\nX: " + b"y" * 10 * KIB + b"\r\n\r\n",
        LINE + b"X: " + b"y" * 74 * KIB,
        LINE + many(40 * KIB) + b"X: " + b"y" * 34 * KIB,
        b"GET /" + b"y" * 74 * KIB,
        b"\r\n" * 40 * KIB,
        LINE + b"Connection: Upgrade\r\nUpgrade: websocket\r\n" + many(70 * KIB) + b"\r\n",
    ],
    ids=[
        "one header",
        "many headers",
        "one name",
        "address and header together",
        "a header without end",
        "headers, the last without end",
        "an address without end",
        "empty lines",
        "a websocket",
    ],
)
@pytest.mark.parametrize("step", [1 << 30, 1000], ids=["at once", "bit by bit"])
def test_a_head_beyond_64_kib_is_refused(client: socket.socket, head: bytes, step: int) -> None:
    for at in range(0, len(head), step):
        client.sendall(head[at : at + step])
    status, headers, body = answered(client)
    assert (status, headers["connection"]) == (431, "close")
    assert headers["content-type"] == "application/problem+json"
    assert int(headers["content-length"]) == len(body)
    problem = json.loads(body)
    assert (problem["code"], problem["status"]) == ("headers_too_large", 431)


def test_a_head_of_60_kib_is_taken_each_time_anew(client: socket.socket) -> None:
    ports = client.getpeername()
    line = b"GET /healthz HTTP/1.1\r\nHost: %b:%d\r\n" % (ports[0].encode(), ports[1])
    one = line + many(30 * KIB) + b"X: " + b"y" * 29 * KIB + b"\r\n"
    client.sendall((one + b"\r\n") * 5 + one + b"Connection: close\r\n\r\n")
    status, _, rest = answered(client)
    assert (status, rest.count(b"HTTP/1.1 200")) == (200, 5)


def test_after_an_answer_the_next_head_is_bounded_too(standing: CoreProcess, client: socket.socket) -> None:
    host = standing.url.removeprefix("http://").encode()
    client.sendall(b"GET /healthz HTTP/1.1\r\nHost: %b\r\n\r\n" % host)
    assert client.recv(65536).startswith(b"HTTP/1.1 200")
    client.sendall(LINE + b"X: " + b"y" * 74 * KIB)
    assert answered(client)[0] == 431


def test_trailers_are_bounded(standing: CoreProcess, client: socket.socket) -> None:
    host = standing.url.removeprefix("http://").encode()
    head = b"PUT /v1/assets/upload HTTP/1.1\r\nHost: %b\r\nAuthorization: Bearer %b\r\n"
    client.sendall(head % (host, standing.token.encode()) + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
    before = standing.client.get("/v1/assets").json()["items"]
    try:
        client.sendall(b"0\r\nX: " + b"y" * 4096 * KIB)
        received = client.recv(1)
    except ConnectionError:
        received = b""
    assert received == b""  # it was closed, without an answer to what never was whole
    assert standing.client.get("/v1/assets").json()["items"] == before


def test_a_head_without_end_costs_no_memory(standing: CoreProcess, client: socket.socket) -> None:
    process = psutil.Process(standing.process.pid)
    standing.client.get("/healthz")
    before = process.memory_info().rss
    with contextlib.suppress(ConnectionError):  # it is closed on us
        client.sendall(LINE + b"X: ")
        for _ in range(64):
            client.sendall(b"y" * 1024 * KIB)
    assert process.memory_info().rss - before < 16 * 1024 * KIB
