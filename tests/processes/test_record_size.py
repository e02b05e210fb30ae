"""B3: a record is at most 1 MiB of JSON, however it grew to that."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from core_process import CoreProcess

KIB = 1024
PART = "x" * 300 * KIB
STEPS = 6
"""Four of them are more than fits."""


class Growing:
    """A record that grows by 300 KiB a step."""

    def __init__(self, core: CoreProcess) -> None:
        self.client = core.client

    def make(self, path: str, body: dict[str, Any]) -> str:
        made = self.client.post(path, json=body).raise_for_status().json()
        return str(made[next(key for key in made if key.endswith("_id"))])

    def upload(self, content: str, **form: Any) -> httpx.Response:
        meta = {"meta": (None, json.dumps(form.pop("meta")))} if "meta" in form else {}
        return self.client.post("/v1/assets/upload", files={"file": ("f", content), **meta}, data=form)

    def patched(self, path: str, column: str) -> Callable[[int], httpx.Response]:
        return lambda step: self.client.patch(path, json={column: {f"k{step}": PART}})

    def entity(self, column: str) -> Callable[[int], httpx.Response]:
        return self.patched(f"/v1/entities/{self.make('/v1/entities', {'display_name': 'E'})}", column)

    def asset(self, column: str) -> Callable[[int], httpx.Response]:
        asset = self.upload(column).raise_for_status().json()["asset_id"]
        return self.patched(f"/v1/assets/{asset}", column)

    def relationship(self) -> Callable[[int], httpx.Response]:
        ends = [self.make("/v1/entities", {"display_name": name}) for name in "AB"]
        body = {"src_entity_id": ends[0], "dst_entity_id": ends[1], "relationship_type": "friend"}
        return self.patched(f"/v1/relationships/{self.make('/v1/relationships', body)}", "fields")

    def two_columns(self) -> Callable[[int], httpx.Response]:
        path = f"/v1/entities/{self.make('/v1/entities', {'display_name': 'E'})}"
        columns = [self.patched(path, column) for column in ("fields", "plugin_data")]
        return lambda step: columns[step % 2](step)


def tags(step: int) -> list[str]:
    return [f"{step}-{number}-{'名' * 190}" for number in range(520)]


WAYS: dict[str, Callable[[Growing], Callable[[int], httpx.Response]]] = {
    "patches of fields": lambda g: g.entity("fields"),
    "patches of plugin_data": lambda g: g.entity("plugin_data"),
    "patches of two columns": Growing.two_columns,
    "patches of user_metadata": lambda g: g.asset("user_metadata"),
    "patches of a relationship": Growing.relationship,
    "sidecars of the same bytes": lambda g: lambda step: g.upload("a", meta={f"k{step}": PART}),
    "tags of the same bytes": lambda g: lambda step: g.upload("b", meta={"tags": tags(step)}),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_record_grows_to_a_mebibyte_and_no_further(standing: CoreProcess, way: str) -> None:
    grow = WAYS[way](Growing(standing))
    answers = [grow(step) for step in range(STEPS)]
    assert [answer.status_code for answer in answers[3:]] == [422] * 3
    problem = answers[-1].json()
    assert problem["code"] == "record_too_large"
    assert "limits.record_bytes allows 1048576" in problem["detail"]
    assert problem["hint"]
    assert 850 * KIB < len(answers[2].raise_for_status().content) < 1100 * KIB


def test_a_create_that_becomes_larger_than_its_body_is_refused(standing: CoreProcess) -> None:
    """A number of four characters is stored with eighteen."""
    fields = f'{{"n": [{",".join(["1e15"] * 100_000)}]}}'
    body = f'{{"display_name": "E", "fields": {fields}}}'
    answer = standing.client.post("/v1/entities", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "record_too_large")
