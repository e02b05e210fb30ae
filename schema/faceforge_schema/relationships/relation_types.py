"""Relation types: the registry of what one entity can be to another."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

import strawberry
from pydantic import Field, StringConstraints
from sqlalchemy import Select
from strawberry import Maybe

from faceforge_schema.context import Write
from faceforge_schema.declare.connection_types import SortOrder
from faceforge_schema.declare.connections import listing
from faceforge_schema.declare.lookup import lookup
from faceforge_schema.declare.operation import mutation
from faceforge_schema.declare.resources import Record, attribute, resource
from faceforge_schema.declare.signatures import argument
from faceforge_schema.values.inputs import Input, Name, OrDefault, invalid, patched
from faceforge_schema.values.scalars import DateTime
from faceforge_storage import relation_types as rows
from faceforge_storage.database import tables
from faceforge_storage.database.gateway import check_version
from faceforge_storage.errors import InUse, InvalidInput, NameTaken, NotFound, VersionConflict

ToType = Annotated[str, argument("The name of the relation type.", "rival")]
RelationName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


@resource("name", needs="relationships:read")
class RelationType(Record):
    """What one entity can be to another."""

    name: str = attribute("The name relationships use.", example="rival")
    inverse: str | None = attribute("The type seen from the other end, such as `child` for `parent`.")
    symmetric: bool = attribute("Whether it reads the same from both ends.")
    label: str | None = attribute("The name people see.", example="Rival")
    created_at: DateTime = attribute("When it was registered.")
    updated_at: DateTime = attribute("When it last changed.")
    version: int = attribute("Rises by one with each change.")


@strawberry.enum(description="What relation types can be sorted by.")
class RelationTypeSort(Enum):
    NAME = "name"
    CREATED_AT = "created_at"


@strawberry.pydantic.input(description="A new relation type.")
class RelationTypeCreate(Input):
    name: RelationName = Field(description="The name relationships use.")
    inverse: RelationName | None = Field(default=None, description="The type seen from the other end.")
    symmetric: OrDefault[bool] = Field(default=False, description="Whether it reads the same from both ends.")
    label: Name | None = Field(default=None, description="The name people see.")


@strawberry.pydantic.input(description="Changes to a relation type: an absent key keeps, null clears.")
class RelationTypePatch(Input):
    inverse: Maybe[RelationName | None] = Field(description="The type seen from the other end.")
    symmetric: Maybe[bool] = Field(description="Whether it reads the same from both ends.")
    label: Maybe[Name | None] = Field(description="The name people see.")


@lookup("GET /relation-types/{name}", RelationType, needs="relationships:read", key="name", argument=str)
def relation_type() -> Select[Any]:
    """Read a relation type by its name."""
    return rows.matching()


@listing(
    "GET /relation-types",
    RelationType,
    sort=RelationTypeSort,
    needs="relationships:read",
    order=SortOrder.ASC,
)
def relation_types(
    query: Annotated[str | None, argument("What a name or a label begins with.", "riv")] = None,
    names: Annotated[list[str] | None, argument("Any of these names.", ["rival"])] = None,
) -> Select[Any]:
    """List relation types. With `query`, those whose name or label begins with it: what a person may be typing."""
    return rows.matching(query=query, names=names)


@mutation("POST /relation-types", errors=(NameTaken, InvalidInput), needs="relationships:write", status=201)
def create_relation_type(tx: Write, input: RelationTypeCreate) -> RelationType:
    """Register a relation type. Using an unknown one in a relationship registers it too."""
    values = input.model_dump(mode="json")
    _check(values)
    return RelationType.of(rows.create(tx, values))


@mutation(
    "PATCH /relation-types/{name}",
    errors=(NotFound, VersionConflict, InvalidInput),
    needs="relationships:write",
)
def update_relation_type(
    tx: Write, name: ToType, input: RelationTypePatch, expected_version: int | None = None
) -> RelationType:
    """Change a relation type. An absent key keeps, null clears."""
    row = rows.get(tx.connection, name)
    values = patched(row, input)
    _check({**row._mapping, **values})
    return RelationType.of(tx.update(tables.relation_types, row, values, expected=expected_version))


@mutation(
    "DELETE /relation-types/{name}",
    errors=(NotFound, InUse, VersionConflict),
    needs="relationships:write",
    status=204,
)
def delete_relation_type(tx: Write, name: ToType, expected_version: int | None = None) -> str:
    """Remove a relation type that no relationship uses."""
    row = rows.get(tx.connection, name)
    check_version(row, expected_version)
    if rows.in_use(tx.connection, name):
        raise InUse(f"Relationships of the type {name} exist.", hint="Delete or change them first.")
    tx.delete(tables.relation_types, [row])
    return name


def _check(values: dict[str, Any]) -> None:
    if values["symmetric"] and values["inverse"] not in (None, values["name"]):
        raise invalid("/inverse", "is the type itself when the type is symmetric")
