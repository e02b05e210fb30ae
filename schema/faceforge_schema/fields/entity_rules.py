"""What the fields and references of entities are held to, read once for all the entities of a write."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Table

from faceforge_schema.context import Context, Reader
from faceforge_schema.fields.values import (
    REFERENCES,
    faults_of,
    raise_faults,
    rejects_undeclared,
    undeclared,
    validator_of,
    value_schema,
)
from faceforge_schema.values.inputs import pointer
from faceforge_schema.values.reference_checks import check_known, live_ids
from faceforge_storage import fields as definition_rows
from faceforge_storage.database import tables
from faceforge_storage.database.json_columns import same_json
from faceforge_storage.errors import Fault, FieldValueTaken

Columns = Mapping[str, Any]
PICTURE = "primary_thumbnail_asset_id"
UniqueValue = tuple[str, Hashable]
"""The key of a unique field, and a value that an entity has under it, as `comparable` has it."""


class EntityRules:
    """The definitions, and what they have to know of other records, for all that `brought` brings.

    `brought` are columns of entities that are to be stored, of which `fields` may be None. They are checked one after
    the other: each is held to those that were checked before it, too. Where that is a set of its own, `taken`, it goes
    on from one of these to the next.
    """

    def __init__(
        self,
        db: Reader,
        context: Context,
        brought: Sequence[Columns],
        taken: set[UniqueValue] | None = None,
    ) -> None:
        rows = db.execute(definition_rows.matching(scope="entity"))
        self._definitions: dict[str, Columns] = {row.field_key: row._asdict() for row in rows}
        self._defaults = {
            key: each["default"] for key, each in self._definitions.items() if each["default"] is not None
        }
        self._rejects = rejects_undeclared(context)
        self._validators: dict[str, Any] = {}
        self._new: set[str] = set()
        self._others = taken
        self._live = {
            table: live_ids(db, table, set(self._references(table, brought)))
            for table in (tables.assets, tables.entities)
        }
        self._holders = {key: _holders(db, key, brought) for key in self._unique()}

    def check(self, entity_id: str, values: Columns, before: Columns | None) -> None:
        """Check columns that an entity is to have; `before` are its present ones, None for a new one.

        A new entity must have what is required. An old one is held to its definitions in what changes: it need not
        have keys that were defined later, and what it refers to already may stay. Raises InvalidInput with every
        fault, FieldValueTaken, UnknownReference.
        """
        picture = values.get(PICTURE)
        if picture is not None and (before is None or picture != before[PICTURE]):
            check_known(tables.assets, f"/{PICTURE}", [picture], self._live[tables.assets])
        if "fields" in values:
            self._check_fields(entity_id, values["fields"], before["fields"] if before is not None else None)
        if before is None:
            self._new.add(entity_id)

    def with_defaults(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields with the default of each key that is absent."""
        return {**self._defaults, **fields}

    def check_unique(self, entity_id: str, fields: Columns) -> None:
        """Raise FieldValueTaken when another entity has one of these values under a unique key."""
        for key, holders in self._holders.items():
            value = definition_rows.comparable(fields.get(key))
            if self._others and (key, value) in self._others:
                raise _taken(key, SAME_INPUT)
            if others := holders.get(value, set()) - {entity_id}:
                holder = others.pop()
                raise _taken(key, SAME_INPUT if holder in self._new else f"Entity {holder}")

    def _check_fields(self, entity_id: str, fields: Columns, old: Columns | None) -> None:
        before = old if old is not None else {}
        changed = {
            key: value
            for key, value in fields.items()
            if key not in before or not same_json(before[key], value)
        }
        raise_faults(list(self._faults(fields, changed, old)))
        for key, definition in self._definitions.items():
            if key in changed:
                self._check_references(key, definition, changed[key])
        self.check_unique(entity_id, changed)
        self._hold(entity_id, before, fields)

    def _faults(self, fields: Columns, changed: Columns, old: Columns | None) -> Iterator[Fault]:
        if self._rejects:
            for key in changed:
                if key not in self._definitions:
                    yield undeclared(pointer(["fields", key]))
        for key, definition in self._definitions.items():
            if definition["required"] and key not in fields and (old is None or key in old):
                yield Fault(pointer(["fields", key]), "is required", "required")
            if key in changed:
                yield from faults_of(self._validator(key), changed[key], ["fields", key])

    def _validator(self, key: str) -> Any:
        found = self._validators.get(key)
        if found is None:
            found = self._validators[key] = validator_of(value_schema(self._definitions[key]))
        return found

    def _unique(self) -> Iterator[str]:
        return (key for key, each in self._definitions.items() if each["unique"])

    def _references(self, table: Table, brought: Sequence[Columns]) -> Iterator[str]:
        """The ids of records of a table that the columns name, as far as they are any."""
        keys = [k for k, each in self._definitions.items() if REFERENCES.get(each["field_type"]) is table]
        if table is tables.assets:
            yield from (each[PICTURE] for each in brought if each.get(PICTURE) is not None)
        for key in keys:
            for fields in (self._defaults, *(each.get("fields") or {} for each in brought)):
                named = fields.get(key)
                yield from (one for one in _listed(named) if isinstance(one, str))

    def _check_references(self, key: str, definition: Columns, value: Any) -> None:
        table = REFERENCES.get(definition["field_type"])
        if table is not None:
            ids = value if definition["multiple"] else [value]
            check_known(table, pointer(["fields", key]), ids, self._live[table])

    def _hold(self, entity_id: str, before: Columns, fields: Columns) -> None:
        """Note who has which unique value from here on."""
        for key, holders in self._holders.items():
            holders.get(definition_rows.comparable(before.get(key)), set()).discard(entity_id)
            value = definition_rows.comparable(fields.get(key))
            if value is not None:
                holders.setdefault(value, set()).add(entity_id)
                if self._others is not None:
                    self._others.add((key, value))


SAME_INPUT = "Another entity of the same input"


def _taken(key: str, who: str) -> FieldValueTaken:
    wrong = Fault(pointer(["fields", key]), "is taken", "field_value_taken")
    return FieldValueTaken(f"{who} has the same {key}.", errors=(wrong,))


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _holders(db: Reader, key: str, brought: Sequence[Columns]) -> dict[Hashable, set[str]]:
    """Value under a unique key -> the entities that have it, of the values that are brought."""
    found = (definition_rows.comparable((columns.get("fields") or {}).get(key)) for columns in brought)
    values = list(dict.fromkeys(each for each in found if each is not None))
    holders: dict[Hashable, set[str]] = {}
    for place, entity_id in definition_rows.holders_of_values(db, key, values):
        holders.setdefault(values[place], set()).add(entity_id)
    return holders
