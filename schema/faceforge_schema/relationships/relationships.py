"""Relationships: what entities are to one another."""

from __future__ import annotations

from enum import Enum
from typing import Any

import strawberry
from pydantic import Field
from sqlalchemy import Select
from strawberry import ID, Maybe

from faceforge_executor import ColumnTable, Objects
from faceforge_schema.context import Write
from faceforge_schema.declare.connections import SEEN_FROM, collection, listing
from faceforge_schema.declare.fields import reference
from faceforge_schema.declare.lookup import lookup
from faceforge_schema.declare.operation import mutation
from faceforge_schema.declare.resources import Record, attribute, resource
from faceforge_schema.entities import Entity
from faceforge_schema.relationships.relation_types import RelationName, RelationType
from faceforge_schema.values.inputs import (
    Confidence,
    Input,
    Note,
    OrDefault,
    PartialDate,
    RecordId,
    check_span,
    patched,
)
from faceforge_schema.values.reference_checks import require_entity
from faceforge_schema.values.scalars import EXAMPLES, DateTime, JSONObject
from faceforge_storage import entities as entity_rows
from faceforge_storage import relation_types as type_rows
from faceforge_storage import relationships as rows
from faceforge_storage.database import tables
from faceforge_storage.database.gateway import check_version
from faceforge_storage.database.keyset import Children
from faceforge_storage.errors import (
    InvalidInput,
    NotFound,
    RecordTooLarge,
    RelationshipExists,
    UnknownReference,
    VersionConflict,
)


@resource("relationship_id", needs="relationships:read")
class Relationship(Record):
    """What one entity is to another: `src` is the `relationship_type` of `dst`."""

    id: ID = attribute("64 lower-case hex digits.")
    src_entity_id: ID = attribute("The entity it goes out from.")
    dst_entity_id: ID = attribute("The entity it leads to.", example=EXAMPLES["ID"][::-1])
    relationship_type: str = attribute("A name from the registry of relation types.", example="friend")
    fields: JSONObject = attribute("Anything else about it.")
    valid_from: str | None = attribute(
        "Since when it is true: `2015`, `2015-05` or `2015-05-31`.", example="1833"
    )
    valid_to: str | None = attribute("Until when it was true, that span included.")
    confidence: float | None = attribute("How sure that is, from 0 to 1.")
    source: str | None = attribute("Who says so.")
    created_at: DateTime = attribute("When it was made.")
    updated_at: DateTime = attribute("When it last changed.")
    version: int = attribute("Rises by one with each change.")


@strawberry.enum(description="What relationships can be sorted by.")
class RelationshipSort(Enum):
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    RELATIONSHIP_TYPE = "relationship_type"


@strawberry.pydantic.input(description="A new relationship.")
class RelationshipCreate(Input):
    src_entity_id: RecordId = Field(description="The entity it goes out from.")
    dst_entity_id: RecordId = Field(description="The entity it leads to.")
    relationship_type: RelationName = Field(description="Its type; an unknown one registers itself.")
    fields: OrDefault[JSONObject] = Field(default=JSONObject({}), description="Anything else about it.")
    valid_from: PartialDate | None = Field(default=None, description="Since when it is true.")
    valid_to: PartialDate | None = Field(default=None, description="Until when it was true.")
    confidence: Confidence | None = Field(default=None, description="How sure that is, from 0 to 1.")
    source: Note | None = Field(default=None, description="Who says so.")


@strawberry.pydantic.input(description="Changes to a relationship: an absent key keeps, null clears.")
class RelationshipPatch(Input):
    relationship_type: Maybe[RelationName] = Field(description="Its type; an unknown one registers itself.")
    fields: Maybe[JSONObject | None] = Field(description="Merged key by key (RFC 7396).")
    valid_from: Maybe[PartialDate | None] = Field(description="Since when it is true.")
    valid_to: Maybe[PartialDate | None] = Field(description="Until when it was true.")
    confidence: Maybe[Confidence | None] = Field(description="How sure that is, from 0 to 1.")
    source: Maybe[Note | None] = Field(description="Who says so.")


