"""The log of a job: appended, never changed, numbered from 1 without a gap."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

from sqlalchemy import Select, select

from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.unrecorded import Values
from faceforge_storage.database.unrecorded_tables import job_leases, job_log

FULL = "The log is full: what follows is left out."
LEVELS = ("debug", "info", "warning", "error")


def append(tx: Write, job: AnyRow, entries: Sequence[Values], most: float = inf) -> int:
    """Append entries (`level`, `message`, perhaps `at`, `data` and the runner's `runner_seq`); answers how many were
    new: of one claim, a `runner_seq` counts once.

    What goes beyond `most` entries is left out, and the last one says so.
    """
    lease = lease_of(tx, job)
    known = _known(tx, job, lease.claims, [each["runner_seq"] for each in entries if each.get("runner_seq")])
    new: list[dict[str, Any]] = []
    for each in entries:
        number = each.get("runner_seq")
        if number is not None:
            if number in known:
                continue
            known.add(number)
        new.append(
            {
                "job_row": job.row_id,
                "seq": lease.log_entries + len(new) + 1,
                "claim": lease.claims,
                "runner_seq": number,
                "attempt": job.attempt,
                "at": each.get("at") or tx.at,
                "level": each["level"],
                "message": each["message"],
                "data": each.get("data"),
            }
        )
    room = max(0.0, most - lease.log_entries)
    if len(new) > room:
        new = new[: int(room)]
        if new:
            new[-1] |= {"level": "warning", "message": FULL, "data": {"limits.job_log_entries": most}}
    if new:
        tx.add_unrecorded(job_log, new)
        counted = {"log_entries": lease.log_entries + len(new)}
        tx.update_unrecorded(job_leases, job_leases.c.job_row == job.row_id, counted)
    return len(new)


def note(tx: Write, job: AnyRow, level: str, message: str, data: dict[str, Any] | None = None) -> None:
    """Append an entry of Core's own."""
    append(tx, job, [{"level": level, "message": message, "data": data}])


def page(job_row: int, after: int, levels: Sequence[str], limit: int) -> Select[Any]:
    """The entries after the number `after` that have one of `levels`."""
    here = job_log.c
    return (
        select(job_log)
        .where(here.job_row == job_row, here.seq > after, here.level.in_(levels))
        .order_by(here.seq)
        .limit(limit)
    )


def lease_of(tx: Write, job: AnyRow) -> AnyRow:
    """The row that says who holds a job, made when there is none."""
    query = select(job_leases).where(job_leases.c.job_row == job.row_id)
    if found := tx.rows(query):
        return found[0]
    tx.save_unrecorded(job_leases, {"job_row": job.row_id, "claims": 0, "losses": 0, "log_entries": 0})
    return tx.rows(query)[0]


def _known(tx: Write, job: AnyRow, claim: int, numbers: Sequence[int]) -> set[int]:
    if not numbers:
        return set()
    here = job_log.c
    query = select(here.runner_seq).where(
        here.job_row == job.row_id,
        here.claim == claim,
        here.runner_seq.between(min(numbers), max(numbers)),
    )
    return {row.runner_seq for row in tx.rows(query)}
