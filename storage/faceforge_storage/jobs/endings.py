"""How a claim of a job ends: with success, with an error that is tried again or not, handed back, or lost."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from faceforge_storage.database.clock import after
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.tables import jobs
from faceforge_storage.database.unrecorded import Values
from faceforge_storage.database.unrecorded_tables import job_leases
from faceforge_storage.jobs import log
from faceforge_storage.jobs.jobs import CANCELLED, FAILED, QUEUED, SUCCEEDED

FIRST_PAUSE_S, LONGEST_PAUSE_S = 5, 3600
SPREAD = 0.2
"""By how much a pause is longer or shorter, so that what failed together does not come back together."""
MOST_LOSSES = 3
"""So many leases lost in a row, without a checkpoint between them, fail a job."""
NOBODY: Values = {
    "owner": None,
    "token_hash": None,
    "claimed_at": None,
    "lease_s": None,
    "expires_at": None,
    "times_out_at": None,
}


def pause_after(attempt: int) -> float:
    """How many seconds a job waits after its attempt of this number has failed."""
    pause: float = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(attempt - 1, 20))
    return pause * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311  # no secret


def succeed(tx: Write, job: AnyRow, output: Any, output_asset_ids: list[str]) -> AnyRow:
    """The job is done."""
    _let_go(tx, job, losses=0)
    values = {"output": output, "output_asset_ids": output_asset_ids, "error": None}
    return _finish(tx, job, SUCCEEDED, values)


def fail(tx: Write, job: AnyRow, error: dict[str, Any], retry_after_s: float | None = None) -> AnyRow:
    """The attempt has failed: the job is tried again while the error allows it and there are attempts left."""
    level = "warning" if error["retryable"] else "error"
    log.note(tx, job, level, error["message"], {"code": error["code"], "attempt": job.attempt})
    _let_go(tx, job, losses=0)
    return _again_or_failed(tx, job, error, retry_after_s)


def fail_waiting(tx: Write, job: AnyRow, error: dict[str, Any]) -> AnyRow:
    """The job cannot be begun, and never will be."""
    log.note(tx, job, "error", error["message"], {"code": error["code"]})
    return _finish(tx, job, FAILED, {"error": error})


def release(tx: Write, job: AnyRow, *, losses: int | None = None) -> AnyRow:
    """The job is handed back, and no attempt was used: it waits, is paused, or is cancelled, as was asked for."""
    _let_go(tx, job, losses=losses)
    if job.cancel_requested_at is not None:
        return _finish(tx, job, CANCELLED, {})
    return _requeue(tx, job, {"attempt": job.attempt - 1})


def lose(tx: Write, job: AnyRow, losses: int, *, at_once: bool = False) -> AnyRow:
    """The lease has expired, or (`at_once`) Core was ended while it ran the job; `losses` were in a row before."""
    log.note(tx, job, "warning", "Whoever ran the job was not heard of any more.", {"attempt": job.attempt})
    error = {
        "code": "lease_lost",
        "message": "Whoever ran the job was not heard of any more.",
        "retryable": True,
    }
    if losses + 1 >= MOST_LOSSES and job.cancel_requested_at is None:
        _let_go(tx, job, losses=losses + 1)
        return _finish(tx, job, FAILED, {"error": error})
    if at_once:
        return release(tx, job, losses=losses + 1)
    _let_go(tx, job, losses=losses + 1)
    return _again_or_failed(tx, job, error, None)


def time_out(tx: Write, job: AnyRow) -> AnyRow:
    """The attempt has taken longer than `timeout_s`."""
    said = f"The attempt took longer than {job.timeout_s} seconds."
    return fail(tx, job, {"code": "timeout", "message": said, "retryable": True})


def _again_or_failed(tx: Write, job: AnyRow, error: dict[str, Any], retry_after_s: float | None) -> AnyRow:
    if job.cancel_requested_at is not None:
        return _finish(tx, job, CANCELLED, {"error": error})
    if not error["retryable"] or job.attempt >= job.max_attempts:
        return _finish(tx, job, FAILED, {"error": error})
    pause = pause_after(job.attempt) if retry_after_s is None else retry_after_s
    return _requeue(tx, job, {"error": error, "run_after": after(tx.at, timedelta(seconds=pause))})


def _requeue(tx: Write, job: AnyRow, values: Values) -> AnyRow:
    paused = {} if job.pause_requested_at is None else {"paused_at": tx.at, "pause_requested_at": None}
    return tx.update(jobs, job, {"state": QUEUED, **paused, **values})


def _finish(tx: Write, job: AnyRow, state: str, values: Values) -> AnyRow:
    ended = {"state": state, "finished_at": tx.at, "paused_at": None, "pause_requested_at": None}
    return tx.update(jobs, job, {**ended, **values})


def _let_go(tx: Write, job: AnyRow, *, losses: int | None) -> None:
    counted = {} if losses is None else {"losses": losses}
    tx.update_unrecorded(job_leases, job_leases.c.job_row == job.row_id, {**NOBODY, **counted})
