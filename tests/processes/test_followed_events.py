"""Whoever follows events misses none and hears none twice: not when cut off, not when Core is killed."""

from __future__ import annotations

import itertools
import random
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from clients import Client, all_at_once
from core_process import CoreProcess
from dying_core import ARMED
from event_source import EventSource
from test_killed_core import dying

WRITES, WRITERS = 10_000, 8


def every_event(core: CoreProcess) -> list[dict[str, Any]]:
    """All events, page by page."""
    found: list[dict[str, Any]] = []
    page: dict[str, Any] = {"next_cursor": 0, "has_more": True}
    while page["has_more"]:
        page = core.client.get("/v1/events", params={"after": page["next_cursor"], "limit": 500}).json()
        found += page["items"]
    return found


def test_who_is_cut_off_during_ten_thousand_writes_hears_each_once_in_order(standing: CoreProcess) -> None:
    rng = random.Random(7)
    heard: list[dict[str, Any]] = []
    with EventSource(standing.url, standing.token, after=0) as source:
        last = source.last_id

    def write(number: int) -> None:
        with Client(standing.url, standing.token) as client:
            for count in range(WRITES // WRITERS):
                body = {"display_name": f"{number} {count}"}
                assert client.ask("POST", "/v1/entities", body).status == 201

    writing = threading.Thread(target=all_at_once, args=(WRITERS, write))
    writing.start()
    while writing.is_alive() or len(heard) < WRITES:
        with EventSource(standing.url, standing.token, after=last) as source:
            most = min(rng.randrange(1, 1500), WRITES - len(heard))
            heard += itertools.islice(source, most)
            last = source.last_id
        time.sleep(rng.random() / 2)
        if len(heard) == WRITES:
            break
    writing.join()
    assert heard == every_event(standing)
    assert [each["type"] for each in heard] == ["entity.created"] * WRITES


def test_a_kill_between_commit_and_delivery_loses_no_event(tmp_path: Path) -> None:
    home = tmp_path / "home"
    core = dying("after the commit")(home)
    source = EventSource(core.url, core.token).begun()
    made = core.client.post("/v1/entities", json={"display_name": "before"}).json()
    (first,) = source.take(1)
    (home / ARMED).touch()
    with pytest.raises(Exception, match=r"disconnected|reset|closed"):
        core.client.post("/v1/assets/upload", files={"file": ("a.txt", b"bytes")})
    source.close()
    core.kill()
    (home / ARMED).unlink()
    again = CoreProcess(home)
    try:
        with EventSource(again.url, again.token, after=source.last_id) as source:
            (asset,) = source.take(1)
        stored = again.client.get("/v1/assets").json()["items"]
        assert first["record_id"] == made["entity_id"]
        assert (asset["type"], asset["record_id"]) == ("asset.created", stored[0]["asset_id"])
        assert every_event(again) == [first, asset]
    finally:
        again.kill()
