"""A part of the journal as lines, for the pages that show one: of everything, of one operation, of one record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from faceforge_ui.history.lines import Line, changes_of, of_changes, of_changesets
from faceforge_ui.history.names import Change
from faceforge_ui.history.naming import names_of
from faceforge_ui.serving import Pages, View

pages = Pages(__name__)
PAGE = 50
"""How many operations or changes a page has."""


@dataclass(frozen=True)
class Told:
    """A page of lines; `after` is the cursor of the next page, None on the last."""

    lines: Sequence[Line]
    after: str | None


async def of_everything(view: View, first: int = PAGE, job: str | None = None) -> Told:
    """The newest operations, of one job if that is given, or those after the cursor `after` of the address."""
    asked = view.within(pages)
    found = (await asked.ask("History", first=first, after=view.query.get("after"), job=job))["changesets"]
    names = await names_of(changes_of(found["nodes"]), asked.ask, view.may)
    return Told(of_changesets(found["nodes"], names, view.actor.name), _next(found))


async def of_operation(view: View, changeset: int) -> Told:
    """All that one operation changed. Raises NotFound."""
    asked = view.within(pages)
    found = await asked.ask(
        "HistoryOfChangeset", changesetId=changeset, first=PAGE, after=view.query.get("after")
    )
    return await _changes(view, found["changes"])


async def of_record(view: View, record_type: str, record_id: str, first: int = PAGE) -> Told:
    """What happened to one record, such as `entity` and its id; the newest first. Needs `journal:read`."""
    found = await view.within(pages).ask(
        "HistoryOfRecord",
        recordType=record_type,
        recordId=record_id,
        first=first,
        after=view.query.get("after"),
    )
    return await _changes(view, found["changes"])


async def of_records(view: View, record_ids: Sequence[str], first: int = PAGE) -> Told:
    """What happened to several records of whatever types, the newest first. Needs `journal:read`."""
    found = await view.within(pages).ask(
        "HistoryOfRecords", recordIds=record_ids, first=first, after=view.query.get("after")
    )
    return await _changes(view, found["changes"])


async def _changes(view: View, found: dict[str, Any]) -> Told:
    nodes: list[Change] = found["nodes"]
    names = await names_of(nodes, view.within(pages).ask, view.may)
    return Told(of_changes(nodes, names, view.actor.name), _next(found))


def _next(found: dict[str, Any]) -> str | None:
    info: dict[str, str] = found["pageInfo"]
    return info["endCursor"] if info["hasNextPage"] else None
