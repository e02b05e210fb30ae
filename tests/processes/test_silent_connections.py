"""Connections that say nothing, half a head or half a body are closed in time, and strangers cannot use up what those
with a token need: connections, file handles, the disk of the log (B6)."""

from __future__ import annotations

import contextlib
import json
import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import httpx
import psutil
import pytest
from core_process import COMMAND, SECONDS, CoreProcess
from stored import put, staged

HANDLES = 1024
STRANGERS = 1100
LOG_BYTES = 4096
"""How much the log may grow by what strangers do here."""
ANSWER_SECONDS = 5
"""Far more than an answer takes, on a busy machine too; a Core without a free handle answers none."""


class FewHandles(CoreProcess):
    """A Core that may have as many files open as most systems allow, and no more."""

    command: ClassVar = ["sh", "-c", f'ulimit -n {HANDLES}; exec "$@"', "sh", *COMMAND]


def with_limits(root: Path, **limits: float) -> Path:
    """A home with these settings."""
    (root / "config").mkdir(parents=True)
    (root / "config" / "core.json").write_text(json.dumps({"limits": limits}))
    return root


@pytest.fixture
def many_sockets() -> Iterator[None]:
    """The handles that this process needs to be so many clients."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(4096, hard)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoreProcess]:
    """A Core whose deadlines are three seconds each."""
    limits = {"head_seconds": 3, "body_idle_seconds": 3, "keep_alive_seconds": 3}
    core = CoreProcess(with_limits(tmp_path_factory.mktemp("impatient") / "home", **limits))
    yield core
    core.kill()


def connect(core: CoreProcess) -> socket.socket:
    ports = core.home.read_ports()
    return socket.create_connection((ports["core_host"], ports["core_port"]), timeout=SECONDS)


def head(core: CoreProcess, line: str, **headers: str) -> bytes:
    """The head of a request, without the token when none is given."""
    sent = {"Host": core.url.removeprefix("http://"), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in sent.items())
    return f"{line} HTTP/1.1\r\n{lines}\r\n".encode()


def until_closed(client: socket.socket) -> bytes:
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while part := client.recv(65536):
            received += part
    return received


def problem(answer: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return found


def logged(core: CoreProcess) -> int:
    return len(core.log()) + len(core.terminal())


# ---- strangers and those who are let in


@pytest.mark.alone
def test_silent_strangers_lock_nobody_out(tmp_path: Path, many_sockets: None) -> None:
    core = FewHandles(tmp_path / "home")
    try:
        core.client.get("/v1/system/info")
        before = logged(core)
        ports = core.home.read_ports()
        with contextlib.ExitStack() as strangers:
            for _ in range(STRANGERS):
                silent = strangers.enter_context(socket.socket())
                silent.setblocking(False)
                silent.connect_ex((ports["core_host"], ports["core_port"]))
            for number in range(3):
                asked = time.monotonic()
                with httpx.Client(
                    base_url=core.url, headers=core.client.headers, trust_env=False, timeout=ANSWER_SECONDS
                ) as client:
                    assert client.get("/v1/entities").status_code == 200
                    made = put(client, b"%d" % number * 200_000, "a.bin")
                    assert made.status_code == 201
                    got = client.get(f"/v1/assets/{made.json()['asset_id']}/download")
                    assert got.content == b"%d" % number * 200_000
                assert time.monotonic() - asked < ANSWER_SECONDS
            assert (
                psutil.Process(core.process.pid).num_fds() < HANDLES - 100
            )  # what uploads and downloads need
        assert logged(core) - before < LOG_BYTES
    finally:
        core.kill()


def test_a_connection_with_a_token_outlives_those_without(tmp_path: Path) -> None:
    core = CoreProcess(with_limits(tmp_path / "home", connections=8))
    try:
        ask = head(core, "GET /v1/system/info", Authorization=f"Bearer {core.token}")
        with connect(core) as mine, contextlib.ExitStack() as strangers:
            mine.sendall(ask)
            assert mine.recv(12) == b"HTTP/1.1 200"
            for _ in range(30):
                strangers.enter_context(connect(core))
            mine.sendall(ask[:-2] + b"Connection: close\r\n\r\n")
            assert until_closed(mine).count(b"HTTP/1.1 200") == 1
        assert "limits.connections" in core.log()
    finally:
        core.kill()


def test_the_log_does_not_grow_by_what_strangers_send(tmp_path: Path) -> None:
    core = CoreProcess(tmp_path / "home")
    try:
        core.client.get("/v1/system/info")
        before = logged(core)
        websocket = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        for sent in (
            b"nonsense\r\n\r\n",
            head(core, "GET /healthz", Connection="Upgrade", Upgrade="h2c"),
            head(core, "GET /graphql", **websocket),
            head(core, "GET /nowhere", **websocket, Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ=="),
            head(core, "GET /graphql", **websocket, Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==")
            + b"\xff" * 99,
            head(core, "GET /v1/entities", Authorization="Bearer wrong"),
            head(core, "POST /graphql", Content_Length="5") + b"{",
        ):
            for _ in range(40):
                with connect(core) as stranger:
                    stranger.sendall(sent)
                    stranger.shutdown(socket.SHUT_WR)
                    until_closed(stranger)
        assert logged(core) - before < LOG_BYTES
    finally:
        core.kill()


# ---- deadlines


def test_a_connection_that_says_nothing_is_closed(impatient: CoreProcess) -> None:
    with connect(impatient) as client:
        assert until_closed(client) == b""


def test_half_a_head_is_answered_and_closed_however_it_comes(impatient: CoreProcess) -> None:
    for step in (1000, 1):  # one by one they take longer than the deadline
        with connect(impatient) as client:
            begun = time.monotonic()
            half = head(impatient, "GET /healthz")[:-2]
            with contextlib.suppress(ConnectionError):  # it may be closed meanwhile
                for at in range(0, len(half), step):
                    client.sendall(half[at : at + step])
                    time.sleep(0.3)
            answer = until_closed(client)
            assert answer.startswith(b"HTTP/1.1 408 ")
            assert "limits.head_seconds" in problem(answer)["detail"]
            assert time.monotonic() - begun < 12  # not anew with each byte


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("PUT /v1/assets/upload?filename=a", "application/octet-stream"),
        ("POST /v1/entities", "application/json"),
        ("POST /graphql", "application/json"),
    ],
    ids=["a file", "JSON", "GraphQL"],
)
def test_half_a_body_is_answered_and_leaves_nothing(impatient: CoreProcess, line: str, kind: str) -> None:
    about = {"Authorization": f"Bearer {impatient.token}", "Content-Type": kind, "Content-Length": "99"}
    with connect(impatient) as client:
        client.sendall(head(impatient, line, **about) + b'{"dis')
        answer = until_closed(client)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"request_timeout"' in answer
    assert b"limits.body_idle_seconds" in answer
    assert staged(impatient.home) == []


def test_a_body_that_comes_on_slowly_is_waited_for(impatient: CoreProcess) -> None:
    """Also one that waits to be asked for (`Expect`): its time begins when it is."""
    about = {"Authorization": f"Bearer {impatient.token}", "Content-Length": "6", "Expect": "100-continue"}
    with connect(impatient) as client:
        client.sendall(head(impatient, "PUT /v1/assets/upload?filename=slow", **about, Connection="close"))
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        for _ in range(6):
            time.sleep(0.6)  # longer than the deadline in all
            client.sendall(b"x")
        assert until_closed(client).startswith(b"HTTP/1.1 201 ")


def test_the_rest_of_a_refused_body_is_not_awaited_for_ever(impatient: CoreProcess) -> None:
    with connect(impatient) as client:
        client.sendall(head(impatient, "PUT /v1/assets/upload?filename=a", Content_Length="1000"))
        assert client.recv(65536).startswith(b"HTTP/1.1 401 ")
        with contextlib.suppress(ConnectionError):
            for _ in range(80):  # more than the deadline
                client.sendall(b"x")
                time.sleep(0.1)
            raise AssertionError("it was still listened to")


def test_an_idle_connection_is_closed_and_requests_in_a_row_are_answered(impatient: CoreProcess) -> None:
    ask = head(impatient, "GET /healthz")
    with connect(impatient) as client:
        client.sendall(ask + ask + ask[:9])  # the third comes later, in time
        time.sleep(0.5)
        client.sendall(ask[9:])
        begun = time.monotonic()
        assert until_closed(client).count(b"HTTP/1.1 200 ") == 3
        assert time.monotonic() - begun < 10
