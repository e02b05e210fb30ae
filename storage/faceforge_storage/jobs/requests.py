"""What people ask of jobs: to cancel, pause and resume one. Of one that runs it is a request, which its runner sees."""

from __future__ import annotations

from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.tables import jobs
from faceforge_storage.jobs.jobs import CANCELLED, QUEUED, RUNNING, of_token


def cancel(tx: Write, job: AnyRow) -> AnyRow:
    """Cancel a job that waits; ask it of one that runs; leave one that has ended as it is."""
    if job.state == QUEUED:
        values = {"state": CANCELLED, "cancel_requested_at": tx.at, "finished_at": tx.at, "paused_at": None}
        return tx.update(jobs, job, values)
    if job.state == RUNNING and job.cancel_requested_at is None:
        return tx.update(jobs, job, {"cancel_requested_at": tx.at})
    return job


def pause(tx: Write, job: AnyRow) -> AnyRow:
    """Hold a job that waits; ask one that runs to stop where it is; leave one that has ended as it is."""
    if job.state == QUEUED and job.paused_at is None:
        return tx.update(jobs, job, {"paused_at": tx.at})
    if job.state == RUNNING and job.pause_requested_at is None:
        return tx.update(jobs, job, {"pause_requested_at": tx.at})
    return job


def resume(tx: Write, job: AnyRow) -> AnyRow:
    """Let a job go on that is paused, or is to be."""
    if job.finished_at is not None:
        return job
    return tx.update(jobs, job, {"paused_at": None, "pause_requested_at": None})


def end_with_token(tx: Write, token_id: str) -> None:
    """A token is revoked: what waits for it is cancelled, what runs for it is asked to stop."""
    for job in of_token(tx, token_id):
        cancel(tx, job)
