"""Carries out items of an upsert together: finds their entities, checks what becomes of them, writes the difference.

All reads of a batch are a few statements, and so are its writes. Items are carried out in their order, on copies of the
entities: so the second item that names an external id meets what the first has made of it. A batch that cannot be
written as a whole is undone, and its halves are carried out one after the other, down to single items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import strawberry

from faceforge_schema.context import Context, Write
from faceforge_schema.fields.entity_rules import EntityRules
from faceforge_schema.upserts.items import Item, OnConflict, Refused, brought_by
from faceforge_schema.upserts.merging import Columns, merge, replace
from faceforge_schema.values.inputs import invalid
from faceforge_storage import entities as rows
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.database.ids import new_id
from faceforge_storage.errors import (
    AlreadyExists,
    AmbiguousMatch,
    ExternalIdTaken,
    FaceForgeError,
    Fault,
    NotFound,
    RecordTooLarge,
)
from faceforge_storage.scheduling.collector import collector_at_rest

MOST_BYTES = 8 * 1024 * 1024
"""About how much JSON the entities of a batch have at most, unless there is only one."""


@strawberry.enum(description="What became of an item.")
class UpsertStatus(Enum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(slots=True)
class Outcome:
    """What became of an item: the id of its entity as far as it has one, and why it failed."""

    status: UpsertStatus
    entity_id: str | None = None
    error: FaceForgeError | None = None


def carry_out(
    tx: Write, context: Context, items: Sequence[Item], on_conflict: OnConflict, *, dry_run: bool = False
) -> list[Outcome]:
    """What became of each item; of a `dry_run` what would have. Nothing of that is written."""
    with collector_at_rest():
        if not dry_run:
            return _carry_out(tx, context, items, on_conflict)
        return _carry_out_dry(tx, context, items, on_conflict)


def _carry_out_dry(
    tx: Write, context: Context, items: Sequence[Item], on_conflict: OnConflict
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    try:
        with tx.part():
            outcomes = _carry_out(tx, context, items, on_conflict)
            raise _DryRun
    except _DryRun:
        made = {each.entity_id for each in outcomes if each.status is UpsertStatus.CREATED}
        for each in outcomes:
            each.entity_id = None if each.entity_id in made else each.entity_id
        return outcomes


class _DryRun(Exception):
    """Ends a part of a transaction that is to leave nothing."""


class _TooMuchAtOnce(Exception):
    """The entities of a batch are too large to be held together."""


def _carry_out(tx: Write, context: Context, items: Sequence[Item], on_conflict: OnConflict) -> list[Outcome]:
    if not items:
        return []
    batch = _Batch(on_conflict)
    try:
        with tx.part():
            batch.read(tx, context, items)
            batch.write(tx)
            return batch.outcomes
    except (_TooMuchAtOnce, ExternalIdTaken, RecordTooLarge) as error:
        if len(items) > 1:
            return _by_halves(tx, context, items, on_conflict)
        return [Outcome(UpsertStatus.FAILED, batch.existing_id, _error_of_one(error))]


def _error_of_one(error: _TooMuchAtOnce | ExternalIdTaken | RecordTooLarge) -> FaceForgeError:
    if isinstance(error, _TooMuchAtOnce):  # which is so of several only
        return AmbiguousMatch("The ids of the item belong to several entities.")
    return error


def _by_halves(tx: Write, context: Context, items: Sequence[Item], on_conflict: OnConflict) -> list[Outcome]:
    middle = len(items) // 2
    halves = (items[:middle], items[middle:])
    return [each for half in halves for each in _carry_out(tx, context, half, on_conflict)]


@dataclass
class _Bound:
    """What a batch may hold of entities that are there."""

    rows: int = 0
    size: int = 0

    def count_rows(self, rows: Sequence[Sequence[Any]], *, parsed: Sequence[int]) -> None:
        """Raise _TooMuchAtOnce for several that are too large together."""
        self.rows += len(rows)
        self.size += sum(len(row[place] or "") for row in rows for place in parsed)
        if self.size > MOST_BYTES and self.rows > 1:
            raise _TooMuchAtOnce


@dataclass(slots=True)
class _Entity:
    """An entity as the items so far have it; `row` is how it is stored, None for a new one."""

    id: str
    row: AnyRow | None
    columns: dict[str, Any]
    changed: dict[str, Any] = field(default_factory=dict)
    updates: list[Outcome] = field(default_factory=list)
    """The outcomes of the items that changed it."""


@dataclass
class _Batch:
    on_conflict: OnConflict
    outcomes: list[Outcome] = field(default_factory=list)
    _by_id: dict[str, _Entity] = field(default_factory=dict)
    _by_external_id: dict[tuple[str, str], _Entity] = field(default_factory=dict)

    @property
    def existing_id(self) -> str | None:
        """The id of an entity that is there already, if any item is about one."""
        return next((each.id for each in self._by_id.values() if each.row is not None), None)

    def read(self, tx: Write, context: Context, items: Sequence[Item]) -> None:
        """Find the entities of all items, and carry the items out on them. Raises _TooMuchAtOnce."""
        brought = [brought_by(item) for item in items]
        self._find(tx, brought)
        self._rules = EntityRules(tx.connection, context, brought)
        for item, given in zip(items, brought, strict=True):
            if isinstance(item, Refused):
                self.outcomes.append(Outcome(UpsertStatus.FAILED, None, item.error))
            else:
                self.outcomes.append(self._outcome(dict(given)))

    def write(self, tx: Write) -> None:
        """Store what has changed. Raises ExternalIdTaken, RecordTooLarge."""
        old = [each for each in self._by_id.values() if each.row is not None and each.changed]
        stored = rows.change_all(tx, [(each.row, each.changed) for each in old if each.row is not None])
        for entity, row in zip(old, stored, strict=True):
            if row is entity.row:  # one item took back what another did
                for outcome in entity.updates:
                    outcome.status = UpsertStatus.UNCHANGED
        new = [each for each in self._by_id.values() if each.row is None]
        rows.create_all(tx, [{"id": each.id, **each.columns} for each in new])

    def _find(self, tx: Write, brought: Sequence[Columns]) -> None:
        ids = [each["entity_id"] for each in brought if each.get("entity_id") is not None]
        external_ids = [one for each in brought for one in each.get("external_ids") or ()]
        for row in rows.named(tx.connection, ids, external_ids, _Bound()):
            self._note(_Entity(row.id, row, row._asdict()))

    def _note(self, entity: _Entity) -> None:
        self._by_id[entity.id] = entity
        for key in _keys(entity.columns):
            self._by_external_id[key] = entity

    def _outcome(self, given: dict[str, Any]) -> Outcome:
        found: _Entity | None = None
        try:
            found = self._found(given.pop("entity_id", None), given)
            return self._create(given) if found is None else self._meet(found, given)
        except FaceForgeError as error:
            return Outcome(UpsertStatus.FAILED, found.id if found is not None else None, error)

    def _found(self, entity_id: str | None, given: Columns) -> _Entity | None:
        """The entity that an item is about, if it is there. Raises NotFound, AmbiguousMatch."""
        found: dict[str, tuple[str, ...]] = {}
        if entity_id is not None:
            if entity_id not in self._by_id:
                raise NotFound(f"There is no live entity {entity_id[:80]!r}.")
            found[entity_id] = ("entity_id",)
        for key in _keys(given):
            entity = self._by_external_id.get(key)
            if entity is not None and entity.id not in found:
                found[entity.id] = key
        if len(found) > 1:
            told = ", ".join(f"{':'.join(name)} belongs to entity {each}" for each, name in found.items())
            raise AmbiguousMatch(f"{told}.", errors=(Fault("/external_ids", "belong to others", "taken"),))
        return self._by_id[next(iter(found))] if found else None

    def _create(self, given: dict[str, Any]) -> Outcome:
        if given.get("display_name") is None:
            raise invalid("/display_name", "is required for a new entity", "required")
        fields = self._rules.with_defaults(given.get("fields") or {})
        empty = {**rows.DEFAULTS, "display_name": ""}
        columns = {**empty, **replace(empty, {**given, "fields": fields})}
        entity = _Entity(new_id(), None, columns)
        self._rules.check(entity.id, columns, None)
        self._note(entity)
        return Outcome(UpsertStatus.CREATED, entity.id)

    def _meet(self, entity: _Entity, given: dict[str, Any]) -> Outcome:
        if self.on_conflict is OnConflict.SKIP:
            return Outcome(UpsertStatus.SKIPPED, entity.id)
        if self.on_conflict is OnConflict.FAIL:
            raise AlreadyExists(f"Entity {entity.id} is there already.")
        if self.on_conflict is OnConflict.MERGE:
            changed = merge(entity.columns, given)
        else:
            if given.get("fields") is not None:
                given["fields"] = self._rules.with_defaults(given["fields"])
            changed = replace(entity.columns, given)
        if not changed:
            return Outcome(UpsertStatus.UNCHANGED, entity.id)
        self._rules.check(entity.id, changed, entity.columns)
        self._change(entity, changed)
        outcome = Outcome(UpsertStatus.UPDATED, entity.id)
        entity.updates.append(outcome)
        return outcome

    def _change(self, entity: _Entity, changed: Columns) -> None:
        if "external_ids" in changed:
            for key in _keys(entity.columns):
                del self._by_external_id[key]
            for key in _keys(changed):
                self._by_external_id[key] = entity
        entity.columns.update(changed)
        entity.changed.update(changed)


def _keys(columns: Columns) -> list[tuple[str, str]]:
    return [(each["namespace"], each["value"]) for each in columns.get("external_ids") or ()]
