"""Field definitions: which keys entities and facts have, and what may stand under them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Any

import strawberry
from pydantic import AfterValidator, Field, StringConstraints
from sqlalchemy import Select
from strawberry import Maybe

from faceforge_executor import Objects
from faceforge_schema.context import Reader, Write
from faceforge_schema.declare.connection_types import SortOrder
from faceforge_schema.declare.connections import listing
from faceforge_schema.declare.fields import batched
from faceforge_schema.declare.lookup import lookup
from faceforge_schema.declare.operation import mutation
from faceforge_schema.declare.resources import Record, attribute, resource
from faceforge_schema.declare.signatures import argument
from faceforge_schema.fields.values import BOUNDS, check_default, faults_of, validator_of, value_schema
from faceforge_schema.values.inputs import Input, Key, Name, Note, OrDefault, Word, Words, invalid, patched
from faceforge_schema.values.regex import compiled
from faceforge_schema.values.scalars import JSON, DateTime, JSONObject
from faceforge_storage import fields as rows
from faceforge_storage.errors import (
    FieldKeyTaken,
    FieldValueTaken,
    InvalidInput,
    NotFound,
    RecordTooLarge,
    VersionConflict,
)


@strawberry.enum(description="What a field definition speaks of.")
class FieldScope(Enum):
    ENTITY = "entity"
    DESCRIPTOR = "descriptor"
    BOTH = "both"


@strawberry.enum(description="What kind of value a field holds.")
class FieldType(Enum):
    STRING = "string"
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    ENUM = "enum"
    URL = "url"
    ENTITY_REF = "entity_ref"
    ASSET_REF = "asset_ref"
    JSON = "json"


@resource("field_key", needs="field_defs:read", record="field_def")
class FieldDefinition(Record):
    """Says once what may stand under one key: in the fields of an entity, in descriptors (facts), or in both."""

    field_key: str = attribute("The key itself.", example="height")
    scope: FieldScope = attribute("Whether it speaks of entities, of facts, or of both.")
    field_type: FieldType = attribute("What kind of value.", example=FieldType.NUMBER)
    label: str | None = attribute("The name people see.", example="Height")
    description: str | None = attribute("What it means.")
    required: bool = attribute("Whether a new entity must have it.")
    multiple: bool = attribute("Whether an entity holds a list of values.")
    unique: bool = attribute("Whether no two live entities may have the same value.")
    indexed: bool = attribute("Whether the database keeps an index over it.")
    options: list[str] = attribute("The values of an enum.", example=[])
    regex: str | None = attribute("What a text must match: found anywhere unless anchored; no look-around.")
    min: float | None = attribute("The least value of a number, the least length of a text.")
    max: float | None = attribute("The greatest value of a number, the greatest length of a text.")
    unit: str | None = attribute("The unit of a number, such as cm.", example="cm")
    default: JSON | None = attribute("What a new entity gets when it brings no value.")
    deprecated: bool = attribute("Whether it should no longer be used.")
    position: int = attribute("Its place in forms: the least comes first.", example=3)
    created_at: DateTime = attribute("When it was made.")
    updated_at: DateTime = attribute("When it last changed.")
    version: int = attribute("Rises by one with each change.")


SCHEMA_PARTS = ("field_type", "multiple", "required", "options", "regex", "min", "max")
"""What the JSON Schema of a definition is made of."""


@batched(FieldDefinition, reads=SCHEMA_PARTS)
def json_schema(db: Reader, parents: Objects) -> Sequence[JSONObject]:
    """The JSON Schema (draft 2020-12) that validates an entity's value."""
    rows = zip(*(parents.column(name) for name in SCHEMA_PARTS), strict=True)
    return [JSONObject(value_schema(dict(zip(SCHEMA_PARTS, row, strict=True)))) for row in rows]


@strawberry.enum(description="What field definitions can be sorted by.")
class FieldDefinitionSort(Enum):
    FIELD_KEY = "field_key"
    POSITION = "position"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


def _compiles(regex: str) -> str:
    compiled(regex)
    return regex


ToField = Annotated[str, argument("The key of the definition.", "height")]
Regex = Annotated[str, StringConstraints(max_length=1000), AfterValidator(_compiles)]
Bound = Annotated[float, Field(allow_inf_nan=False)]
Position = Annotated[int, Field(ge=0, le=1_000_000)]


@strawberry.pydantic.input(description="A new field definition.")
class FieldDefinitionCreate(Input):
    field_key: Key = Field(description="The key: lower-case letters, digits and `_`.")
    scope: OrDefault[FieldScope] = Field(default=FieldScope.ENTITY, description="Entities, facts, or both.")
    field_type: FieldType = Field(description="What kind of value.")
    label: Name | None = Field(default=None, description="The name people see.")
    description: Note | None = Field(default=None, description="What it means.")
    required: OrDefault[bool] = Field(default=False, description="Whether a new entity must have it.")
    multiple: OrDefault[bool] = Field(default=False, description="Whether an entity holds a list of values.")
    unique: OrDefault[bool] = Field(
        default=False, description="Whether no two live entities may have the same value."
    )
    indexed: OrDefault[bool] = Field(
        default=False, description="Whether the database keeps an index over it."
    )
    options: OrDefault[Words] = Field(default=[], description="The values of an enum.")
    regex: Regex | None = Field(default=None, description="What a text must match.")
    min: Bound | None = Field(default=None, description="The least value of a number, or length of a text.")
    max: Bound | None = Field(
        default=None, description="The greatest value of a number, or length of a text."
    )
    unit: Word | None = Field(default=None, description="The unit of a number.")
    default: JSON | None = Field(default=None, description="What a new entity gets when it brings no value.")
    deprecated: OrDefault[bool] = Field(default=False, description="Whether it should no longer be used.")
    position: Position | None = Field(
        default=None, description="Its place in forms, 0 to 1,000,000; behind all others when it is left out."
    )