@lookup("GET /relationships/{relationship_id}", Relationship, needs="relationships:read")
def relationship() -> Select[Any]:
    """Read a relationship by its id."""
    return rows.matching()


@listing("GET /relationships", Relationship, sort=RelationshipSort, needs="relationships:read")
def relationships(
    entity_id: ID | None = None, relationship_type: str | None = None, ids: list[ID] | None = None
) -> Select[Any]:
    """List relationships between live entities. `entity_id` is either end."""
    return rows.matching(entity_id=entity_id, relationship_type=relationship_type, ids=ids)


@mutation(
    "POST /relationships",
    errors=(RelationshipExists, UnknownReference, InvalidInput, RecordTooLarge),
    needs="relationships:write",
    status=201,
)
def create_relationship(tx: Write, input: RelationshipCreate) -> Relationship:
    """Relate two entities. An equal relationship (ends, type, `valid_from`) is refused with its id."""
    values = input.model_dump(mode="json", exclude={"src_entity_id", "dst_entity_id", "relationship_type"})
    check_span(values)
    src = require_entity(tx.connection, "/src_entity_id", input.src_entity_id)
    dst = require_entity(tx.connection, "/dst_entity_id", input.dst_entity_id)
    kind = type_rows.get_or_create(tx, input.relationship_type)
    return Relationship.of(rows.create(tx, src, dst, kind, values))


@mutation(
    "PATCH /relationships/{relationship_id}",
    errors=(NotFound, RelationshipExists, InvalidInput, RecordTooLarge, VersionConflict),
    needs="relationships:write",
)
def update_relationship(
    tx: Write, relationship_id: ID, input: RelationshipPatch, expected_version: int | None = None
) -> Relationship:
    """Change a relationship. An absent key keeps, null clears. Its ends stay."""
    row = rows.get(tx.connection, relationship_id)
    check_version(row, expected_version)
    values = patched(row, input, objects=("fields",))
    check_span({**row._mapping, **values})
    kind = type_rows.get_or_create(tx, values.get("relationship_type", row.relationship_type))
    return Relationship.of(rows.change(tx, row, kind, values, expected_version))


@mutation(
    "DELETE /relationships/{relationship_id}",
    errors=(NotFound, VersionConflict),
    needs="relationships:write",
    status=204,
)
def delete_relationship(tx: Write, relationship_id: ID, expected_version: int | None = None) -> ID:
    """Remove a relationship. The journal keeps it."""
    row = rows.get(tx.connection, relationship_id)
    tx.delete(tables.relationships, [row], expected=expected_version)
    return relationship_id


@reference(Relationship, Entity, by="src_entity_id", always=True)
def src_entity() -> Select[Any]:
    """The entity it goes out from."""
    return entity_rows.matching()


@reference(Relationship, Entity, by="dst_entity_id", always=True)
def dst_entity() -> Select[Any]:
    """The entity it leads to."""
    return entity_rows.matching()


def _far_ends(parents: Objects) -> list[str]:
    """The id of the entity at the other end of each relationship."""
    ends = zip(parents.column("src_entity_id"), parents.column("dst_entity_id"), strict=True)
    if not (isinstance(parents, ColumnTable) and SEEN_FROM in parents.columns):
        return [dst for _, dst in ends]
    seen = zip(parents.column(SEEN_FROM), parents.column("src_row"), strict=True)
    return [dst if here == src_row else src for (src, dst), (here, src_row) in zip(ends, seen, strict=True)]


@reference(
    Relationship,
    Entity,
    by=_far_ends,
    reads=("src_entity_id", "dst_entity_id", "src_row", SEEN_FROM),
    always=True,
)
def other() -> Select[Any]:
    """The entity at the other end, seen from the entity whose list this is; elsewhere the one it leads to."""
    return entity_rows.matching()


@reference(Relationship, RelationType, by="relationship_type", key="name", always=True)
def type() -> Select[Any]:
    """Its type in the registry."""
    return type_rows.matching()


@collection(Entity, Relationship, sort=RelationshipSort, name="relationships")
def relationships_of_entity(relationship_type: str | None = None) -> Children:
    """Its relationships with live entities, from both ends."""
    return Children(rows.matching(relationship_type=relationship_type), rows.touching)
