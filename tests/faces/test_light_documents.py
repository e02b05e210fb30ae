"""Which documents do not wait behind others: look-ups of a few records, and nothing that reads more."""

from __future__ import annotations

from typing import Any

import pytest
from running_core import RunningCore

from faceforge_storage.scheduling.fair_queue import OWN

NOBODY = "0" * 64


@pytest.mark.parametrize(
    ("query", "light"),
    [
        (f'{{ entity(entityId: "{NOBODY}") {{ displayName }} }}', True),
        (f'{{ relationship(relationshipId: "{NOBODY}") {{ srcEntity {{ displayName }} }} }}', True),
        ('{ assetByHash(algorithm: "sha256", hex: "00") { id } }', True),
        (f'{{ entity(entityId: "{NOBODY}") {{ assets {{ totalCount }} }} }}', False),
        ("{ entities(first: 1) { nodes { id } } }", False),
        ("{ entities(first: 0) { totalCount } }", False),
        ("{ systemInfo { counts { entities } } }", False),
        ("{ " + " ".join(f'a{n}: entity(entityId: "{n}") {{ id }}' for n in range(11)) + " }", False),
    ],
)
def test_only_a_few_single_records_are_light(
    core: RunningCore, monkeypatch: pytest.MonkeyPatch, query: str, light: bool
) -> None:
    turns: list[Any] = []
    read = core.core.database.read

    async def noted(turn: Any, *arguments: Any, **named: Any) -> Any:
        turns.append(turn)
        return await read(turn, *arguments, **named)

    monkeypatch.setattr(core.core.database, "read", noted)
    assert core.request("POST", "/graphql", json={"query": query}).status_code == 200
    theirs = [turn for turn in turns if turn.client != OWN.client]  # Core reads for itself, too
    assert [turn.light for turn in theirs] == [light]
