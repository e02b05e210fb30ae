"""What goes wrong outside any field is answered in GraphQL's own form, at the place where it ended what ran."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from running_core import CONTRACT, RunningCore, running_core

from faceforge_schema import Actor, Context
from faceforge_storage.errors import Unavailable

GRAPHQL = "application/graphql-response+json"


def test_a_change_that_was_made_is_not_answered_as_if_it_had_not_run(tmp_path: Path) -> None:
    with running_core(tmp_path / "few", limits={"query_objects": 30}) as core:
        made = [
            core.request("POST", "/v1/entities", json={"display_name": str(n)}).json()["entity_id"]
            for n in range(12)
        ]
        for number in range(4):
            files = {"file": (f"{number}.txt", str(number).encode())}
            core.request("POST", "/v1/assets/upload", files=files, data={"entity_id": made})
        below = "assets(first: 4) { nodes { links { role } } }"
        query = (
            'mutation { a: createEntity(input: {displayName: "new"}) { id }'
            f' b: updateEntity(entityId: "{made[0]}", input: {{displayName: "changed"}}) {{ displayName {below} }}'
            ' c: createEntity(input: {displayName: "never"}) { id } }'
        )
        answer = core.request("POST", "/graphql", json={"query": query}, headers={"accept": GRAPHQL})
        assert answer.status_code == 200, answer.text
        (error,) = answer.json()["errors"]
        assert answer.json()["data"] is None
        assert (error["path"][0], error["extensions"]["code"]) == ("b", "query_too_complex")
        names = {each["display_name"] for each in core.request("GET", "/v1/entities").json()["items"]}
        assert {"new", "changed"} <= names
        assert "never" not in names


def test_an_unexpected_error_of_no_field_is_masked_and_in_graphqls_form(
    core: RunningCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ValueError("the secret cause")

    monkeypatch.setattr("faceforge_storage.database.database.stop_after", broken)
    answer = core.request(
        "POST", "/graphql", json={"query": "{ entities { totalCount } }"}, headers={"accept": GRAPHQL}
    )
    assert answer.headers["content-type"].startswith(GRAPHQL)
    assert answer.json()["errors"][0]["extensions"]["code"] == "internal"
    assert "secret" not in answer.text


def test_an_event_that_cannot_be_answered_does_not_end_its_subscription(
    core: RunningCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "subscription { changesets(after: 0) { id changes { nodes { verb } } } }"
    reading, calls = core.core.database.reading, []

    def now_and_then(work: Any, *args: Any, **kwargs: Any) -> Any:
        if "_on_snapshot" in getattr(work, "__qualname__", ""):
            calls.append(work)
            if len(calls) == 1:
                raise Unavailable("Another program holds the database.")
        return reading(work, *args, **kwargs)

    for name in ("first", "second"):
        core.request("POST", "/v1/entities", json={"display_name": name})
    monkeypatch.setattr(core.core.database, "reading", now_and_then)

    async def two_events() -> list[Any]:
        context = Context(core.core, Actor("test", core.core.permissions))
        stream: Any = await CONTRACT.subscribe(query, context_value=context)
        found = [await anext(stream), await anext(stream)]
        await stream.aclose()
        return found

    first, second = core.wait(two_events())
    assert [each.extensions["code"] for each in first.errors or ()] == ["unavailable"]  # type: ignore[index]  # masked
    assert second.errors is None
    assert second.data["changesets"]["changes"]["nodes"]
