"""What callers filter by leaves nothing behind: lists of values are bounded, and no statement is made for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from core_process import CoreProcess


@pytest.fixture
def core(tmp_path: Path) -> Iterator[CoreProcess]:
    made = CoreProcess(tmp_path / "home")
    yield made
    made.kill()


def memory(core: CoreProcess) -> float:
    """What the process holds, in MiB."""
    status = Path(f"/proc/{core.process.pid}/status").read_text()
    return int(next(each for each in status.splitlines() if each.startswith("VmRSS")).split()[1]) / 1024


def graphql(core: CoreProcess, query: str, **variables: Any) -> Any:
    return core.client.post("/graphql", json={"query": query, "variables": variables}).json()


def test_more_values_than_a_filter_takes_are_refused_on_both_faces(core: CoreProcess) -> None:
    asked = [
        (name, [f"v{place}" for place in range(count)])
        for name in ("tag", "ids")
        for count in (100, 101, 992)
    ]
    for name, values in asked:
        answer = core.client.get("/v1/entities", params=[(name, each) for each in values])
        body = graphql(
            core,
            f"query ($v: [{'ID' if name == 'ids' else 'String'}!]) {{ entities({name}: $v) {{ nodes {{ id }} }} }}",
            v=values,
        )
        if len(values) == 100:
            assert (answer.status_code, body.get("errors")) == (200, None)
            continue
        problem, error = answer.json(), body["errors"][0]["extensions"]
        assert (answer.status_code, error["status"]) == (422, 422)
        for errors in (problem["errors"], error["errors"]):
            assert [(each["pointer"], each["in"]) for each in errors] == [(f"/{name}", "query")]
        assert "limits.filter_values" in problem["detail"]
        assert str(len(values)) in problem["detail"]
    assert "ERROR" not in core.log()


def test_the_bound_of_a_filter_is_a_setting(tmp_path: Path) -> None:
    (tmp_path / "home" / "config").mkdir(parents=True)
    (tmp_path / "home" / "config" / "core.json").write_text('{"limits": {"filter_values": 2}}')
    core = CoreProcess(tmp_path / "home")
    try:
        statuses = [core.client.get("/v1/entities", params={"tag": ["a"] * n}).status_code for n in (2, 3)]
        assert statuses == [200, 422]
    finally:
        core.kill()


def test_distinct_requests_leave_memory_where_it_was(core: CoreProcess) -> None:
    """Distinct in the values, in their number, and in the columns, sorts and filters that make a statement's text."""
    dice = Random(8)
    fields = "id displayName aliases tags fields externalIds { value } pluginData createdAt updatedAt deletedAt version"
    names = fields.replace(" { value }", "").split()
    sorts = [(by, way) for by in ("CREATED_AT", "UPDATED_AT", "DISPLAY_NAME") for way in ("ASC", "DESC")]

    def ask(rounds: int) -> None:
        for _ in range(rounds):
            picked = dice.sample(names, dice.randint(1, len(names)))
            chosen = " ".join(f"{each} {{ value }}" if each == "externalIds" else each for each in picked)
            by, way = dice.choice(sorts)
            given = [
                f"tag: {[f't{dice.random()}' for _ in range(dice.randint(1, 100))]}".replace("'", '"'),
                f'q: "{dice.random()}"',
                f'externalId: "a:{dice.random()}"',
                'updatedSince: "2026-01-31T08:09:10Z"',
            ]
            filters = ", ".join(dice.sample(given, dice.randint(1, 4)))
            page = f"first: 1, sortBy: {by}, sortOrder: {way}, {filters}"
            query = f"{{ entities({page}) {{ nodes {{ {chosen} }} totalCount }} }}"
            assert "errors" not in graphql(core, query)

    before = memory(core)
    ask(600)
    full = memory(core)
    ask(300)
    assert full - before < 150
    assert memory(core) - full < 40
