"""Who runs a job: claims, and the lease that each of them gives. The token of a lease is stored as its hash."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select

from faceforge_storage.database.clock import after
from faceforge_storage.database.dialects import among, is_one_of
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.tables import jobs
from faceforge_storage.database.unrecorded import Values
from faceforge_storage.database.unrecorded_tables import job_leases
from faceforge_storage.errors import LeaseLost
from faceforge_storage.jobs import endings
from faceforge_storage.jobs.jobs import QUEUED, RUNNING
from faceforge_storage.jobs.log import lease_of
from faceforge_storage.tokens import hash_of

TOKEN_BYTES = 32


class Holder(NamedTuple):
    """Who claims: its name, and for how long it holds what it claims; None for Core, which knows when it stops."""

    name: str
    seconds: int | None


class Claimed(NamedTuple):
    """A job that was claimed, and the token of its lease, which is told once."""

    job: AnyRow
    lease_token: str


Refuse = Callable[[AnyRow], dict[str, Any] | None]
"""The error with which a job that is about to be claimed fails instead, such as for want of a permission."""


def claim(
    tx: Write, types: Mapping[str, int | None], most: int, holder: Holder, refuse: Refuse
) -> list[Claimed]:
    """Claim up to `most` of the jobs that wait, in their order. `types`: name -> how many may run at once."""
    free, found = _free(tx, types), list[Claimed]()
    while len(found) < most and (open_types := [name for name, left in free.items() if left]):
        waiting = _waiting(tx, open_types, most - len(found))
        for job in waiting:
            if free[job.job_type] <= 0:
                continue  # the limit of its type was reached just now: ask again without it
            if (error := refuse(job)) is not None:
                endings.fail_waiting(tx, job, error)
            else:
                found.append(_take(tx, job, holder))
                free[job.job_type] -= 1
        if not waiting:
            break
    return found


def next_due(tx: Write, types: Sequence[str]) -> str | None:
    """When the next of the jobs that wait for a moment is due."""
    due = _of_types(types).with_only_columns(func.min(jobs.c.run_after)).order_by(None)
    return tx.connection.execute(due.where(jobs.c.run_after > tx.at)).scalar()


def held(tx: Write, job: AnyRow, lease_token: str) -> AnyRow:
    """The lease of a job that is held by this token; raises LeaseLost."""
    lease = lease_of(tx, job)
    in_force = lease.expires_at is None or lease.expires_at > tx.at
    if job.state != RUNNING or lease.token_hash != hash_of(lease_token) or not in_force:
        raise LeaseLost(f"The lease of the job {job.id} has expired, or is another's.")
    return lease


def save(tx: Write, job: AnyRow, values: Values) -> None:
    """Set what the lease of a job says, such as its progress."""
    tx.update_unrecorded(job_leases, job_leases.c.job_row == job.row_id, values)


def extend(tx: Write, job: AnyRow, lease: AnyRow) -> str:
    """Let a lease last as long from now on as when it was given; answers until when."""
    expires_at = after(tx.at, timedelta(seconds=lease.lease_s))
    save(tx, job, {"expires_at": expires_at})
    return expires_at


def _free(tx: Write, types: Mapping[str, int | None]) -> dict[str, float]:
    running: Any = (
        select(jobs.c.job_type, func.count().label("count_"))
        .where(jobs.c.state == RUNNING, among(jobs.c.job_type, list(types)))
        .group_by(jobs.c.job_type)
    )
    counts = {row.job_type: row.count_ for row in tx.rows(running)}
    return {
        name: float("inf") if most is None else max(0, most - counts.get(name, 0))
        for name, most in types.items()
    }


def _of_types(types: Sequence[str]) -> Any:
    waits = and_(jobs.c.finished_at.is_(None), jobs.c.paused_at.is_(None), jobs.c.state == QUEUED)
    return (
        select(jobs)
        .where(waits, is_one_of(jobs.c.job_type, types))
        .order_by(jobs.c.priority, jobs.c.run_after, jobs.c.row_id)
    )


def _waiting(tx: Write, types: Sequence[str], most: int) -> Sequence[AnyRow]:
    return tx.rows(_of_types(types).where(jobs.c.run_after <= tx.at).limit(most))


def _take(tx: Write, job: AnyRow, holder: Holder) -> Claimed:
    lease, token = lease_of(tx, job), secrets.token_urlsafe(TOKEN_BYTES)
    taken = tx.update(
        jobs,
        job,
        {"state": RUNNING, "attempt": job.attempt + 1, "started_at": job.started_at or tx.at},
    )
    seconds, timeout = holder.seconds, job.timeout_s
    values = {
        "claims": lease.claims + 1,
        "owner": holder.name,
        "token_hash": hash_of(token),
        "claimed_at": tx.at,
        "lease_s": seconds,
        "expires_at": None if seconds is None else after(tx.at, timedelta(seconds=seconds)),
        "times_out_at": None if timeout is None else after(tx.at, timedelta(seconds=timeout)),
        "progress": None,
    }
    save(tx, job, values)
    return Claimed(taken, token)
