"""The records of jobs: how they are found, and how one is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, or_, select

from faceforge_storage.database import records
from faceforge_storage.database.dialects import Listed, all_among, among, is_one_of
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.ids import new_id
from faceforge_storage.database.records import Wanted
from faceforge_storage.database.tables import job_types, jobs, schedules
from faceforge_storage.database.unrecorded import Values
from faceforge_storage.database.unrecorded_tables import job_leases

QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED = "queued", "running", "succeeded", "failed", "cancelled"
UNFINISHED = (QUEUED, RUNNING)
DEFAULTS: Values = {
    "priority": 5,
    "input": None,
    "input_asset_id": None,
    "output_asset_ids": [],
    "attempt": 0,
    "timeout_s": None,
    "unique_key": None,
    "parent_job_id": None,
    "retry_of": None,
    "schedule_id": None,
    "plugin_id": None,
}


def matching(
    *,
    every: bool = False,
    own_types: Listed = (),
    permissions: Listed = (),
    ids: Listed | None = None,
    state: Wanted | None = None,
    job_type: Wanted | None = None,
    parent_job_id: Wanted | None = None,
    schedule_id: Wanted | None = None,
    active: bool | None = None,
) -> Select[Any]:
    """The jobs that fit every filter given, each with what its lease says.

    Unless `every` is true only those are shown whose type is among `own_types`, or was registered and needs nothing
    but `permissions`; both are JSON lists.
    """
    equal = {"state": state, "job_type": job_type, "parent_job_id": parent_job_id, "schedule_id": schedule_id}
    conditions = [jobs.c[name] == value for name, value in equal.items() if value is not None]
    if ids is not None:
        conditions.append(among(jobs.c.id, ids))
    if active is not None:
        unfinished = jobs.c.state.in_(UNFINISHED)
        conditions.append(unfinished if active else ~unfinished)
    if not every:
        conditions.append(visible(jobs.c.job_type, own_types, permissions))
    lease = job_leases.c
    return (
        select(
            jobs,
            lease.owner.label("lease_owner"),
            lease.expires_at.label("lease_expires_at"),
            lease.progress,
            lease.checkpoint,
        )
        .outerjoin(job_leases, lease.job_row == jobs.c.row_id)
        .where(*conditions)
    )


def visible(job_type: ColumnElement[Any], own_types: Listed, permissions: Listed) -> ColumnElement[bool]:
    """Whether the type in a column is among `own_types`, or was registered and needs nothing but `permissions`."""
    known = exists().where(job_types.c.name == job_type, all_among(job_types.c.needs, permissions))
    return or_(is_one_of(job_type, own_types), known.correlate_except(job_types))


def no_hidden(
    record_type: ColumnElement[Any],
    record_id: ColumnElement[Any],
    own_types: Listed | None,
    permissions: Listed,
) -> ColumnElement[bool]:
    """Whether what two columns name is no job and no schedule of jobs, or one to be seen (see `visible`).

    Without `own_types` there is none to be seen.
    """
    hidden = {table.info["record"]: table for table in (jobs, schedules)}
    plain = record_type.not_in(list(hidden))
    if own_types is None:
        return plain
    seen = (
        and_(
            record_type == name,
            exists()
            .where(table.c.id == record_id, visible(table.c.job_type, own_types, permissions))
            .correlate_except(table),
        )
        for name, table in hidden.items()
    )
    return or_(plain, *seen)


def get(db: Connection, job_id: str) -> AnyRow:
    """The row of a job, whoever may see it; raises NotFound."""
    return records.find(db, select(jobs), "id", job_id)


def shown(db: Connection, job_id: str) -> AnyRow:
    """The row of a job with what its lease says; raises NotFound."""
    return records.find(db, matching(every=True), "id", job_id)


def ids_among(ids: Iterable[str]) -> Select[Any]:
    """Those of the ids that are jobs'."""
    return select(jobs.c.id).where(among(jobs.c.id, list(ids)))


def create(tx: Write, values: Values) -> tuple[AnyRow, bool]:
    """Store a job that waits, or find the unfinished one of the same type with the same `unique_key`; answers its row
    and whether it was there already."""
    made = {**DEFAULTS, **values}
    if made["unique_key"] is not None:
        same = and_(
            jobs.c.job_type == made["job_type"],
            jobs.c.unique_key == made["unique_key"],
            jobs.c.finished_at.is_(None),
        )
        if found := tx.rows(select(jobs).where(jobs.c.unique_key.is_not(None), same)):
            return found[0], True
    row = tx.insert(jobs, [{"id": new_id(), "state": QUEUED, "run_after": tx.at, **made}])[0]
    return row, False


def of_token(tx: Write, token_id: str) -> Sequence[AnyRow]:
    """The unfinished jobs that act for a token."""
    mine = and_(jobs.c.token_id == token_id, jobs.c.finished_at.is_(None))
    return tx.rows(select(jobs).where(mine))
