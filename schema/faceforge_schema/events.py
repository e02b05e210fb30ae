"""Events: what happens, by names alone and without values, for whoever wants to hear of it. To read and to follow."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

import strawberry
from strawberry import ID

from faceforge_schema.context import Context, Reader
from faceforge_schema.declare.operation import query, subscription
from faceforge_schema.declare.resources import attribute
from faceforge_schema.declare.signatures import argument
from faceforge_schema.values.scalars import EXAMPLES, BigInt, DateTime, JSONObject
from faceforge_storage.database.keyset import DEFAULT_LIMIT, MAX_LIMIT
from faceforge_storage.errors import CursorExpired, Fault, InvalidInput
from faceforge_storage.events import event, rows

PULSE_SECONDS = 15.0
"""After this long without an event whoever follows is told how far the journal was looked at."""

After = Annotated[
    BigInt | None, argument("The id of the last event you have; `next_cursor` of the answer before.", 1842)
]
Types = Annotated[
    list[str] | None,
    argument("Only events of these types; `entity.*` stands for all of entities.", ["entity.*"]),
]
RecordIds = Annotated[
    list[ID] | None,
    argument("Only events of these records; that of a link is of both its ends.", [EXAMPLES["ID"]]),
]


@strawberry.type(description="What happened to a record, or, without an id, to something that is none.")
class Event:
    event_id: BigInt | None = attribute(
        "Rises with time; `change_id` of the journal. Null for an ephemeral event, which is told only once.",
        example=1842,
    )
    at: DateTime = attribute("When.")
    type: str = attribute("What happened.", example="entity.updated")
    record_type: str | None = attribute("What kind of record, as the journal has it.", example="entity")
    record_id: str | None = attribute("Which record; a link is `asset/entity`.", example=EXAMPLES["ID"])
    changed: list[str] = attribute(
        "The keys that an update changed, beside `version` and `updated_at`; of a purged record none are known.",
        example=["display_name"],
    )
    changeset_id: BigInt | None = attribute(
        "The changeset it is part of; null for an ephemeral event.", example=977
    )
    actor: str | None = attribute("Who: `install` or `token:` and its name.", example="install")
    data: JSONObject | None = attribute("Of an ephemeral event: what there is to say.")


@strawberry.type(description="Events in the order they happened, and where to go on.")
class EventPage:
    items: list[Event] = attribute("The events.")
    next_cursor: BigInt = attribute(
        "Give it as `after` for what follows, also when there is no item.", example=1842
    )
    has_more: bool = attribute("Whether the journal goes on after `next_cursor`.")
    oldest_event_id: BigInt = attribute("The oldest event that is kept; 1 when none was ever dropped.")
    last_event_id: BigInt = attribute("The newest event; 0 when nothing ever happened.", example=1842)


@strawberry.type(description="Events as they happen.")
class EventBatch:
    items: list[Event] = attribute("The events; none where only the cursor has moved.")
    next_cursor: BigInt = attribute("Give it as `after` to go on from here.", example=1842)


@query("GET /events", needs=None, errors=(CursorExpired,), volatile=True)
def events(
    db: Reader,
    context: Context,
    after: After = None,
    limit: Annotated[int, argument(f"How many at most, 1 to {MAX_LIMIT}.", 100)] = DEFAULT_LIMIT,
    types: Types = None,
    record_id: RecordIds = None,
) -> EventPage:
    """List events, the oldest first. From the oldest that is kept, or after a given one. Any token may ask, and is told
    what it may read."""
    if not 1 <= limit <= MAX_LIMIT:
        raise _refused("limit", f"must lie between 1 and {MAX_LIMIT}", "out_of_range")
    found = rows.page(db, context.core.events.types, wanted(context, types, record_id), after, limit)
    return EventPage(
        items=[shown(each) for each in found.events],
        next_cursor=BigInt(found.position),
        has_more=found.has_more,
        oldest_event_id=BigInt(found.kept.oldest),
        last_event_id=BigInt(found.kept.newest),
    )


@subscription(name="events", needs=None)
async def follow_events(
    context: Context, after: After = None, types: Types = None, record_id: RecordIds = None
) -> AsyncIterator[EventBatch]:
    """Events as they happen, those after the id `after` first, when it is given. The first batch is empty and says
    where it begins; later such ones move the cursor on past events that are not wanted."""
    told = None
    following = context.core.events.follow(
        wanted(context, types, record_id), after, context.turn, pulse_seconds=PULSE_SECONDS
    )
    async with aclosing(following) as batches:
        async for batch in batches:
            if batch.events or batch.position != told:
                told = batch.position
                items = [shown(each) for each in batch.events]
                yield EventBatch(items=items, next_cursor=BigInt(batch.position))


def wanted(context: Context, types: list[str] | None, record_id: list[ID] | None) -> event.Wanted:
    """The events that whoever asks may read, of those asked for; raises InvalidInput."""
    most = context.core.settings.limits.filter_values
    for name, values in (("types", types), ("record_id", record_id)):
        if values is not None and len(values) > most:
            raise _refused(name, f"has at most {most} values (`limits.filter_values`)", "too_long")
    return context.core.events.wanted(context.actor.permissions, types, record_id)


def shown(found: event.Event) -> Event:
    """An event as an object of the schema."""
    made = Event.__new__(Event)
    made.__dict__.update(found.fields._asdict())
    return made


def _refused(name: str, message: str, code: str) -> InvalidInput:
    return InvalidInput(f"{name} {message}.", errors=(Fault(f"/{name}", message, code, "query"),))
