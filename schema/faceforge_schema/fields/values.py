"""What field definitions mean: each compiles to JSON Schema, and that is what validates values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from faceforge_schema.context import Context, Reader
from faceforge_schema.values.inputs import pointer
from faceforge_schema.values.reference_checks import require_records
from faceforge_storage import fields as definition_rows
from faceforge_storage.database import tables
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.database.ids import ID_PATTERN
from faceforge_storage.database.json_columns import same_json
from faceforge_storage.errors import Fault, FieldValueTaken, InvalidInput

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


def check_fields(
    db: Reader,
    context: Context,
    fields: dict[str, Any],
    old: AnyRow | None,
    beside: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The fields of an entity as they are to be stored; `old` is its row, None for a new one.

    `beside` are the fields of new entities that will be stored with it, and are not there yet.

    A new entity gets defaults and must have what is required. An old one is held to its definitions in what changes:
    it need not have keys that were defined later. Raises InvalidInput with every fault, FieldValueTaken,
    UnknownReference.
    """
    before = old.fields if old is not None else {}
    definitions = {
        row.field_key: row._mapping for row in db.execute(definition_rows.matching(scope="entity"))
    }
    if old is None:
        defaults = {key: each["default"] for key, each in definitions.items() if each["default"] is not None}
        fields = {**defaults, **{key: value for key, value in fields.items() if value is not None}}
    changed = {
        key: value for key, value in fields.items() if key not in before or not same_json(before[key], value)
    }
    wrong = list(_undeclared(context, definitions, changed))
    for key, definition in definitions.items():
        gone = key in before or old is None
        if definition["required"] and key not in fields and gone:
            wrong.append(Fault(pointer(["fields", key]), "is required", "required"))
        if key in changed:
            wrong.extend(faults_of(value_schema(definition), changed[key], ["fields", key]))
    _raise(wrong)
    for key, definition in definitions.items():
        if key in changed:
            _check_references(db, definition, changed[key], pointer(["fields", key]))
            _check_unique(db, definition, changed[key], old.row_id if old is not None else None)
            if definition["unique"] and any(same_json(each.get(key), changed[key]) for each in beside):
                raise _taken(key, "Another entity of the same input")
    return fields


def check_fact(db: Reader, context: Context, field_key: str, value: Any) -> None:
    """Raise InvalidInput or UnknownReference unless `value` fits the definition of a fact's key."""
    declared = definition_rows.matching(scope="descriptor").where(tables.field_defs.c.field_key == field_key)
    definition = db.execute(declared).one_or_none()
    if definition is None:
        _raise(list(_undeclared(context, {}, {field_key: value}, "/field_key")))
        return
    _raise(list(faults_of(item_schema(definition._mapping), value, ["value"])))
    _check_references(db, {**definition._mapping, "multiple": False}, value, "/value")


def faults_of(schema: dict[str, Any], value: Any, where: Sequence[str | int]) -> list[Fault]:
    """What is wrong with `value` by a JSON Schema, at the pointer made of `where`."""
    # Only who has field definitions pays for the library, in time at the start and in memory.
    from faceforge_schema.values.json_schema import errors_of

    return [
        Fault(pointer([*where, *error.absolute_path]), error.message[:500], str(error.validator))
        for error in errors_of(schema, value)
    ]


def _undeclared(
    context: Context, declared: Any, values: dict[str, Any], where: str | None = None
) -> list[Fault]:
    if context.core.settings.metadata.undeclared_fields != "reject":
        return []
    return [
        Fault(where or pointer(["fields", key]), "is not declared by a field definition", "undeclared_field")
        for key in values
        if key not in declared
    ]


def check_default(db: Reader, definition: Any) -> None:
    """Raise UnknownReference when the default of a definition names a record that is not there."""
    if definition["default"] is not None:
        _check_references(db, definition, definition["default"], "/default")


def check_still_unique(db: Reader, row: AnyRow) -> None:
    """Raise FieldValueTaken when another entity took a unique value while this one was in the trash."""
    for definition in db.execute(definition_rows.matching(scope="entity")):
        if definition.field_key in row.fields:
            _check_unique(db, definition._mapping, row.fields[definition.field_key], row.row_id)


def _check_references(db: Reader, definition: Any, value: Any, where: str) -> None:
    table = REFERENCES.get(definition["field_type"])
    if table is not None:
        require_records(db, table, where, value if definition["multiple"] else [value])


def _check_unique(db: Reader, definition: Any, value: Any, own_row: int | None) -> None:
    if not definition["unique"]:
        return
    key = definition["field_key"]
    other = definition_rows.holder_of_value(db, key, value, own_row)
    if other is not None:
        raise _taken(key, f"Entity {other}")


def _taken(key: str, holder: str) -> FieldValueTaken:
    wrong = Fault(pointer(["fields", key]), "is taken", "field_value_taken")
    return FieldValueTaken(f"{holder} has the same {key}.", errors=(wrong,))


def _raise(wrong: list[Fault]) -> None:
    if wrong:
        raise InvalidInput(f"{wrong[0].pointer.lstrip('/')}: {wrong[0].message}.", errors=tuple(wrong))
