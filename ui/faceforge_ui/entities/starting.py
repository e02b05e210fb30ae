"""The three first steps of a new library, and which of them are done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from faceforge_ui.entities.listing import Listing
from faceforge_ui.serving import View

FEW = 100
"""Who has more entities than this has found the way, and is not asked whether files and relationships are there."""
NEEDS = ("entities:write", "assets:write", "relationships:write")
"""What somebody may do who takes all three steps."""


@dataclass(frozen=True)
class Start:
    """Which steps are done; `entity` is the id of whose page the open ones lead to, empty while nobody is there."""

    someone: bool = False
    file: bool = False
    relation: bool = False
    entity: str = ""
    alone: bool = True
    """Whether there is nobody yet to whom the first could belong."""

    @property
    def over(self) -> bool:
        """Whether all three are done."""
        return self.someone and self.file and self.relation


async def start(view: View, wished: Listing, found: Mapping[str, Any]) -> Start | None:
    """The steps, for the whole list of a small library; None where they are not shown."""
    people, total = found["nodes"], found.get("totalCount", FEW)
    if wished.conditions or total >= FEW or not all(map(view.may, NEEDS)):
        return None
    if not people:
        return Start()
    done = await view.ask("Started")
    steps = Start(
        someone=True,
        file=bool(done["files"]["nodes"]),
        relation=bool(done["relations"]["nodes"]),
        entity=people[0]["id"],
        alone=total == 1,
    )
    return None if steps.over else steps
