"""Writes that wait together share a commit: what is acknowledged is kept, each fails alone, and many clients write
more than one."""

from __future__ import annotations

import http.client
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from clients import Client, all_at_once, at_once
from core_process import SECONDS, CoreProcess
from slow_disk_core import COMMITS
from stored import rows

CLIENTS = 16
EACH = 20
"""Entities that each of them makes."""
SHARED_BY = 2
"""Writes that have one commit, at least, where it takes 50 ms more."""


class SlowDisk(CoreProcess):
    command = [sys.executable, str(Path(__file__).parent / "slow_disk_core.py"), "0.05"]  # noqa: RUF012  # read only


@pytest.fixture
def slow(tmp_path: Path) -> CoreProcess:
    return SlowDisk(tmp_path / "home")


def test_a_kill_under_16_clients_loses_nothing_acknowledged(tmp_path: Path) -> None:
    core = CoreProcess(tmp_path / "home")
    acknowledged: set[str] = set()
    enough = threading.Event()

    def create(number: int) -> None:
        with suppress(OSError, http.client.HTTPException), Client(core.url, core.token) as client:
            for turn in range(10_000):
                answer = client.ask("POST", "/v1/entities", {"display_name": f"{number} {turn}"})
                assert answer.status == 201
                acknowledged.add(answer.body["entity_id"])
                if len(acknowledged) > 300:
                    enough.set()

    threads = at_once(CLIENTS, create)
    assert enough.wait(SECONDS)
    core.process.kill()
    for thread in threads:
        thread.join()
    core.kill()
    again = CoreProcess(tmp_path / "home")  # which recovers the log of the database
    again.kill()
    stored = {each for (each,) in rows(again.home, "SELECT id FROM entities")}
    assert acknowledged <= stored
    assert len(stored) <= len(acknowledged) + CLIENTS
    changesets = "SELECT count(*) FROM changesets WHERE operation = 'createEntity'"
    assert rows(again.home, changesets) == [(len(stored),)]


def test_16_clients_share_the_commits_of_a_slow_disk(slow: CoreProcess) -> None:
    """How fast that is, `dev.py bench create_by_many` tells; how busy the machine is makes no difference here."""
    counted = slow.home.root / COMMITS
    before = counted.stat().st_size

    def create(_number: int) -> None:
        with Client(slow.url, slow.token) as client:
            for _ in range(EACH):
                assert client.ask("POST", "/v1/entities", {"display_name": "x"}).status == 201

    all_at_once(CLIENTS, create)
    slow.kill()
    assert counted.stat().st_size - before < CLIENTS * EACH / SHARED_BY


def test_a_write_that_fails_in_a_group_fails_alone(slow: CoreProcess) -> None:
    statuses: list[tuple[bool, int]] = []

    def create(number: int) -> None:
        taken = number % 2 == 0
        ids = [{"namespace": "n", "value": "one" if taken else str(number)}]
        entity = {"display_name": f"{number}", "external_ids": ids}
        with Client(slow.url, slow.token) as client:
            statuses.append((taken, client.ask("POST", "/v1/entities", entity).status))

    all_at_once(CLIENTS, create)
    slow.kill()
    assert sorted(statuses) == [(False, 201)] * 8 + [(True, 201)] + [(True, 409)] * 7
    assert rows(slow.home, "SELECT count(*) FROM entities") == [(9,)]
    assert rows(slow.home, "SELECT count(*), count(DISTINCT changeset_row) FROM changes") == [(9, 9)]


def test_equal_creates_in_a_group_make_one_record(slow: CoreProcess) -> None:
    made: list[tuple[int, str]] = []

    def create(_number: int) -> None:
        with Client(slow.url, slow.token) as client:
            answer = client.ask("POST", "/v1/entities", {"display_name": "one"}, idempotency_key="k")
        made.append((answer.status, answer.body["entity_id"]))

    all_at_once(CLIENTS, create)
    slow.kill()
    assert len(made) == CLIENTS
    assert len(set(made)) == 1
    assert rows(slow.home, "SELECT count(*) FROM entities") == [(1,)]
