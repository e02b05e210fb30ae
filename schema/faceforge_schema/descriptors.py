"""Descriptors: facts about an entity, each perhaps true for a time only."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

import strawberry
from pydantic import AfterValidator, Field
from sqlalchemy import Select
from strawberry import ID, Maybe

from faceforge_schema.assets.assets import Asset
from faceforge_schema.context import Context, Write
from faceforge_schema.declare.connections import collection, listing
from faceforge_schema.declare.fields import reference
from faceforge_schema.declare.lookup import lookup
from faceforge_schema.declare.operation import mutation
from faceforge_schema.declare.resources import Record, attribute, resource
from faceforge_schema.declare.signatures import argument
from faceforge_schema.entities import Entity
from faceforge_schema.fields.values import check_fact
from faceforge_schema.values.inputs import (
    Confidence,
    Input,
    Key,
    Note,
    PartialDate,
    RecordId,
    check_span,
    invalid,
    is_partial_date,
    patched,
)
from faceforge_schema.values.reference_checks import check_asset
from faceforge_schema.values.scalars import JSON, DateTime
from faceforge_storage import assets as asset_rows
from faceforge_storage import descriptors as rows
from faceforge_storage import entities as entity_rows
from faceforge_storage.database import tables
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.database.keyset import Children
from faceforge_storage.errors import InvalidInput, NotFound, RecordTooLarge, UnknownReference, VersionConflict


def _present(value: object) -> object:
    if value is None:
        raise ValueError("must not be null: delete the fact instead")
    return value


Value = Annotated[JSON, AfterValidator(_present)]


@resource("descriptor_id", needs="descriptors:read")
class Descriptor(Record):
    """A fact about an entity that may be true only for a time. Several under one key may stand side by side."""

    id: ID = attribute("64 lower-case hex digits.")
    entity_id: ID = attribute("Whom it is about.")
    field_key: str = attribute("The key of the fact, such as `hair_colour`.", example="hair_colour")
    value: JSON = attribute("The value; it fits the field definition, when there is one.", example="auburn")
    valid_from: str | None = attribute(
        "Since when it is true: `2015`, `2015-05` or `2015-05-31`.", example="1835"
    )
    valid_to: str | None = attribute("Until when it was true, that span included.")
    recorded_at: DateTime = attribute("When it was written down.")
    source: str | None = attribute("Who says so.", example="A portrait of 1835")
    confidence: float | None = attribute("How sure that is, from 0 to 1.", example=0.9)
    note: str | None = attribute("Anything else.")
    evidence_asset_id: ID | None = attribute("The asset that shows it.")
    updated_at: DateTime = attribute("When it last changed.")
    version: int = attribute("Rises by one with each change.")


@strawberry.enum(description="What facts can be sorted by.")
class DescriptorSort(Enum):
    RECORDED_AT = "recorded_at"
    UPDATED_AT = "updated_at"
    FIELD_KEY = "field_key"


@strawberry.pydantic.input(
    description="A new descriptor: a fact about an entity that may be true only for a time."
)
class DescriptorCreate(Input):
    field_key: Key = Field(description="The key of the fact.")
    value: Value = Field(description="The value.")
    valid_from: PartialDate | None = Field(default=None, description="Since when it is true.")
    valid_to: PartialDate | None = Field(default=None, description="Until when it was true.")
    source: Note | None = Field(default=None, description="Who says so.")
    confidence: Confidence | None = Field(default=None, description="How sure that is, from 0 to 1.")
    note: Note | None = Field(default=None, description="Anything else.")
    evidence_asset_id: RecordId | None = Field(default=None, description="The asset that shows it.")


@strawberry.pydantic.input(description="Changes to a fact: an absent key keeps, null clears.")
class DescriptorPatch(Input):
    value: Maybe[Value] = Field(description="The value; replaced whole.")
    valid_from: Maybe[PartialDate | None] = Field(description="Since when it is true.")
    valid_to: Maybe[PartialDate | None] = Field(description="Until when it was true.")
    source: Maybe[Note | None] = Field(description="Who says so.")
    confidence: Maybe[Confidence | None] = Field(description="How sure that is, from 0 to 1.")
    note: Maybe[Note | None] = Field(description="Anything else.")
    evidence_asset_id: Maybe[RecordId | None] = Field(description="The asset that shows it.")


@lookup("GET /descriptors/{descriptor_id}", Descriptor, needs="descriptors:read")
def descriptor() -> Select[Any]:
    """Read a fact by its id."""
    return rows.matching()


def _as_of(date: str) -> str:
    if not is_partial_date(date):
        raise invalid("/as_of", "is a date like 2015, 2015-05 or 2015-05-31")
    return date


AsOf = Annotated[str | None, argument("A date, perhaps partial, at which they held.", "1840-05")]
AS_OF = {"as_of": _as_of}


@listing("GET /descriptors", Descriptor, sort=DescriptorSort, needs="descriptors:read", readers=AS_OF)
def descriptors(field_key: str | None = None, ids: list[ID] | None = None, as_of: AsOf = None) -> Select[Any]:
    """List the descriptors (facts) of all live entities. `as_of` is a date, perhaps partial, at which they held."""
    return rows.matching(field_key=field_key, ids=ids, as_of=as_of)


@listing(
    "GET /entities/{entity_id}/descriptors",
    Descriptor,
    sort=DescriptorSort,
    needs="descriptors:read",
    readers=AS_OF,
    of={"entity_id": entity_rows.get},
)
def entity_descriptors(entity_id: ID, field_key: str | None = None, as_of: AsOf = None) -> Select[Any]:
    """List the descriptors of an entity (facts about it). `as_of` is a date, perhaps partial, at which they held."""
    return rows.matching(entity_id=entity_id, field_key=field_key, as_of=as_of)


@mutation(
    "POST /entities/{entity_id}/descriptors",
    errors=(NotFound, UnknownReference, InvalidInput, RecordTooLarge),
    needs="descriptors:write",
    status=201,
)
def create_descriptor(tx: Write, context: Context, entity_id: ID, input: DescriptorCreate) -> Descriptor:
    """Write down a descriptor. It is a fact about an entity that may be true only for a time."""
    entity = entity_rows.get(tx.connection, entity_id)
    values = input.model_dump(mode="json")
    _check(tx, context, input.field_key, values)
    return Descriptor.of(rows.create(tx, entity, values))


@mutation(
    "PATCH /descriptors/{descriptor_id}",
    errors=(NotFound, UnknownReference, InvalidInput, RecordTooLarge, VersionConflict),
    needs="descriptors:write",
)
def update_descriptor(
    tx: Write,
    context: Context,
    descriptor_id: ID,
    input: DescriptorPatch,
    expected_version: int | None = None,
) -> Descriptor:
    """Change a fact. An absent key keeps, null clears."""
    row = rows.get(tx.connection, descriptor_id)
    values = patched(row, input)
    _check(tx, context, row.field_key, values, row)
    tx.update(tables.descriptors, row, values, expected=expected_version)
    return Descriptor.of(rows.read(tx, row))


@mutation(
    "DELETE /descriptors/{descriptor_id}",
    errors=(NotFound, VersionConflict),
    needs="descriptors:write",
    status=204,
)
def delete_descriptor(tx: Write, descriptor_id: ID, expected_version: int | None = None) -> ID:
    """Remove a fact. The journal keeps it."""
    row = rows.get(tx.connection, descriptor_id)
    tx.delete(tables.descriptors, [row], expected=expected_version)
    return descriptor_id


@reference(Descriptor, Entity, by="entity_id", always=True)
def entity() -> Select[Any]:
    """Whom it is about."""
    return entity_rows.matching()


@reference(Descriptor, Asset, by="evidence_asset_id")
def evidence_asset() -> Select[Any]:
    """The live asset that shows it."""
    return asset_rows.matching()


@collection(Entity, Descriptor, sort=DescriptorSort, name="descriptors", readers=AS_OF)
def descriptors_of_entity(field_key: str | None = None, as_of: AsOf = None) -> Children:
    """The facts about it; `as_of` a date, perhaps partial, at which they held."""
    found = rows.matching(field_key=field_key, as_of=as_of)
    return Children(found, lambda entity: tables.descriptors.c.entity_row == entity)


def _check(
    tx: Write, context: Context, field_key: str, values: dict[str, Any], row: AnyRow | None = None
) -> None:
    if "value" in values:
        check_fact(tx.connection, context, field_key, values["value"])
    check_span(values if row is None else {**row._mapping, **values})
    check_asset(tx.connection, values, "evidence_asset_id", row)
