"""What field definitions mean: each compiles to JSON Schema, and that is what validates values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from faceforge_schema.context import Context, Reader
from faceforge_schema.values.inputs import pointer
from faceforge_schema.values.reference_checks import require_records
from faceforge_storage import fields as definition_rows
from faceforge_storage.database import tables
from faceforge_storage.database.ids import ID_PATTERN
from faceforge_storage.errors import Fault, InvalidInput

TYPES: dict[str, dict[str, Any]] = {
    "string": {"type": "string", "maxLength": 1000},
    "text": {"type": "string", "maxLength": 100_000},
    "integer": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "enum": {"type": "string"},
    "url": {"type": "string", "pattern": r"^https?://[^\s/?#]+[^\s]*$", "maxLength": 4000},
    "entity_ref": {"type": "string", "pattern": ID_PATTERN},
    "asset_ref": {"type": "string", "pattern": ID_PATTERN},
    "json": {},
}
"""Field type -> the JSON Schema (draft 2020-12) of one value."""

BOUNDS = {
    "string": ("minLength", "maxLength"),
    "text": ("minLength", "maxLength"),
    "integer": ("minimum", "maximum"),
}
BOUNDS["number"] = BOUNDS["integer"]
"""Field type -> what `min` and `max` bound: the length of a text, the value of a number."""

REFERENCES = {"entity_ref": tables.entities, "asset_ref": tables.assets}


def item_schema(definition: Any) -> dict[str, Any]:
    """The JSON Schema of one value of a definition (a mapping or row with the columns of `field_defs`)."""
    schema = dict(TYPES[definition["field_type"]])
    for bound, keyword in zip(("min", "max"), BOUNDS.get(definition["field_type"], ()), strict=False):
        if definition[bound] is not None:
            value = definition[bound]
            schema[keyword] = int(value) if float(value).is_integer() else value
    if definition["field_type"] == "enum":
        schema["enum"] = definition["options"]
    if definition["regex"] is not None:
        schema["pattern"] = definition["regex"]
    return schema


def value_schema(definition: Any) -> dict[str, Any]:
    """The JSON Schema of what an entity holds under the key: one value, or a list of them."""
    schema = item_schema(definition)
    if not definition["multiple"]:
        return schema
    return {"type": "array", "items": schema, "minItems": int(definition["required"]), "maxItems": 1000}


def check_fact(db: Reader, context: Context, field_key: str, value: Any) -> None:
    """Raise InvalidInput or UnknownReference unless `value` fits the definition of a fact's key."""
    declared = definition_rows.matching(scope="descriptor").where(tables.field_defs.c.field_key == field_key)
    definition = db.execute(declared).one_or_none()
    if definition is None:
        raise_faults([undeclared("/field_key")] if rejects_undeclared(context) else [])
        return
    raise_faults(faults_of(validator_of(item_schema(definition._mapping)), value, ["value"]))
    _check_references(db, {**definition._mapping, "multiple": False}, value, "/value")


def validator_of(schema: dict[str, Any]) -> Any:
    """What validates values by a JSON Schema; see `faults_of`."""
    # Only who has field definitions pays for the library, in time at the start and in memory.
    from faceforge_schema.values import json_schema

    return json_schema.validator_of(schema)


def faults_of(validator: Any, value: Any, where: Sequence[str | int]) -> list[Fault]:
    """What is wrong with `value` by a validator, at the pointer made of `where`."""
    return [
        Fault(pointer([*where, *error.absolute_path]), error.message[:500], str(error.validator))
        for error in validator.iter_errors(value)
    ]


def rejects_undeclared(context: Context) -> bool:
    """Whether a key must be declared by a field definition."""
    return context.core.settings.metadata.undeclared_fields == "reject"


def undeclared(where: str) -> Fault:
    """What is wrong with a key that nothing declares."""
    return Fault(where, "is not declared by a field definition", "undeclared_field")


def check_default(db: Reader, definition: Any) -> None:
    """Raise UnknownReference when the default of a definition names a record that is not there."""
    if definition["default"] is not None:
        _check_references(db, definition, definition["default"], "/default")


def _check_references(db: Reader, definition: Any, value: Any, where: str) -> None:
    table = REFERENCES.get(definition["field_type"])
    if table is not None:
        require_records(db, table, where, value if definition["multiple"] else [value])


def raise_faults(wrong: Sequence[Fault]) -> None:
    """Raise InvalidInput with these faults, if there are any."""
    if wrong:
        raise InvalidInput(f"{wrong[0].pointer.lstrip('/')}: {wrong[0].message}.", errors=tuple(wrong))
