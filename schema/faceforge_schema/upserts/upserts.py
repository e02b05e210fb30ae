"""The operation by which many entities are made or changed in one call."""

from __future__ import annotations

import strawberry
from strawberry import ID

from faceforge_schema.context import Context, Write
from faceforge_schema.declare.operation import mutation
from faceforge_schema.declare.resources import attribute
from faceforge_schema.upserts.batch import Outcome, UpsertStatus, carry_out
from faceforge_schema.upserts.items import EntitiesUpsert
from faceforge_storage.errors import FaceForgeError, InvalidInput


@strawberry.type(description="Why an item failed.")
class UpsertError:
    code: str = attribute("Stable: decide by this.", example="ambiguous_match")
    message: str = attribute("What happened.")
    pointer: str = attribute(
        "Where in the request, as a JSON Pointer (RFC 6901).", example="/items/0/external_ids"
    )
    hint: str = attribute("What to do next.")


@strawberry.type(description="What became of an item of an upsert.")
class UpsertedEntity:
    status: UpsertStatus = attribute("What became of it.", example=UpsertStatus.CREATED)
    entity_id: ID | None = attribute(
        "The entity it is about; null where there is none, such as one that a dry run would make."
    )
    error: UpsertError | None = attribute("Why it failed.")


@strawberry.type(
    description="What became of the items of an upsert, in their order, and how many of each there are."
)
class UpsertedEntities:
    items: list[UpsertedEntity] = attribute("One for each item.")
    created: int = attribute("Items that made an entity.")
    updated: int = attribute("Items that changed one.")
    unchanged: int = attribute("Items whose entity had all of it already.")
    skipped: int = attribute("Items whose entity was left as it was.")
    failed: int = attribute("Items with an error.")
    dry_run: bool = attribute("Whether nothing was written.")


@mutation("POST /entities/bulk-upsert", errors=(InvalidInput,), needs="entities:write")
def bulk_upsert_entities(tx: Write, context: Context, input: EntitiesUpsert) -> UpsertedEntities:
    """Make or change many entities in one call. An item is about the entity that has its `entity_id` or one of its
    external ids; where there is none, it makes one. Items that fail have an error each, and stand in no other's way."""
    outcomes = carry_out(tx, context, input.items, input.on_conflict, dry_run=input.dry_run)
    counts = dict.fromkeys(UpsertStatus, 0)
    for outcome in outcomes:
        counts[outcome.status] += 1
    return UpsertedEntities(
        items=[_shown(outcome, f"/items/{place}") for place, outcome in enumerate(outcomes)],
        dry_run=input.dry_run,
        **{status.value: count for status, count in counts.items()},
    )


def _shown(outcome: Outcome, where: str) -> UpsertedEntity:
    error = error_of(outcome.error, where) if outcome.error is not None else None
    return UpsertedEntity(
        status=outcome.status,
        entity_id=ID(outcome.entity_id) if outcome.entity_id is not None else None,
        error=error,
    )


def error_of(error: FaceForgeError, where: str) -> UpsertError:
    """An error as it is answered for an item at the pointer `where`, with the first of its faults."""
    return UpsertError(
        code=error.code,
        message=error.detail,
        pointer=where + (error.errors[0].pointer if error.errors else ""),
        hint=error.hint or error.default_hint,
    )