@strawberry.pydantic.input(description="Changes to a field definition: an absent key keeps, null clears.")
class FieldDefinitionPatch(Input):
    scope: Maybe[FieldScope] = Field(description="Entities, facts, or both.")
    field_type: Maybe[FieldType] = Field(description="What kind of value.")
    label: Maybe[Name | None] = Field(description="The name people see.")
    description: Maybe[Note | None] = Field(description="What it means.")
    required: Maybe[bool] = Field(description="Whether a new entity must have it.")
    multiple: Maybe[bool] = Field(description="Whether an entity holds a list of values.")
    unique: Maybe[bool] = Field(description="Whether no two live entities may have the same value.")
    indexed: Maybe[bool] = Field(description="Whether the database keeps an index over it.")
    options: Maybe[Words | None] = Field(description="The values of an enum; replaces the whole list.")
    regex: Maybe[Regex | None] = Field(description="What a text must match.")
    min: Maybe[Bound | None] = Field(description="The least value of a number, or length of a text.")
    max: Maybe[Bound | None] = Field(description="The greatest value of a number, or length of a text.")
    unit: Maybe[Word | None] = Field(description="The unit of a number.")
    default: Maybe[JSON | None] = Field(description="What a new entity gets when it brings no value.")
    deprecated: Maybe[bool] = Field(description="Whether it should no longer be used.")
    position: Maybe[Position] = Field(description="Its place in forms, 0 to 1,000,000.")


@lookup(
    "GET /admin/field-defs/{field_key}",
    FieldDefinition,
    needs="field_defs:read",
    key="field_key",
    argument=str,
)
def field_definition() -> Select[Any]:
    """Read a field definition by its key."""
    return rows.matching()


@listing(
    "GET /admin/field-defs",
    FieldDefinition,
    sort=FieldDefinitionSort,
    needs="field_defs:read",
    order=SortOrder.ASC,
)
def field_definitions(
    scope: FieldScope | None = None,
    keys: Annotated[list[str] | None, argument("Any of these keys.", ["height"])] = None,
) -> Select[Any]:
    """List field definitions. Those of the scope `both` hold in each."""
    return rows.matching(scope=scope.value if scope is not None else None, keys=keys)


@mutation(
    "POST /admin/field-defs",
    errors=(FieldKeyTaken, FieldValueTaken, InvalidInput, RecordTooLarge),
    needs="field_defs:write",
    status=201,
)
def create_field_definition(tx: Write, input: FieldDefinitionCreate) -> FieldDefinition:
    """Define a field: say once what may stand under its key. Entities that are there already need not have it."""
    values = input.model_dump(mode="json")
    _check(tx, values)
    return FieldDefinition.of(rows.create(tx, values))


@mutation(
    "PATCH /admin/field-defs/{field_key}",
    errors=(NotFound, VersionConflict, FieldValueTaken, InvalidInput, RecordTooLarge),
    needs="field_defs:write",
)
def update_field_definition(
    tx: Write, field_key: ToField, input: FieldDefinitionPatch, expected_version: int | None = None
) -> FieldDefinition:
    """Change a definition. Values that are stored already are held to it when they next change."""
    row = rows.get(tx.connection, field_key)
    values = patched(row, input, lists=("options",))
    _check(tx, {**row._mapping, **values})
    return FieldDefinition.of(rows.change(tx, row, values, expected_version))


@mutation(
    "DELETE /admin/field-defs/{field_key}",
    errors=(NotFound, VersionConflict),
    needs="field_defs:write",
    status=204,
)
def delete_field_definition(tx: Write, field_key: ToField, expected_version: int | None = None) -> str:
    """Remove a definition. Values under its key stay, undeclared."""
    rows.remove(tx, rows.get(tx.connection, field_key), expected_version)
    return field_key


def _check(tx: Write, values: dict[str, Any]) -> None:
    """Raise InvalidInput when the parts of a definition contradict each other."""
    kind = values["field_type"]
    if (kind == "enum") != bool(values["options"]):
        raise invalid("/options", "are what an enum has, and nothing else")
    if values["regex"] is not None and kind not in {"string", "text"}:
        raise invalid("/regex", "is for string and text")
    for bound in ("min", "max"):
        if values[bound] is not None and kind not in BOUNDS:
            raise invalid(f"/{bound}", "is for numbers and texts")
    if kind in {"string", "text"} and any(
        values[bound] is not None and (values[bound] < 0 or not float(values[bound]).is_integer())
        for bound in ("min", "max")
    ):
        raise invalid("/min", "and max of a text are whole numbers of characters, from 0 on", "out_of_range")
    if values["min"] is not None and values["max"] is not None and values["min"] > values["max"]:
        raise invalid("/max", "must not be less than min", "out_of_range")
    if values["unique"] and (values["multiple"] or kind == "json" or values["scope"] == "descriptor"):
        raise invalid("/unique", "is for a single plain value of an entity")
    if values["default"] is not None and (
        wrong := faults_of(validator_of(value_schema(values)), values["default"], ["default"])
    ):
        raise InvalidInput("The default does not fit its own definition.", errors=tuple(wrong))
    check_default(tx.connection, values)
    if values["unique"]:
        if values["default"] is not None:
            raise invalid("/default", "would be the same for two entities, but the field is unique")
        twice = rows.duplicated_value(tx.connection, values["field_key"])
        if twice is not None:
            raise FieldValueTaken(
                f"Two entities have the {values['field_key']} {str(twice)[:80]!r}.", hint="Change one first."
            )
