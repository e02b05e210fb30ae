"""Schedules: queries and writes. When one is due, and how its last run went, is no part of the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, literal, or_, select

from faceforge_storage.database import records
from faceforge_storage.database.dialects import Listed, among, is_one_of
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.ids import new_id
from faceforge_storage.database.tables import schedules
from faceforge_storage.database.unrecorded import Values
from faceforge_storage.errors import NameTaken
from faceforge_storage.jobs.jobs import visible

IMPORTING = "imports:write"
"""The permission without which nobody hears of the folders of this machine."""


def matching(
    *,
    every: bool = False,
    own_types: Listed = (),
    permissions: Listed = (),
    ids: Listed | None = None,
) -> Select[Any]:
    """The schedules that fit every filter given; which types of jobs are shown is said as in `jobs.matching`.

    Unless `every` is true, one that watches a folder is for those alone whose `permissions` let them import.
    """
    statement = select(schedules)
    if ids is not None:
        statement = statement.where(among(schedules.c.id, ids))
    if not every:
        told = or_(schedules.c.watch.is_(None), is_one_of(literal(IMPORTING), permissions))
        statement = statement.where(visible(schedules.c.job_type, own_types, permissions), told)
    return statement


def get(db: Connection, schedule_id: str) -> AnyRow:
    """The row of a schedule; raises NotFound."""
    return records.find(db, matching(every=True), "id", schedule_id)


def enabled(db: Connection) -> Sequence[AnyRow]:
    """Every schedule that is on, in the order they were made."""
    return db.execute(matching(every=True).where(schedules.c.enabled).order_by(schedules.c.row_id)).all()


def create(tx: Write, values: Values) -> AnyRow:
    """Store a new schedule; raises NameTaken."""
    _check_name(tx, values["name"])
    return tx.insert(schedules, [{"id": new_id(), "disabled_reason": None, **values}])[0]


def change(tx: Write, row: AnyRow, values: Values, expected: int | None = None) -> AnyRow:
    """Set columns of a schedule; raises NameTaken, VersionConflict."""
    if values.get("name", row.name) != row.name:
        _check_name(tx, values["name"])
    return tx.update(schedules, row, values, expected=expected)


def note(tx: Write, row: AnyRow, values: Values) -> None:
    """Note when a schedule is due next, its last job, or what keeps it from running."""
    tx.set_derived(schedules, schedules.c.row_id == row.row_id, values)


def end_of_token(tx: Write, token_id: str, token_name: str) -> None:
    """Disable all that runs with the authority of a token that is being revoked."""
    for row in tx.rows(matching(every=True).where(schedules.c.token_id == token_id, schedules.c.enabled)):
        disable(tx, row, f"The token {token_name!r}, with whose permissions it ran, was revoked.")


def disable(tx: Write, row: AnyRow, reason: str) -> None:
    """Turn a schedule off; it says why."""
    tx.update(schedules, row, {"enabled": False, "disabled_reason": reason})
    note(tx, row, {"next_run_at": None, "problem": None})


def _check_name(tx: Write, name: str) -> None:
    if tx.rows(select(schedules).where(schedules.c.name == name)):
        raise NameTaken(f"There is a schedule named {name!r} already.", hint="Choose another name.")
