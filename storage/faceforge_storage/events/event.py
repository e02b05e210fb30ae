"""An event, and who wants which: what happened to a record, by names alone, without any value."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Table

from faceforge_storage.database.tables import RECORDS
from faceforge_storage.errors import Fault, InvalidInput

EPHEMERAL = frozenset({"job.progress", "reading.done", "upload.progress"})
"""What is told only to who is there, and is never told again: it happened to no record."""


class Fields(NamedTuple):
    """An event as it is shown. One of the journal has an id; an ephemeral one has `data` in place of a change."""

    event_id: int | None
    at: str
    type: str
    record_type: str | None
    record_id: str | None
    changed: list[str]
    changeset_id: int | None
    actor: str | None
    data: dict[str, Any] | None = None


@dataclass(frozen=True)
class Event:
    """An event, what reading it needs, and its bytes, which are made once for all who follow."""

    fields: Fields
    needs: str | None
    """The permission without which nobody hears of it; None for what nobody is told."""
    also: frozenset[str] = frozenset()
    """Further permissions that hearing of it needs."""

    @property
    def frame(self) -> bytes:
        """The event as a block of an event stream (HTML, 9.2.6)."""
        return self._frame

    @cached_property
    def _frame(self) -> bytes:
        head = b"" if self.fields.event_id is None else b"id: %d\n" % self.fields.event_id
        return b"%bdata: %b\n\n" % (head, orjson.dumps(self.fields._asdict()))

    @property
    def position(self) -> int | None:
        """What a client keeps to go on after it: its id."""
        return self.fields.event_id

    @property
    def record_ids(self) -> tuple[str, ...]:
        """Which records it is about: of a link, both ends."""
        record_id = self.fields.record_id
        if record_id is None:
            return ()
        return tuple(record_id.split("/")) if self.fields.record_type in LINKS else (record_id,)


@dataclass(frozen=True)
class Wanted:
    """Which events somebody wants and may read; None stands for all."""

    permissions: frozenset[str]
    types: frozenset[str] | None = None
    record_ids: frozenset[str] | None = None

    def may_read(self, event: Event) -> bool:
        """Whether they may hear of an event."""
        return event.needs in self.permissions and event.also <= self.permissions

    def takes(self, event: Event) -> bool:
        """Whether an event is one of them."""
        return (
            self.may_read(event)
            and (self.types is None or event.fields.type in self.types)
            and (self.record_ids is None or not self.record_ids.isdisjoint(event.record_ids))
        )


@dataclass(frozen=True)
class Everything(Wanted):
    """What is read for all who follow; each is asked again what they may read."""

    def may_read(self, event: Event) -> bool:
        return event.needs in self.permissions


@dataclass(frozen=True)
class EventTypes:
    """Every type of event, and what reading the records of each needs.

    `needs` has that by record type. A record type that it lacks is internal: nobody is told of it.
    """

    needs: Mapping[str, str]
    needs_of_jobs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Kind of jobs that Core runs -> what seeing one needs beside."""
    by_type: Mapping[str, str] = field(init=False)
    """Type of an event of the journal -> what reading it needs."""

    def __post_init__(self) -> None:
        found = {
            f"{noun_of(each)}.{verb}": self.needs[each] for each in self.needs for verb in verbs_of(each)
        }
        object.__setattr__(self, "by_type", found)

    @property
    def names(self) -> list[str]:
        """All types, those of ephemeral events too."""
        return sorted({*self.by_type, *EPHEMERAL})

    def named(self, wanted: Collection[str]) -> frozenset[str]:
        """The types that words such as `entity.created` and `entity.*` name; raises InvalidInput for an unknown one."""
        found: set[str] = set()
        for word in wanted:
            noun = word.removesuffix("*")
            named = {each for each in self.names if each.startswith(noun)} if noun.endswith(".") else {word}
            if not named or not named <= set(self.names):
                raise InvalidInput(
                    f"No event is of the type {word[:80]!r}.",
                    hint=f"The types are {', '.join(self.names)}; `entity.*` stands for all of entities.",
                    errors=(Fault("/types", f"{word[:80]!r} is no type of events", "unknown_type", "query"),),
                )
            found |= named
        return frozenset(found)

    def readable(self, wanted: Wanted) -> list[str]:
        """The types of the journal's events that somebody wants and may read."""
        return [
            name
            for name, needs in self.by_type.items()
            if needs in wanted.permissions and (wanted.types is None or name in wanted.types)
        ]


def _first_end(table: Table) -> str:
    """The record type that a link hangs on: the one its first foreign key points at."""
    column = next(each for each in table.c if each.foreign_keys)
    target = next(iter(column.foreign_keys)).column.table
    found: str = target.info["record"]
    return found


LINKS = {name: _first_end(table) for name, table in RECORDS.items() if "public" not in table.info}
"""Record type of a link, which has no id but those of its two ends -> the record type of the first."""


def noun_of(record_type: str) -> str:
    """What the types of a record's events begin with."""
    return LINKS.get(record_type, record_type)


def verbs_of(record_type: str) -> list[str]:
    """What can happen to a record of a type."""
    if record_type in LINKS:
        return ["linked", "unlinked"]
    trash = ["trashed", "restored"] if "deleted_at" in RECORDS[record_type].c else []
    return ["created", "updated", *trash, "deleted", "purged"]


def public_names(record_type: str) -> Callable[[list[str]], list[str]]:
    """What turns the names of changed columns into those that readers know, without what always changes."""
    columns = RECORDS[record_type].c
    shown = {
        column.name: column.info.get("public_name", column.name)
        for column in columns
        if column.name not in ("row_id", "version", "updated_at") and not column.info.get("private")
    }
    return lambda names: sorted(shown[name] for name in names if name in shown)
