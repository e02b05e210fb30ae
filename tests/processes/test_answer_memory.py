"""B2: what answers hold is bounded, whoever asks for how much and whether he reads it or not."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import psutil
import pytest
from clients import Client, all_at_once
from core_process import CoreProcess

pytestmark = pytest.mark.alone

MB = 1024 * 1024
ENTITIES = 60
MOST_MB = 450


class Watch:
    """The most memory that a process has, as seen from outside."""

    def __init__(self, core: CoreProcess) -> None:
        self._process, self._stop, self.peak = psutil.Process(core.process.pid), threading.Event(), 0
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._stop.wait(0.01):
            self.peak = max(self.peak, self.now)

    @property
    def now(self) -> int:
        return self._process.memory_info().rss // MB

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoreProcess]:
    """A Core with 60 entities of about 1 MB."""
    core = CoreProcess(tmp_path_factory.mktemp("full") / "home")
    fields = {f"k{number}": "x" * 1000 for number in range(960)}
    with Client(core.url, core.token) as client:
        for number in range(ENTITIES):
            answer = client.ask("POST", "/v1/entities", {"display_name": str(number), "fields": fields})
            assert answer.status == 201
    yield core
    core.kill()


@pytest.fixture(scope="module")
def other(full: CoreProcess) -> str:
    """Another token."""
    with Client(full.url, full.token) as client:
        made = client.ask("POST", "/v1/tokens", {"name": "other", "permissions": ["entities:read"]})
    return str(made.body["secret"])


def test_a_page_ends_early_and_all_pages_together_are_the_list(full: CoreProcess) -> None:
    seen: list[str] = []
    cursor, pages = "", 0
    with Client(full.url, full.token) as client:
        while True:
            page = client.ask("GET", f"/v1/entities?limit=500{cursor}").body
            seen += [each["entity_id"] for each in page["items"]]
            pages += 1
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
    assert pages == 2
    assert len(seen) == len(set(seen)) == ENTITIES


def test_what_is_no_page_is_refused_with_the_bound(full: CoreProcess) -> None:
    lists = " ".join(f"{name}: entities(first: 500) {{ nodes {{ fields }} }}" for name in "abc")
    with Client(full.url, full.token) as client:
        (error, *_) = client.ask("POST", "/graphql", {"query": f"{{ {lists} }}"}).body["errors"]
    assert error["extensions"]["code"] == "answer_too_large"
    assert "33554432 bytes" in error["message"]
    assert "limits.answer_bytes" in error["extensions"]["hint"]


def test_many_large_answers_at_once_stay_within_the_bound(full: CoreProcess, other: str) -> None:
    statuses: list[int] = []

    def ask(number: int) -> None:
        with Client(full.url, (full.token, other)[number % 2]) as client:
            statuses.extend(client.ask("GET", "/v1/entities?limit=500").status for _ in range(2))

    with Watch(full) as watch:
        all_at_once(8, ask)
    assert set(statuses) <= {200, 503}
    assert statuses.count(200) >= 8
    assert watch.peak < MOST_MB


def test_clients_that_do_not_read_hold_no_more_than_is_allowed(full: CoreProcess, other: str) -> None:
    """And no more than half of that, if they have one token: there is room for the answers to another."""
    address = urlsplit(full.url)
    lines = [
        "GET /v1/entities?limit=500 HTTP/1.1",
        f"Host: {address.netloc}",
        f"Authorization: Bearer {full.token}",
    ]
    head = "\r\n".join([*lines, "", ""])
    before = Watch(full).now
    with ExitStack() as opened, Watch(full) as watch:

        def ask_and_read_nothing() -> None:
            silent = opened.enter_context(
                socket.create_connection((address.hostname or "", address.port or 0))
            )
            silent.sendall(head.encode())

        for _ in range(16):
            ask_and_read_nothing()
        time.sleep(3)
        with Client(full.url, full.token) as client:
            slowest = max(client.ask("GET", "/healthz").seconds for _ in range(20))
            # Of many at once some are refused; those that come after them take what is left.
            while client.ask("GET", "/v1/entities?limit=500").status != 503:
                ask_and_read_nothing()
                time.sleep(0.5)
        with Client(full.url, other) as client:
            assert client.ask("GET", "/v1/entities?limit=500").status == 200
    assert watch.peak < MOST_MB
    assert slowest < 0.5
    end = time.monotonic() + 10
    while watch.now > before + 100 and time.monotonic() < end:
        time.sleep(0.1)
    assert watch.now <= before + 100
