"""Entities: people, characters, creatures, whatever files belong to."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

import strawberry
from pydantic import AfterValidator, Field
from sqlalchemy import Select
from strawberry import ID, Maybe

from faceforge_schema.context import Context, Reader, Write
from faceforge_schema.declare.connections import listing
from faceforge_schema.declare.filters import none_if_empty
from faceforge_schema.declare.lookup import lookup
from faceforge_schema.declare.operation import mutation
from faceforge_schema.declare.resources import Record, attribute, resource
from faceforge_schema.declare.signatures import argument
from faceforge_schema.fields.entity_rules import EntityRules, UniqueValue
from faceforge_schema.values.deleted import Deleted, shown_as
from faceforge_schema.values.inputs import Input, Name, OrDefault, RecordId, Word, Words, invalid, patched
from faceforge_schema.values.scalars import DateTime, JSONObject
from faceforge_storage import entities as rows
from faceforge_storage.database import records, tables
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.database.ids import new_id
from faceforge_storage.errors import (
    ExternalIdTaken,
    FieldValueTaken,
    InvalidInput,
    NotFound,
    NotInTrash,
    RecordTooLarge,
    UnknownReference,
    VersionConflict,
)


@strawberry.type(description="What another system calls the entity; unique over live entities.")
class ExternalId:
    namespace: str = attribute("Whose id it is, such as `stash`.", example="stash")
    value: str = attribute("The id itself.", example="performer/42")


@resource("entity_id", needs="entities:read")
class Entity(Record):
    """A person, character or creature, real or not."""

    id: ID = attribute("64 lower-case hex digits, drawn at random when the entity was made.")
    display_name: str = attribute("The name people see.", example="Ada Lovelace")
    aliases: list[str] = attribute("Other names.", example=["Countess of Lovelace"])
    tags: list[str] = attribute("Free words to find it by.", example=["mathematician"])
    fields: JSONObject = attribute(
        "Values by field key; declared keys fit their definition.", example={"born": "1815-12-10"}
    )
    external_ids: list[ExternalId] = attribute("What other systems call it.")
    primary_thumbnail_asset_id: ID | None = attribute("The picture that stands for it.")
    plugin_data: JSONObject = attribute("What plugins keep, by plugin id.")
    created_at: DateTime = attribute("When it was made.")
    updated_at: DateTime = attribute("When it last changed.")
    deleted_at: DateTime | None = attribute("When it went to the trash; null for a live one.")
    version: int = attribute("Rises by one with each change; see `expectedVersion` and `If-Match`.")


@strawberry.enum(description="What entities can be sorted by.")
class EntitySort(Enum):
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    DISPLAY_NAME = "display_name"


@strawberry.pydantic.input(description="What another system calls the entity.")
class ExternalIdInput(Input):
    namespace: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
    value: Word = Field()


def _each_once(ids: list[ExternalIdInput]) -> list[ExternalIdInput]:
    return list({(each.namespace, each.value): each for each in ids}.values())


MOST_EXTERNAL_IDS = 100
ExternalIds = Annotated[
    list[ExternalIdInput], Field(max_length=MOST_EXTERNAL_IDS), AfterValidator(_each_once)
]


@strawberry.pydantic.input(description="A new entity.")
class EntityCreate(Input):
    display_name: Name = Field(description="The name people see.")
    aliases: OrDefault[Words] = Field(default=[], description="Other names.")
    tags: OrDefault[Words] = Field(default=[], description="Free words to find it by.")
    fields: OrDefault[JSONObject] = Field(default=JSONObject({}), description="Values by field key.")
    external_ids: OrDefault[ExternalIds] = Field(default=[], description="What other systems call it.")
    primary_thumbnail_asset_id: RecordId | None = Field(
        default=None, description="The picture that stands for it."
    )
    plugin_data: OrDefault[JSONObject] = Field(
        default=JSONObject({}), description="What plugins keep, by plugin id."
    )


@strawberry.pydantic.input(description="Changes to an entity: an absent key keeps, null clears.")
class EntityPatch(Input):
    display_name: Maybe[Name] = Field(description="The name people see.")
    aliases: Maybe[Words | None] = Field(description="Replaces the whole list.")
    tags: Maybe[Words | None] = Field(description="Replaces the whole list.")
    fields: Maybe[JSONObject | None] = Field(
        description="Merged key by key (RFC 7396): a null value removes its key."
    )
    external_ids: Maybe[ExternalIds | None] = Field(description="Replaces the whole list.")
    primary_thumbnail_asset_id: Maybe[RecordId | None] = Field(description="The picture that stands for it.")
    plugin_data: Maybe[JSONObject | None] = Field(description="Merged key by key (RFC 7396).")


@lookup("GET /entities/{entity_id}", Entity, needs="entities:read")
def entity(deleted: Deleted = Deleted.EXCLUDE) -> Select[Any]:
    """Read an entity by its id."""
    return rows.matching(deleted=shown_as(deleted))


def _external_id(text: str) -> str:
    if ":" not in text:
        raise invalid("/external_id", "is written `namespace:value`")
    return text


@listing(
    "GET /entities",
    Entity,
    sort=EntitySort,
    needs="entities:read",
    readers={"external_id": _external_id, "tag": none_if_empty},
)
def entities(
    q: Annotated[str | None, argument("A text that a name or an alias holds.", "ada")] = None,
    tag: Annotated[list[str] | None, argument("Tags that are all there.", ["mathematician"])] = None,
    external_id: Annotated[str | None, argument("`namespace:value`.", "stash:performer/42")] = None,
    ids: list[ID] | None = None,
    updated_since: DateTime | None = None,
    deleted: Deleted = Deleted.EXCLUDE,
) -> Select[Any]:
    """List entities. `q` is found in names and aliases; every `tag` must be there."""
    return rows.matching(
        q=q,
        tag=tag,
        external_id=external_id,
        ids=ids,
        updated_since=updated_since,
        deleted=shown_as(deleted),
    )


CHANGE_ERRORS = (ExternalIdTaken, FieldValueTaken, InvalidInput, RecordTooLarge, UnknownReference)


@mutation("POST /entities", errors=CHANGE_ERRORS, needs="entities:write", status=201)
def create_entity(tx: Write, context: Context, input: EntityCreate) -> Entity:
    """Make an entity. An entity is a person, a character, a creature: whoever files belong to."""
    return Entity.of(new_entity(tx, context, input))


@mutation(
    "PATCH /entities/{entity_id}", errors=(*CHANGE_ERRORS, NotFound, VersionConflict), needs="entities:write"
)
def update_entity(
    tx: Write, context: Context, entity_id: ID, input: EntityPatch, expected_version: int | None = None
) -> Entity:
    """Change an entity. An absent key keeps, null clears, objects merge, lists are replaced whole."""
    row = rows.get(tx.connection, entity_id)
    values = patched(row, input, objects=("fields", "plugin_data"), lists=("aliases", "tags", "external_ids"))
    EntityRules(tx.connection, context, [values]).check(row.id, values, row._asdict())
    return Entity.of(rows.change(tx, row, values, expected_version))


@mutation(
    "DELETE /entities/{entity_id}", errors=(NotFound, VersionConflict), needs="entities:write", status=204
)
def delete_entity(tx: Write, entity_id: ID, expected_version: int | None = None) -> ID:
    """Put an entity into the trash. Its links, relations and facts are hidden until it comes back."""
    records.trash(tx, tables.entities, rows.get(tx.connection, entity_id, "include"), expected_version)
    return entity_id


@mutation(
    "POST /entities/{entity_id}/restore",
    errors=(NotFound, ExternalIdTaken, FieldValueTaken),
    needs="entities:write",
)
def restore_entity(tx: Write, context: Context, entity_id: ID) -> Entity:
    """Take an entity out of the trash, with its links, relations and facts. A live one stays as it is."""
    row = rows.get(tx.connection, entity_id, "include")
    EntityRules(tx.connection, context, [row._asdict()]).check_unique(row.id, row.fields)
    return Entity.of(rows.restore(tx, row))


@mutation(
    "POST /entities/{entity_id}/purge", errors=(NotFound, NotInTrash), needs="entities:write", status=204
)
def purge_entity(tx: Write, entity_id: ID) -> ID:
    """Remove a trashed entity for good. Its links, relations and facts go with it, from the journal too. Files stay."""
    row = rows.get(tx.connection, entity_id, "include")
    records.check_in_trash(row)
    rows.purge(tx, row)
    return entity_id


def new_entity(tx: Write, context: Context, input: EntityCreate) -> AnyRow:
    """Store a new entity after checking it."""
    return rows.create(tx, checked_values(tx.connection, context, input))


def checked_values(
    db: Reader, context: Context, input: EntityCreate, taken: set[UniqueValue] | None = None
) -> dict[str, Any]:
    """The columns of a new entity; raises InvalidInput, UnknownReference, FieldValueTaken.

    `taken` are the unique values of new entities that will be stored with it, and are not there yet; its own are added.
    """
    values = input.model_dump(mode="json")
    rules = EntityRules(db, context, [values], taken)
    given = {key: each for key, each in values["fields"].items() if each is not None}
    values["fields"] = rules.with_defaults(given)
    rules.check(new_id(), values, None)
    return values
