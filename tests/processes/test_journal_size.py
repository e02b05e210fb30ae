"""B4: the journal grows with what was changed, not with the size of the record that was changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from core_process import CoreProcess
from stored import rows

KIB = 1024
LARGE = {f"k{number}": "x" * KIB for number in range(700)}
STEPS = 12
SENT = 2 * KIB
"""Bytes that each step changes, about."""


class Steps:
    """A large record, and a few small changes of it."""

    def __init__(self, core: CoreProcess) -> None:
        self.core = core

    def ask(self, method: str, path: str, body: Any) -> dict[str, Any]:
        answer = self.core.client.request(method, path, json=body).raise_for_status()
        made: dict[str, Any] = answer.json()
        return made

    def upload(self, tags: list[str]) -> str:
        sent = {"file": ("large.txt", b"the same bytes"), "meta": (None, json.dumps({"tags": tags}))}
        answer = self.core.client.post("/v1/assets/upload", files=sent).raise_for_status()
        return str(answer.json()["asset_id"])

    def one_key_at_a_time(self) -> str:
        made = self.ask("POST", "/v1/entities", {"display_name": "E", "fields": LARGE})["entity_id"]
        for number in range(STEPS):
            self.ask("PATCH", f"/v1/entities/{made}", {"fields": {f"k{number}": "y" * SENT}})
        return str(made)

    def a_key_far_inside(self) -> str:
        inside = {"a": {"b": [1], "c": LARGE}}
        made = self.ask("POST", "/v1/entities", {"display_name": "E", "plugin_data": {"p": inside}})
        for number in range(STEPS):
            step = {"plugin_data": {"p": {"a": {"c": {"deep": {f"k{number}": "y" * SENT}}}}}}
            self.ask("PATCH", f"/v1/entities/{made['entity_id']}", step)
        return str(made["entity_id"])

    def one_tag_more(self) -> str:
        made = self.upload([f"{number}-{'名' * 190}" for number in range(900)])
        for number in range(STEPS):
            assert self.upload([f"another {number}"]) == made
        return made


WAYS: dict[str, Callable[[Steps], str]] = {
    "one key at a time": Steps.one_key_at_a_time,
    "a key far inside": Steps.a_key_far_inside,
    "one tag more": Steps.one_tag_more,
}


@pytest.mark.parametrize("way", WAYS)
def test_small_changes_of_a_large_record_make_a_small_journal(standing: CoreProcess, way: str) -> None:
    record = WAYS[way](Steps(standing))
    texts = rows(
        standing.home,
        "SELECT ifnull(before, '') || ifnull(after, '') || ifnull(list_offsets, '') FROM changes "
        f"WHERE verb = 'update' AND record_id = '{record}'",
    )
    assert len(texts) == STEPS
    assert sum(len(text) for (text,) in texts) < STEPS * (2 * SENT + KIB)
    shown = standing.client.get(
        "/v1/changes", params={"record_id": record, "limit": STEPS}
    ).raise_for_status()
    assert len(json.loads(shown.content)["items"]) == STEPS
    assert len(shown.content) < STEPS * (2 * SENT + 2 * KIB)
