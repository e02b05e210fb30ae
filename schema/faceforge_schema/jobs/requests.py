"""What people ask of a job: to stop for good or for now, to go on, and to be tried again."""

from __future__ import annotations

from collections.abc import Callable

from strawberry import ID

from faceforge_schema.context import Context, Write
from faceforge_schema.declare.operation import mutation
from faceforge_schema.declare.resources import attribute, resource
from faceforge_schema.jobs.jobs import CreatedJob, Job, JobCreate, create
from faceforge_schema.values.scalars import JSONObject
from faceforge_schema.values.visible_jobs import visible_job
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.errors import Conflict, Forbidden, InvalidInput, NotFound, UnknownReference
from faceforge_storage.jobs import jobs as rows
from faceforge_storage.jobs import requests


@resource("job_id", needs="jobs:read", record="job")
class AskedJob(Job):
    """A job of which something was asked."""

    done: bool = attribute(
        "Whether it is so already; false while the one who runs it has still to see it.",
        marks_duplicate="It is so already: nobody runs the job.",
    )


@mutation("POST /jobs/{job_id}/cancel", errors=(NotFound,), needs="jobs:write", status=202)
def cancel_job(tx: Write, context: Context, job_id: ID) -> AskedJob:
    """Cancel a job. One that waits ends at once, one that runs as soon as it sees it; one that has ended stays."""
    return _asked(tx, context, job_id, requests.cancel)


@mutation("POST /jobs/{job_id}/pause", errors=(NotFound,), needs="jobs:write", status=202)
def pause_job(tx: Write, context: Context, job_id: ID) -> AskedJob:
    """Pause a job. One that runs stops as soon as it sees it, and goes on from its checkpoint when it is resumed."""
    return _asked(tx, context, job_id, requests.pause)


@mutation("POST /jobs/{job_id}/resume", errors=(NotFound,), needs="jobs:write")
def resume_job(tx: Write, context: Context, job_id: ID) -> Job:
    """Let a job go on that is paused, or is to be. Any other stays as it is."""
    row = requests.resume(tx, visible_job(tx.connection, context, job_id))
    return Job.of(_told(tx, context, row))


@mutation(
    "POST /jobs/{job_id}/retry",
    errors=(NotFound, Conflict, InvalidInput, UnknownReference, Forbidden),
    needs="jobs:write",
    status=201,
)
def retry_job(tx: Write, context: Context, job_id: ID) -> CreatedJob:
    """Try a job again that has ended. A new one with the same input is made, which may do what you may."""
    old = visible_job(tx.connection, context, job_id)
    if old.finished_at is None:
        raise Conflict("The job has not ended.", hint="Cancel it first, or wait.")
    again = JobCreate(
        job_type=old.job_type,
        input=JSONObject(old.input or {}),
        input_asset_id=old.input_asset_id,
        priority=old.priority,
        max_attempts=old.max_attempts,
        timeout_s=old.timeout_s,
        unique_key=old.unique_key,
    )
    return create(
        tx, context, again, retry_of=old.id, parent_job_id=old.parent_job_id, plugin_id=old.plugin_id
    )


def _asked(tx: Write, context: Context, job_id: str, ask: Callable[[Write, AnyRow], AnyRow]) -> AskedJob:
    row = ask(tx, visible_job(tx.connection, context, job_id))
    stored = _told(tx, context, row)
    return AskedJob.of_values({**stored._mapping, "done": stored.state != rows.RUNNING})


def _told(tx: Write, context: Context, row: AnyRow) -> AnyRow:
    """The row as it is shown; whoever waits for jobs, or follows this one, is told that it has changed."""
    context.core.jobs.expect()
    context.core.jobs.expect_log(row.id)
    return rows.shown(tx.connection, row.id)
