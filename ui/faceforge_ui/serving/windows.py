"""Which part of a long list a page shows: its first rows, or those after a cursor, perhaps with rows passed over.

The windowed lists of the browser (`design/elements/windowed.js`) ask so: `cursor`, `skip`, `rows` and `count` in the
address of the list. Lists are read by cursors alone, so what is passed over is walked: without reading a row, in steps.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import QueryParams

from faceforge_storage.errors import BadRequest

FIRST, ROWS = 50, 100
"""How many rows the first view has, and each further part."""
STEP = 500
"""How many rows are passed over at once: as many as a page of the API may have."""
FURTHEST = 1_000_000
"""How many rows are passed over at most, in some seconds."""
MOST_DIGITS = 9
"""How long a number in an address may be: Python refuses to read some thousands."""
TOLD = 20
"""How many of the places it passed an answer tells, so that the way back is short."""

Step = Callable[[int, str | None], Awaitable[Mapping[str, Any]]]
"""Asks the list for `first` rows `after` a cursor, and answers its `pageInfo` with `endCursor` and `hasNextPage`."""


@dataclass
class Window:
    """The part of a list that is asked for: `rows` after the cursor `after`."""

    rows: int
    after: str | None
    counted: bool
    """Whether the page shows how many rows the whole list has."""
    passed: dict[int, str] = field(default_factory=dict)
    """Of rows passed over on the way: how many -> the cursor there."""


async def window(query: QueryParams, step: Step) -> Window:
    """The part that the address asks for; `step` walks to it. Raises BadRequest, and what `step` raises."""
    after, skip = query.get("cursor") or None, _number(query, "skip", 0, FURTHEST)
    whole = after is None and not skip
    rows = _number(query, "rows", FIRST if whole else ROWS, STEP)
    found = Window(rows, after, counted=whole or "count" in query)
    done = 0
    while done < skip:
        page = await step(min(STEP, skip - done), found.after)
        done += min(STEP, skip - done)
        found.after = page["endCursor"] or found.after
        if found.after is None:
            break
        found.passed[done] = found.after
        if not page["hasNextPage"]:
            found.counted = True  # the list is shorter than the browser thinks
            break
    found.passed = dict(list(found.passed.items())[-TOLD:])
    return found


def _number(query: QueryParams, name: str, default: int, most: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or len(text) > MOST_DIGITS or int(text) > most:
        raise BadRequest(f"{name} is a number from 0 to {most}.")
    return int(text)
