"""The log of a job, read by pages."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry
from sqlalchemy import select
from strawberry import ID

from faceforge_schema.context import Context, Reader
from faceforge_schema.declare.operation import query
from faceforge_schema.declare.resources import attribute
from faceforge_schema.declare.signatures import argument
from faceforge_schema.values.inputs import invalid
from faceforge_schema.values.scalars import DateTime, JSONObject
from faceforge_schema.values.visible_jobs import visible_job
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.database.unrecorded_tables import job_leases
from faceforge_storage.errors import InvalidInput, NotFound
from faceforge_storage.jobs import log as rows

MAX_LIMIT = 1000


@strawberry.enum(description="How much an entry of a log matters.")
class LogLevel(Enum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@strawberry.type(description="An entry in the log of a job.")
class JobLogEntry:
    seq: int = attribute("From 1, without a gap.", example=42)
    attempt: int = attribute("In which attempt it was written.")
    at: DateTime = attribute("When.")
    level: LogLevel = attribute("How much it matters.")
    message: str = attribute("What happened.", example="Read 300 files.")
    data: JSONObject | None = attribute("What belongs to it.", example={"files": 300})


@strawberry.type(description="Entries of a log in their order, and where to go on.")
class JobLogPage:
    items: list[JobLogEntry] = attribute("The entries.")
    next_cursor: int = attribute(
        "Give it as `after` for what follows, also when there is no item.", example=42
    )
    has_more: bool = attribute("Whether there are further entries by now.")
    finished: bool = attribute("Whether the job has ended: nothing follows then.")


@query("GET /jobs/{job_id}/log", needs="jobs:read", errors=(NotFound, InvalidInput))
def job_log(
    db: Reader,
    context: Context,
    job_id: ID,
    after: Annotated[int, argument("The `seq` of the last entry you have.", 42)] = 0,
    limit: Annotated[int, argument(f"How many entries at most, 1 to {MAX_LIMIT}.", 100)] = 100,
    level: Annotated[LogLevel, argument("Only entries that matter so much at least.")] = LogLevel.DEBUG,
) -> JobLogPage:
    """Read the log of a job, the oldest entry first."""
    if not 1 <= limit <= MAX_LIMIT:
        raise invalid("/limit", f"must lie between 1 and {MAX_LIMIT}", "out_of_range")
    job = visible_job(db, context, job_id)
    levels = rows.LEVELS[rows.LEVELS.index(level.value) :]
    found = db.execute(rows.page(job.row_id, after, levels, limit + 1)).all()
    shown = found[:limit]
    last = (
        db.execute(select(job_leases.c.log_entries).where(job_leases.c.job_row == job.row_id)).scalar() or 0
    )
    more = len(found) > limit
    return JobLogPage(
        items=[_entry(each) for each in shown],
        # What is left out for its level was looked at, too.
        next_cursor=shown[-1].seq if more else max(after, last),
        has_more=more,
        finished=job.finished_at is not None,
    )


def _entry(row: AnyRow) -> JobLogEntry:
    data = None if row.data is None else JSONObject(row.data)
    return JobLogEntry(
        seq=row.seq,
        attempt=row.attempt,
        at=DateTime(row.at),
        level=LogLevel(row.level),
        message=row.message,
        data=data,
    )
