"""The job of a schedule that is due: made with the authority of whoever the schedule belongs to, and with no more."""

from __future__ import annotations

from datetime import UTC, datetime

from faceforge_schema.context import Core, Write
from faceforge_schema.jobs.authority import maker_of
from faceforge_schema.jobs.kinds import kind_of
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.errors import Forbidden, InvalidInput, NotFound
from faceforge_storage.jobs import jobs
from faceforge_storage.schedules import rows
from faceforge_storage.schedules.cron import next_run, text_of

REVOKED = "The token with whose permissions it ran is revoked."


def unique_key(schedule: AnyRow) -> str:
    """The key that all jobs of a schedule have, so that only one of them is unfinished."""
    return f"schedule:{schedule.id}"


def next_due(schedule: AnyRow) -> str | None:
    """When a schedule is due next after now, however long it was not looked at; None for one that is off or watches."""
    if not schedule.enabled or schedule.cron is None:
        return None
    return text_of(next_run(schedule.cron, schedule.time_zone, datetime.now(UTC)))


def make_due(tx: Write, core: Core, schedule_id: str) -> bool:
    """Make the job of a schedule, and note when it is due next: what was missed is made up once.

    Answers False when its last job is unfinished. Whether its maker may still do what the type needs is asked when the
    job is begun, which then fails; a schedule whose maker is gone is disabled.
    """
    core.jobs.expect()
    try:
        schedule = rows.get(tx.connection, schedule_id)
    except NotFound:
        return True
    is_early = schedule.cron is not None and (schedule.next_run_at or tx.at) > tx.at
    if not schedule.enabled or is_early:
        return True
    try:
        maker_of(tx.connection, core, schedule)
    except Forbidden:
        rows.disable(tx, schedule, REVOKED)
        return True
    noted = {"next_run_at": next_due(schedule), "problem": None}
    deduplicated = False
    try:
        job, deduplicated = _make(tx, core, schedule)
    except (InvalidInput, NotFound) as error:
        noted["problem"] = error.detail
    else:
        noted["last_job_id"] = job.id
    rows.note(tx, schedule, noted)
    return not deduplicated


def _make(tx: Write, core: Core, schedule: AnyRow) -> tuple[AnyRow, bool]:
    """The job, and whether it was there already. Raises NotFound for a type that is gone, InvalidInput."""
    kind = kind_of(tx.connection, core, schedule.job_type)
    kind.check_input(schedule.input)
    kind.check_asset(None)
    return jobs.create(
        tx,
        {
            "job_type": kind.name,
            "input": schedule.input,
            "max_attempts": kind.max_attempts,
            "timeout_s": kind.timeout_s,
            "unique_key": unique_key(schedule),
            "schedule_id": schedule.id,
            "made_by": schedule.made_by,
            "token_id": schedule.token_id,
        },
    )
