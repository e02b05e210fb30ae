"""What a runner says of a job that it holds: that it is alive, how far it is, what happens, and how it ended."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Annotated, Any

import strawberry
from pydantic import AfterValidator, Field
from strawberry import ID

from faceforge_schema.context import Context, Write
from faceforge_schema.declare.operation import mutation
from faceforge_schema.declare.resources import attribute
from faceforge_schema.jobs.claims import EXAMPLE
from faceforge_schema.jobs.jobs import Job
from faceforge_schema.jobs.kinds import kind_of
from faceforge_schema.jobs.log import LogLevel
from faceforge_schema.jobs.telling import tell_progress
from faceforge_schema.values.inputs import Input, Moment, OrDefault, RecordId, invalid
from faceforge_schema.values.reference_checks import require_records
from faceforge_schema.values.scalars import DateTime, JSONObject
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.database.json_columns import dumps
from faceforge_storage.database.tables import assets
from faceforge_storage.errors import InvalidInput, LeaseLost, NotFound, UnknownReference
from faceforge_storage.jobs import endings, leases, log, progress
from faceforge_storage.jobs import jobs as rows
from faceforge_storage.tokens import hash_of

CHECKPOINT_BYTES = 64 * 1024
ENTRY_BYTES = 16 * 1024
MOST_ENTRIES = 500
MOST_COUNTS = 20
NEEDS = "jobs:run"


def _counts(counts: dict[str, Any]) -> JSONObject:
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in counts.values())
    if len(counts) > MOST_COUNTS or not numbers:
        raise ValueError(f"holds at most {MOST_COUNTS} numbers")
    return JSONObject(counts)


def _data(data: dict[str, Any]) -> JSONObject:
    if len(dumps(data).encode()) > ENTRY_BYTES:
        raise ValueError(f"has at most {ENTRY_BYTES} bytes of JSON")
    return JSONObject(data)


LeaseToken = Annotated[str, Field(max_length=200)]
OF_CLAIM = "The token that came with the claim."
Text = Annotated[str, Field(max_length=4000)]


@strawberry.pydantic.input(description="How far a job is.")
class ProgressInput(Input):
    fraction: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None,
        description="From 0 to 1; a lower one than before has no effect. Null where no end is known.",
    )
    step: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(
        default=None, description="Which step of the work, from 1."
    )
    total_steps: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(
        default=None, description="How many steps there are."
    )
    message: OrDefault[Annotated[str, Field(max_length=500)]] = Field(
        default="", description="What it is at."
    )
    counts: OrDefault[Annotated[JSONObject, AfterValidator(_counts)]] = Field(
        default=JSONObject({}),
        description="Numbers by name; `bytes` or else `done` gives the rate.",
        examples=[{"done": 370}],
    )


@strawberry.pydantic.input(description="A runner is alive.")
class HeartbeatInput(Input):
    lease_token: LeaseToken = Field(description=OF_CLAIM, examples=[EXAMPLE])
    progress: ProgressInput | None = Field(default=None, description="How far it is.")
    checkpoint: JSONObject | None = Field(
        default=None, description="Where another attempt is to go on; at most 64 KB of JSON."
    )


@strawberry.type(description="What a runner is to know.")
class Heartbeat:
    cancel_requested: bool = attribute("Whether to stop for good: then fail, or release.")
    pause_requested: bool = attribute("Whether to stop for now: then save a checkpoint, and release.")
    lease_expires_at: DateTime = attribute("When the job is lost, unless another heartbeat comes before.")


@strawberry.pydantic.input(description="An entry for the log of a job.")
class LogEntryInput(Input):
    seq: Annotated[int, Field(ge=1, le=2**31 - 1)] = Field(
        description="Your number of the entry within this claim: sent again, it is not stored again."
    )
    at: Moment | None = Field(default=None, description="When it happened; now by default.")
    level: OrDefault[LogLevel] = Field(default=LogLevel.INFO, description="How much it matters.")
    message: Text = Field(description="What happened.", examples=["Read 300 files."])
    data: Annotated[JSONObject, AfterValidator(_data)] | None = Field(
        default=None, description="What belongs to it; at most 16 KB of JSON."
    )


@strawberry.pydantic.input(description="Entries for the log of a job.")
class LogInput(Input):
    lease_token: LeaseToken = Field(description=OF_CLAIM, examples=[EXAMPLE])
    entries: Annotated[list[LogEntryInput], Field(min_length=1, max_length=MOST_ENTRIES)] = Field(
        description=f"At most {MOST_ENTRIES} at once.", examples=[[{"seq": 1, "message": "Read 300 files."}]]
    )


@strawberry.type(description="What became of entries for a log.")
class Appended:
    appended: int = attribute("How many were new.", example=1)
    last_seq: int = attribute("The number of the last entry of the log.", example=42)


@strawberry.pydantic.input(description="What came of a job.")
class CompleteInput(Input):
    lease_token: LeaseToken = Field(description=OF_CLAIM, examples=[EXAMPLE])
    output: OrDefault[JSONObject] = Field(
        default=JSONObject({}), description="What came of it; fits the output schema of its type."
    )
    output_asset_ids: OrDefault[Annotated[list[RecordId], Field(max_length=1000)]] = Field(
        default=[], description="The files that came of it, which are uploaded before."
    )


@strawberry.pydantic.input(description="Why a job failed.")
class ErrorInput(Input):
    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")] = Field(
        description="Stable, for programs.", examples=["out_of_memory"]
    )
    message: Text = Field(
        description="For people.", examples=["The graphics processor has too little memory."]
    )
    retryable: OrDefault[bool] = Field(default=True, description="Whether another attempt may succeed.")


@strawberry.pydantic.input(description="A job that failed.")
class FailInput(Input):
    lease_token: LeaseToken = Field(description=OF_CLAIM, examples=[EXAMPLE])
    error: ErrorInput = Field(
        description="Why.",
        examples=[{"code": "out_of_memory", "message": "The graphics processor has too little memory."}],
    )
    retry_after_s: Annotated[float, Field(ge=0, le=86_400)] | None = Field(
        default=None, description="How many seconds until the next attempt; by default more with each."
    )


@strawberry.pydantic.input(description="A job that is handed back.")
class ReleaseInput(Input):
    lease_token: LeaseToken = Field(description=OF_CLAIM, examples=[EXAMPLE])


@mutation("POST /jobs/{job_id}/heartbeat", errors=(NotFound, LeaseLost, InvalidInput), needs=NEEDS)
def heartbeat_job(tx: Write, context: Context, job_id: ID, input: HeartbeatInput) -> Heartbeat:
    """Say that you are alive and how far you are. The answer says whether to stop. Do it three times within a lease."""
    job = rows.get(tx.connection, job_id)
    lease = leases.held(tx, job, input.lease_token)
    if input.checkpoint is not None:
        if len(dumps(input.checkpoint).encode()) > CHECKPOINT_BYTES:
            raise invalid("/checkpoint", f"has at most {CHECKPOINT_BYTES} bytes of JSON", "too_long")
        leases.save(tx, job, {"checkpoint": input.checkpoint, "losses": 0})
    if input.progress is not None:
        said = input.progress.model_dump(mode="json")
        reached = progress.advanced(lease.progress, said, time.time())
        leases.save(tx, job, {"progress": reached})
        tell_progress(context.core, job, kind_of(tx.connection, context.core, job.job_type).needs, reached)
    return Heartbeat(
        cancel_requested=job.cancel_requested_at is not None,
        pause_requested=job.pause_requested_at is not None,
        lease_expires_at=DateTime(leases.extend(tx, job, lease)),
    )


@mutation("POST /jobs/{job_id}/log", errors=(NotFound, LeaseLost, InvalidInput), needs=NEEDS)
def append_job_log(tx: Write, context: Context, job_id: ID, input: LogInput) -> Appended:
    """Append to the log of a job that you hold. Entries that were stored already are left out."""
    job = rows.get(tx.connection, job_id)
    leases.held(tx, job, input.lease_token)
    entries = [
        {**values, "runner_seq": values.pop("seq")}
        for values in (each.model_dump(mode="json") for each in input.entries)
    ]
    added = log.append(tx, job, entries, context.core.settings.limits.job_log_entries)
    context.core.jobs.expect_log(job_id)
    return Appended(appended=added, last_seq=log.lease_of(tx, job).log_entries)


@mutation(
    "POST /jobs/{job_id}/complete", errors=(NotFound, LeaseLost, InvalidInput, UnknownReference), needs=NEEDS
)
def complete_job(tx: Write, context: Context, job_id: ID, input: CompleteInput) -> Job:
    """Say what came of a job. Sent again with the same body it is answered alike."""

    def end(job: AnyRow) -> AnyRow:
        kind_of(tx.connection, context.core, job.job_type).check_output(input.output)
        require_records(tx.connection, assets, "/output_asset_ids", input.output_asset_ids)
        return endings.succeed(tx, job, input.output, list(input.output_asset_ids))

    return _ended(tx, context, job_id, input, end)


@mutation("POST /jobs/{job_id}/fail", errors=(NotFound, LeaseLost, InvalidInput), needs=NEEDS)
def fail_job(tx: Write, context: Context, job_id: ID, input: FailInput) -> Job:
    """Fail an attempt at a job. It is tried again later, unless that is of no use or there were enough attempts."""
    error = input.error.model_dump(mode="json")
    return _ended(tx, context, job_id, input, lambda job: endings.fail(tx, job, error, input.retry_after_s))


@mutation("POST /jobs/{job_id}/release", errors=(NotFound, LeaseLost), needs=NEEDS)
def release_job(tx: Write, context: Context, job_id: ID, input: ReleaseInput) -> Job:
    """Hand a job back without using an attempt. Another runner goes on from its checkpoint."""
    return _ended(tx, context, job_id, input, lambda job: endings.release(tx, job))


Ending = CompleteInput | FailInput | ReleaseInput


def _ended(tx: Write, context: Context, job_id: str, input: Ending, end: Callable[[AnyRow], AnyRow]) -> Job:
    """The job after its claim has ended so; after the same request has ended it before, as it is now."""
    job = rows.get(tx.connection, job_id)
    lease = log.lease_of(tx, job)
    token, body = hash_of(input.lease_token), _digest(input)
    if (lease.ended_token_hash, lease.ended_hash) != (token, body):
        leases.held(tx, job, input.lease_token)
        end(job)
        leases.save(tx, job, {"ended_token_hash": token, "ended_hash": body})
        context.core.jobs.expect()
        context.core.jobs.expect_log(job_id)
    return Job.of(rows.shown(tx.connection, job_id))


def _digest(input: Ending) -> str:
    said = f"{type(input).__name__}:{dumps(input.model_dump(mode='json'))}"
    return hashlib.sha256(said.encode()).hexdigest()
