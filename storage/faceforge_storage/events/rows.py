"""The events of the journal, read off it: an event is a change, and its id is the number of that row.

Whoever reads goes through the journal in pages of so many rows, whatever of them is wanted: so a filter that fits
nothing costs no more than one that fits all, and the position moves on all the same.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from faceforge_storage.database.dialects import among, json_keys, json_kind
from faceforge_storage.database.json_columns import loads
from faceforge_storage.database.tables import RECORDS, changes, changesets, job_types, jobs
from faceforge_storage.errors import CursorExpired
from faceforge_storage.events.event import LINKS, Event, EventTypes, Fields, Wanted, noun_of, public_names

PAGE_ROWS = 20_000
"""How many rows of the journal one page goes through at most."""
ID_LENGTH = 64

_PUBLIC_NAMES = {record_type: public_names(record_type) for record_type in RECORDS}


class Kept(NamedTuple):
    """The ids of the oldest event that the journal still has, and of the newest; 1 and 0 before the first."""

    oldest: int
    newest: int

    def check(self, after: int) -> None:
        """Raise CursorExpired unless all that followed the event `after` is still there."""
        if after < self.oldest - 1:
            raise CursorExpired(
                f"The events after {after} are not kept any more; the oldest that is kept is {self.oldest}."
            )
        if after > self.newest:
            raise CursorExpired(
                f"There is no event {after} yet, the newest is {self.newest}: the cursor is of another data "
                "directory, or of a state before a backup was restored."
            )


class Page(NamedTuple):
    """Events in their order; `position` is the id up to which everything was looked at."""

    events: list[Event]
    position: int
    kept: Kept

    @property
    def has_more(self) -> bool:
        """Whether there are events after the position."""
        return self.position < self.kept.newest


def kept(db: Connection) -> Kept:
    """Which events the journal has."""
    # Each by itself: of both at once SQLite would read the whole table.
    oldest, newest = (select(end(changes.c.row_id)).scalar_subquery() for end in (func.min, func.max))
    found = db.execute(select(oldest.label("oldest"), newest.label("newest"))).one()
    return Kept(1, 0) if found.newest is None else Kept(found.oldest, found.newest)


def page(
    db: Connection,
    types: EventTypes,
    wanted: Wanted,
    after: int | None,
    limit: int,
    *,
    until: int | None = None,
) -> Page:
    """The first events after the id `after`, or from the oldest on, up to the id `until`, at most `limit`.

    Raises CursorExpired.
    """
    bounds = kept(db)
    start = bounds.oldest - 1 if after is None else after
    bounds.check(start)
    end = min(start + PAGE_ROWS, bounds.newest if until is None else until)
    readable = types.readable(wanted)
    found = _select(start, end, readable, wanted.record_ids).limit(limit)
    rows = db.execute(found).all() if readable else []
    events = [each for row in rows if wanted.may_read(each := _event(types, row._mapping))]
    position = rows[-1].event_id if len(rows) == limit else end
    return Page(events, position, bounds)


def _select(start: int, end: int, types: list[str], record_ids: frozenset[str] | None) -> Select[Any]:
    columns = changes.c
    conditions = [columns.row_id > start, columns.row_id <= end, among(_TYPE, types)]
    if record_ids is not None:
        ends = [
            func.substr(columns.record_id, 1, ID_LENGTH),
            func.substr(columns.record_id, ID_LENGTH + 2),
        ]
        of_an_end = or_(*(among(each, record_ids) for each in ends))
        conditions.append(
            or_(
                and_(columns.record_type.not_in(LINKS), among(columns.record_id, record_ids)),
                and_(columns.record_type.in_(LINKS), of_an_end),
            )
        )
    shown: list[ColumnElement[Any]] = [
        columns.row_id.label("event_id"),
        changesets.c.at,
        _TYPE.label("type"),
        columns.record_type,
        columns.record_id,
        case((columns.verb == "update", json_keys(columns.after))).label("names"),
        columns.changeset_row.label("changeset_id"),
        changesets.c.actor,
        case((columns.record_type == "job", _OF_JOB)).label("job_type"),
        case((columns.record_type == "job", _NEEDS_OF_JOB)).label("job_needs"),
    ]
    return (
        select(*shown)
        .join(changesets, changesets.c.row_id == columns.changeset_row)
        .where(*conditions)
        .order_by(columns.row_id)
    )


def _type() -> ColumnElement[str]:
    """The type of the event that a change is.

    A purge takes the values of the earlier changes of its record away, and with them what they did to it.
    """
    columns = changes.c
    in_trash = json_kind(columns.after, "deleted_at")
    is_link = columns.record_type.in_(LINKS)
    verb = case(
        (and_(is_link, columns.verb == "delete"), "unlinked"),
        (is_link, "linked"),
        (columns.verb == "insert", "created"),
        (and_(columns.verb == "delete", columns.erased), "purged"),
        (columns.verb == "delete", "deleted"),
        (in_trash == "text", "trashed"),
        (in_trash == "null", "restored"),
        else_="updated",
    )
    noun = case({name: noun_of(name) for name in LINKS}, value=columns.record_type, else_=columns.record_type)
    return noun + literal(".") + verb


_TYPE = _type()
_OF_JOB = select(jobs.c.job_type).where(jobs.c.id == changes.c.record_id).correlate(changes).scalar_subquery()
"""The kind of the job that a change is of, while there is that job."""
_NEEDS_OF_JOB = (
    select(cast(job_types.c.needs, Text))
    .join(jobs, jobs.c.job_type == job_types.c.name)
    .where(jobs.c.id == changes.c.record_id)
    .correlate(changes)
    .scalar_subquery()
)
"""What seeing it needs, where its kind was registered."""


def _event(types: EventTypes, row: Any) -> Event:
    record_type = row["record_type"]
    names = loads(row["names"]) if row["names"] is not None else []
    fields = Fields(
        row["event_id"],
        row["at"],
        row["type"],
        record_type,
        row["record_id"],
        _PUBLIC_NAMES[record_type](names),
        row["changeset_id"],
        row["actor"],
    )
    also = types.needs_of_jobs.get(row["job_type"], frozenset(loads(row["job_needs"]) or ()))
    return Event(fields, types.needs.get(record_type), also)
