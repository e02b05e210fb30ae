"""A stop takes at most `limits.shutdown_seconds`, whatever is running, and ends with 0 (B8)."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import pytest
from core_process import SECONDS, CoreProcess
from stored import put
from test_silent_connections import connect, head, with_limits
from websockets.sync.client import connect as connect_websocket
from websockets.typing import Subprotocol

from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.ids import new_id
from faceforge_storage.database.migrate import migrate
from faceforge_storage.database.tables import entities
from faceforge_storage.entities import DEFAULTS
from faceforge_storage.home.home import open_home

STOP_SECONDS = 2
BUSY_MACHINE = 0.5
"""What starting and ending a process may take beside, on a machine with other work."""
ENTITIES, TEXT, SEARCHES = 100, 100_000, 20
QUERY = "{" + " ".join(f'a{n}: entities(q: "nothing {n}") {{ totalCount }}' for n in range(SEARCHES)) + "}"

GRAPHQL = {"Accept": "application/graphql-response+json"}


def home(root: Path, **limits: float) -> Path:
    """A home with so much text that a search through it takes long."""
    opened, _ = open_home(with_limits(root, **limits))
    migrate(opened.database_file, opened.backups_dir)
    database = Database(opened.database_file)

    def work(tx: Write) -> None:
        text = "Ä" * TEXT
        rows = [{"id": new_id(), **DEFAULTS, "display_name": "n", "aliases": [text]} for _ in range(ENTITIES)]
        tx.insert(entities, rows)

    database.writing("test", "many", work)
    database.close()
    return root


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return home(tmp_path_factory.mktemp("stopping") / "home", shutdown_seconds=STOP_SECONDS)


@pytest.fixture
def core(root: Path) -> Iterator[CoreProcess]:
    core = CoreProcess(root)
    core.client.timeout = SECONDS
    yield core
    core.kill()


def stopped(core: CoreProcess, *signals: int) -> float:
    """How long a stop takes; asserts that it ends with 0."""
    asked = time.monotonic()
    for number in signals or (signal.SIGTERM,):
        core.signal(number)
        time.sleep(0.3 if len(signals) > 1 else 0)
    code = core.wait()
    taken = time.monotonic() - asked
    assert code == 0, core.terminal()
    return taken


def another_client(core: CoreProcess) -> httpx.Client:
    """One with a connection of its own."""
    return httpx.Client(base_url=core.url, headers=core.client.headers, trust_env=False, timeout=2 * SECONDS)


@contextmanager
def searching(core: CoreProcess, clients: int = 12) -> Iterator[list[int]]:
    """Clients that each wait for a long search; afterwards, what they were answered."""
    answered: list[int] = []

    def search() -> None:
        with another_client(core) as client, suppress(httpx.TransportError):
            answered.append(client.post("/graphql", json={"query": QUERY}, headers=GRAPHQL).status_code)

    threads = [threading.Thread(target=search) for _ in range(clients)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    assert not answered, "a search must take longer than this, or the test shows nothing"
    yield answered
    for thread in threads:
        thread.join()


@pytest.mark.alone
def test_queries_that_run_and_wait_are_ended(core: CoreProcess) -> None:
    with searching(core) as answered:
        assert stopped(core) < STOP_SECONDS + BUSY_MACHINE
    assert 503 in answered
    assert set(answered) <= {200, 503}  # in GraphQL one field may have failed and another not


@pytest.mark.alone
def test_uploads_downloads_and_sockets_are_ended(core: CoreProcess) -> None:
    token = {"Authorization": f"Bearer {core.token}"}
    made = put(core.client, os.urandom(16 << 20), "big.bin").json()["asset_id"]
    with ExitStack() as clients:
        for line, further in (
            ("PUT /v1/assets/upload?filename=a", {"Content-Length": "1000"}),
            (f"GET /v1/assets/{made}/download", {}),
            ("GET /v1/entities?limit=500", {}),
            ("POST /v1/entities", {"Content-Length": "99", "Content-Type": "application/json"}),
        ):
            client = clients.enter_context(connect(core))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(
                head(core, line, **token, **further) + (b"{" if "Content-Length" in further else b"")
            )
        clients.enter_context(connect(core)).sendall(b"GET /half")
        address = core.url.replace("http://", "ws://") + "/graphql"
        protocols = [Subprotocol("graphql-transport-ws")]
        clients.enter_context(
            connect_websocket(address, subprotocols=protocols, proxy=None, close_timeout=0.1)
        )
        time.sleep(0.5)
        assert stopped(core) < STOP_SECONDS + BUSY_MACHINE


@pytest.mark.alone
def test_a_thread_that_a_disk_does_not_answer_is_left_behind(core: CoreProcess) -> None:
    """A pipe that nobody writes stands for a file on a disk that is gone: whoever opens it waits for ever."""
    made = put(core.client, b"bytes", "a.bin").json()
    file = next(core.home.assets_dir.rglob(made["content_hash"]))
    file.unlink()
    os.mkfifo(file)
    with connect(core) as client:
        line = f"GET /v1/assets/{made['asset_id']}/download"
        client.sendall(head(core, line, Authorization=f"Bearer {core.token}"))
        time.sleep(0.5)
        assert stopped(core) < STOP_SECONDS + BUSY_MACHINE
    file.unlink()


@pytest.mark.alone
def test_a_second_signal_ends_it_at_once(tmp_path: Path, core: CoreProcess) -> None:
    stopped(core)
    patient = CoreProcess(home(tmp_path / "patient", shutdown_seconds=20))
    try:
        with searching(patient):
            assert stopped(patient, signal.SIGINT, signal.SIGTERM) < 2
    finally:
        patient.kill()


@pytest.mark.alone
def test_what_was_acknowledged_while_it_stopped_is_there(core: CoreProcess) -> None:
    acknowledged: list[str] = []
    refused: list[int] = []

    def create() -> None:
        with another_client(core) as client, suppress(httpx.TransportError):
            while True:
                made = client.post("/v1/entities", json={"display_name": "made while it stopped"})
                if made.status_code == 201:
                    acknowledged.append(made.json()["entity_id"])
                else:
                    refused.append(made.status_code)

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(0.7)
    taken = stopped(core)
    for thread in threads:
        thread.join()
    assert taken < STOP_SECONDS + BUSY_MACHINE
    assert acknowledged
    assert set(refused) <= {503}
    again = CoreProcess(core.home.root)
    try:
        again.client.timeout = SECONDS
        for entity_id in acknowledged:
            assert again.client.get(f"/v1/entities/{entity_id}").status_code == 200
        assert stopped(again) < STOP_SECONDS + BUSY_MACHINE
    finally:
        again.kill()


@pytest.mark.alone
def test_a_stop_in_less_than_a_second_is_one(tmp_path: Path) -> None:
    core = CoreProcess(with_limits(tmp_path / "home", shutdown_seconds=0.5))
    try:
        with connect(core) as client:
            line = "PUT /v1/assets/upload?filename=a"
            client.sendall(head(core, line, Authorization=f"Bearer {core.token}", Content_Length="9"))
            time.sleep(0.3)
            assert psutil.pid_exists(core.process.pid)
            assert stopped(core) < 0.5 + BUSY_MACHINE
    finally:
        core.kill()
