"""Who is in the sample library, and how they look: `cast.json`, beside this file. All of them are invented."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sample.look import Look


@dataclass(frozen=True)
class Member:
    """One entity of the sample library, and what files it gets."""

    key: str
    """How the other modules name it, and how its files begin."""
    name: str
    look: Look
    aliases: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    """How many `pictures`, `scenes` and `sounds` there are, and whether there is a `model`."""
    external_ids: list[dict[str, str]] = field(default_factory=list)

    def count(self, what: str) -> int:
        return int(self.files.get(what, 0))


def _member(said: dict[str, Any]) -> Member:
    look = said.pop("look")
    return Member(**said, look=Look(**{**look, "extras": frozenset(look.get("extras", "").split())}))


CAST = tuple(
    _member(each) for each in json.loads(Path(__file__).with_name("cast.json").read_text(encoding="utf-8"))
)
