"""The journal: who changed what, from what, to what, and when. To read, and to follow as it grows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from enum import Enum
from functools import partial
from typing import Annotated, Any, cast

import strawberry
from sqlalchemy import Select
from strawberry import ID

from faceforge_executor import Objects
from faceforge_schema.context import Context, Reader
from faceforge_schema.declare.connections import collection, listing
from faceforge_schema.declare.fields import batched
from faceforge_schema.declare.lookup import lookup
from faceforge_schema.declare.operation import subscription
from faceforge_schema.declare.resources import Record, attribute, resource
from faceforge_schema.declare.signatures import argument
from faceforge_schema.values.scalars import EXAMPLES, BigInt, DateTime, JSONObject
from faceforge_schema.values.visible_jobs import SUPPLIED
from faceforge_storage import journal as rows
from faceforge_storage.database import keyset, tables
from faceforge_storage.database.keyset import Children, Order, Page
from faceforge_storage.jobs.jobs import no_hidden

POLL_SECONDS = 5.0
"""How long a subscription sleeps at most before it looks whether it has missed anything."""


@strawberry.enum(description="What a change did to a record.")
class Verb(Enum):
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"


@resource("changeset_id", needs="journal:read")
class Changeset(Record):
    """What one operation changed, all at once."""

    id: BigInt = attribute("Rises with time.")
    at: DateTime = attribute("When.")
    actor: str = attribute("Who: `install` or `token:` and its name.", example="install")
    operation: str = attribute("By which operation; of a job, its type.", example="createEntity")
    job_id: ID | None = attribute("The job that did it.")


@resource("change_id", needs="journal:read")
class Change(Record):
    """What happened to one record."""

    id: BigInt = attribute("Rises with time.")
    changeset_id: BigInt = attribute("The changeset it is part of.")
    record_type: str = attribute("What kind of record, such as `entity`.", example="entity")
    record_id: str = attribute("Which record; a link is `asset/entity`.", example=EXAMPLES["ID"])
    verb: Verb = attribute("Whether the record was made, changed or removed.")
    erased: bool = attribute("Whether a purge took the values away.")
    at: DateTime = attribute("When.")
    actor: str = attribute("Who.", example="install")
    operation: str = attribute("By which operation.", example="createEntity")


@strawberry.enum(description="What the journal can be sorted by.")
class JournalSort(Enum):
    ID = "id"


SEEN: dict[str, Callable[[Context], Any]] = {
    **SUPPLIED,
    "jobs": lambda context: "jobs:read" in context.actor.permissions,
}
"""What `_shown` takes."""


def _shown(every: bool, own_types: str, permissions: str, jobs: bool) -> dict[str, Any]:
    """What `changes_matching` takes, so that nobody hears of a job that they may not see."""
    types = own_types if jobs else None
    return {} if every else {"shown": partial(no_hidden, own_types=types, permissions=permissions)}


@lookup("GET /changesets/{changeset_id}", Changeset, needs="journal:read", argument=BigInt)
def changeset() -> Select[Any]:
    """Read a changeset by its id."""
    return rows.matching()


@listing("GET /changesets", Changeset, sort=JournalSort, needs="journal:read")
def changesets(
    ids: list[BigInt] | None = None,
    actor: str | None = None,
    operation: str | None = None,
    job_id: ID | None = None,
) -> Select[Any]:
    """List changesets, the newest first."""
    return rows.matching(ids=ids, actor=actor, operation=operation, job_id=job_id)


@listing("GET /changes", Change, sort=JournalSort, needs="journal:read", supplied=SEEN)
def changes(
    every: bool,
    own_types: str,
    permissions: str,
    jobs: bool,
    changeset_id: BigInt | None = None,
    record_type: str | None = None,
    record_id: str | None = None,
    record_ids: Annotated[
        list[str] | None, argument("Any of these records, whatever their types.", [EXAMPLES["ID"]])
    ] = None,
) -> Select[Any]:
    """List changes, the newest first. With `record_type` and `record_id`, the history of one record. Those of jobs
    and schedules are listed only for who may see the job or the schedule."""
    return rows.changes_matching(
        changeset_id=changeset_id,
        record_type=record_type,
        record_id=record_id,
        record_ids=record_ids,
        **_shown(every, own_types, permissions, jobs),
    )


@collection(Changeset, Change, sort=JournalSort, name="changes", supplied=SEEN)
def changes_of_changeset(every: bool, own_types: str, permissions: str, jobs: bool) -> Children:
    """The change of each record; that of a job or a schedule only for who may see it."""
    found = rows.changes_matching(**_shown(every, own_types, permissions, jobs))
    return Children(found, lambda changeset: tables.changes.c.changeset_row == changeset)


@batched(Change, reads=rows.SIDE_READS["before"])
def before(db: Reader, parents: Objects) -> Sequence[JSONObject | None]:
    """What stood before: all of a removed record; of a changed one what differs, in an object only the keys that do."""
    return _side(db, parents, "before")


@batched(Change, reads=rows.SIDE_READS["after"])
def after(db: Reader, parents: Objects) -> Sequence[JSONObject | None]:
    """What stands after: all of a new record; of a changed one what differs, in an object only the keys that do."""
    return _side(db, parents, "after")


@batched(Change, reads=rows.OFFSET_READS)
def list_offsets(_db: Reader, parents: Objects) -> Sequence[JSONObject | None]:
    """Of a changed record: for each list in `before` and `after` the index of its first element in the whole list."""
    return cast(
        "Sequence[JSONObject | None]",
        rows.list_offsets(*(parents.column(name) for name in rows.OFFSET_READS)),
    )


def _side(db: Reader, parents: Objects, side: str) -> Sequence[JSONObject | None]:
    """One side of each change: a fragment of JSON where it stands in the answer as it is stored."""
    stored = (parents.column(name) for name in rows.SIDE_READS[side])
    return cast("Sequence[JSONObject | None]", rows.sides(db, *stored))


@subscription(name="changesets", needs="journal:read")
async def follow_changesets(context: Context, after: BigInt | None = None) -> AsyncIterator[Changeset]:
    """Each changeset as it is committed; those after the id `after` first, when it is given."""
    database, turn = context.core.database, context.turn
    last = int(after) if after is not None else await database.read(turn._replace(light=True), rows.latest)
    while True:
        change = database.next_commit()
        news = await database.read(turn, keyset.fetch, rows.matching(after=last), Page(Order("id")))
        for row in news[: keyset.DEFAULT_LIMIT]:
            yield Changeset.of(row)
            last = row.id
        if len(news) <= keyset.DEFAULT_LIMIT:
            await database.wait_for_commit(change, POLL_SECONDS)
