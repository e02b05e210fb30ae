"""Tags: read from a `ff-tag-input`, and given to or taken from several records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from faceforge_storage.errors import FaceForgeError, VersionConflict
from faceforge_ui.serving.selection import each_of, left
from faceforge_ui.serving.words import plural

TRIES = 3
"""How often a change is tried while others change the same record."""

Tagged = tuple[list[str], int]
"""The tags of a record, and its version."""
Read = Callable[[list[str]], Awaitable[dict[str, Tagged]]]
"""The records with these ids that are there."""
Write = Callable[[str, list[str], int], Awaitable[Any]]
"""Writes all tags of a record at a version; raises VersionConflict."""


def read_tags(texts: Iterable[str]) -> list[str]:
    """Each tag once, in the order they were written; commas divide, blanks around them do not count."""
    parts = (part.strip() for text in texts for part in text.split(","))
    return list(dict.fromkeys(part for part in parts if part))


@dataclass
class Retagged:
    """What came of giving tags to records, or of taking them away."""

    words: list[str]
    removing: bool
    changed: list[str] = field(default_factory=list)
    """The ids of those whose tags are others now."""
    failed: list[FaceForgeError] = field(default_factory=list)
    exact: bool = True
    """Whether doing the opposite to `changed` brings back what was: none had only some of the tags."""

    def said(self, one: str, many: str = "") -> str:
        """`3 files got the tags a, b`."""
        tags = f"the {'tag' if len(self.words) == 1 else 'tags'} {', '.join(self.words)}"
        if not self.changed and not self.failed:
            return f"All of them are {'without' if self.removing else 'with'} {tags} already"
        verb = "lost" if self.removing else "got"
        return f"{plural(len(self.changed), one, many)} {verb} {tags}{left(self.failed)}"


async def retag(ids: list[str], words: list[str], read: Read, write: Write, *, removing: bool) -> Retagged:
    """Give tags to records, or take them away; raises what the first one raised where none could be changed.

    Whoever changes a record at the same time loses nothing: it is read again then.
    """
    present = await read(ids)
    made = Retagged(words, removing)

    async def one(record: str) -> None:
        for tried in range(TRIES):
            before, version = present[record]
            tags = [each for each in before if not removing or each not in words]
            tags += [] if removing else [each for each in words if each not in before]
            if tags == before:
                return
            try:
                await write(record, tags, version)
            except VersionConflict:
                if tried + 1 == TRIES:
                    raise
                present.update(await read([record]))
            else:
                made.changed.append(record)
                made.exact &= abs(len(tags) - len(before)) == len(words)
                return

    _, made.failed = await each_of([each for each in ids if each in present], one)
    return made
