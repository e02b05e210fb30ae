"""Ends what nobody holds any more: leases that have expired, and attempts that took longer than they may."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.tables import jobs
from faceforge_storage.database.unrecorded_tables import job_leases
from faceforge_storage.jobs import endings
from faceforge_storage.jobs.jobs import RUNNING

BATCH = 100
"""How many jobs are ended in one transaction."""


def reap(tx: Write) -> list[str]:
    """End what is over by now, a batch; answers the ids of the jobs."""
    lease = job_leases.c
    over = or_(lease.expires_at <= tx.at, lease.times_out_at <= tx.at)
    ended = []
    for job in _running(tx, over):
        if job.times_out_at is not None and job.times_out_at <= tx.at:
            endings.time_out(tx, job)
        else:
            endings.lose(tx, job, job.losses)
        ended.append(job.id)
    return ended


def requeue(tx: Write, owner: str) -> int:
    """At the start: what this Core ran when it was ended waits again, at once; answers how many jobs those are."""
    found = _running(tx, job_leases.c.owner == owner)
    for job in found:
        endings.lose(tx, job, job.losses, at_once=True)
    return len(found)


def next_end(tx: Write) -> str | None:
    """When the next lease expires, or attempt times out."""
    lease = job_leases.c
    ends = tx.connection.execute(select(func.min(lease.expires_at), func.min(lease.times_out_at))).one()
    return min((each for each in ends if each is not None), default=None)


def _running(tx: Write, condition: object) -> list[AnyRow]:
    lease = job_leases.c
    found = (
        select(jobs, lease.losses, lease.times_out_at)
        .join(job_leases, lease.job_row == jobs.c.row_id)
        .where(jobs.c.state == RUNNING, condition)  # type: ignore[arg-type]  # a condition
        .limit(BATCH)
    )
    return list(tx.rows(found))
