"""Jobs as people see them: made, listed, cancelled, paused, tried again."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

import strawberry
from pydantic import Field
from sqlalchemy import Select
from strawberry import ID

from faceforge_executor import Batch, Level
from faceforge_schema.context import Context, Write
from faceforge_schema.declare.connections import listing
from faceforge_schema.declare.lookup import lookup
from faceforge_schema.declare.operation import mutation
from faceforge_schema.declare.resources import Record, attribute, resource
from faceforge_schema.declare.signatures import argument
from faceforge_schema.jobs.kinds import Kind, kind_of
from faceforge_schema.values.inputs import Input, Moment, OrDefault, RecordId, Word, invalid
from faceforge_schema.values.reference_checks import require_asset
from faceforge_schema.values.scalars import DateTime, JSONObject
from faceforge_schema.values.visible_jobs import SUPPLIED, visible_job
from faceforge_storage import tokens
from faceforge_storage.errors import Forbidden, InvalidInput, NotFound, UnknownReference
from faceforge_storage.jobs import jobs as rows


@strawberry.enum(description="Where a job stands; the last three never change any more.")
class JobState(Enum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@strawberry.type(description="Why a job failed, or why its last attempt did.")
class JobError:
    code: str = attribute("Stable; in Core's own jobs one of the codes of errors.", example="storage_failed")
    message: str = attribute("What happened.", example="The disk refused.")
    retryable: bool = attribute("Whether another attempt may succeed.", example=True)


@strawberry.type(description="Who runs a job.")
class JobLease:
    owner: str = attribute("The runner's name; `core` for Core itself.", example="core")
    expires_at: DateTime | None = attribute(
        "When it is lost unless the runner is heard of; null for Core itself."
    )


@strawberry.type(description="How far a job is.")
class JobProgress:
    fraction: float | None = attribute(
        "From 0 to 1; never falls within an attempt. Null where the end is not known.", example=0.37
    )
    step: int | None = attribute("Which step of the work, from 1.", example=2)
    total_steps: int | None = attribute("How many steps there are.", example=3)
    message: str = attribute("What it is at.", example="photos/2015")
    counts: JSONObject = attribute("What was counted, by name.", example={"done": 370, "bytes": 1048576})
    rate: float | None = attribute("How many `bytes` a second, or of what `done` counts.", example=1048576.0)
    eta_s: float | None = attribute("How many seconds are left at this pace.", example=12.5)


def _leases(level: Level) -> list[dict[str, Any] | None]:
    columns = (level.parents.column(name) for name in ("lease_owner", "lease_expires_at"))
    pairs = zip(*columns, strict=True)
    return [None if owner is None else {"owner": owner, "expires_at": expires} for owner, expires in pairs]


@resource("job_id", needs="jobs:read")
class Job(Record):
    """Long work, in the database: it survives a crash, and what it has saved it need not do again."""

    id: ID = attribute("64 lower-case hex digits.")
    job_type: str = attribute("Of which kind it is.", example="core.bulk_import")
    state: JobState = attribute("Where it stands.")
    priority: int = attribute("From 0 to 9; a low one is run first.", example=5)
    input: JSONObject | None = attribute("What it is to work on.", example={"path": "/srv/pictures"})
    input_asset_id: ID | None = attribute("The stored file that it is to work on.")
    output: JSONObject | None = attribute("What came of it.")
    output_asset_ids: list[ID] = attribute("The files that came of it.")
    error: JobError | None = attribute("Why it failed, or its last attempt.")
    attempt: int = attribute("How often it was begun; an attempt that was handed back is not counted.")
    max_attempts: int = attribute("How many attempts there may be.", example=3)
    run_after: DateTime = attribute("It is not begun before.")
    timeout_s: int | None = attribute("How long one attempt may take, in seconds.", example=3600)
    unique_key: str | None = attribute("No two unfinished jobs of its type have the same.")
    parent_job_id: ID | None = attribute("The job that made it.")
    retry_of: ID | None = attribute("The job that it tries again.")
    schedule_id: ID | None = attribute("The schedule that made it.")
    plugin_id: str | None = attribute("The plugin that it belongs to.")
    made_by: str = attribute("Who made it: `install` or `token:` and its name.", example="install")
    lease: JobLease | None = attribute(
        "Who runs it now.", Batch(_leases, frozenset({"lease_owner", "lease_expires_at"}))
    )
    progress: JobProgress | None = attribute("How far it is.")
    checkpoint: JSONObject | None = attribute("Where another attempt would go on.")
    cancel_requested_at: DateTime | None = attribute("When it was asked to stop for good.")
    pause_requested_at: DateTime | None = attribute("When it was asked to stop for now, and has not yet.")
    paused_at: DateTime | None = attribute("Since when it is held; it waits until it is resumed.")
    created_at: DateTime = attribute("When it was made.")
    started_at: DateTime | None = attribute("When it was begun first.")
    finished_at: DateTime | None = attribute("When it ended.")
    updated_at: DateTime = attribute("When it last changed; progress does not count.")
    version: int = attribute("Rises by one with each change; progress does not count.")


@resource("job_id", needs="jobs:read", record="job")
class CreatedJob(Job):
    """The job that a create answers."""

    deduplicated: bool = attribute(
        "Whether an unfinished job with the same `unique_key` is answered in place of a new one.",
        marks_duplicate="An unfinished job of the type has this `unique_key`; this is it.",
    )


@strawberry.enum(description="What jobs can be sorted by.")
class JobSort(Enum):
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


@strawberry.pydantic.input(description="A new job.")
class JobCreate(Input):
    job_type: Annotated[str, Field(max_length=100)] = Field(
        description="Of which kind it is to be.", examples=["core.bulk_import"]
    )
    input: OrDefault[JSONObject] = Field(
        default=JSONObject({}), description="What it is to work on; fits the schema of its type."
    )
    input_asset_id: RecordId | None = Field(
        default=None,
        description="A stored file that it is to work on, for what is too large for `input`; some types need one.",
    )
    priority: OrDefault[Annotated[int, Field(ge=0, le=9)]] = Field(
        default=5, description="A low one is run first."
    )
    run_after: Moment | None = Field(default=None, description="It is not begun before; now by default.")
    max_attempts: Annotated[int, Field(ge=1, le=100)] | None = Field(
        default=None, description="How many attempts there may be; that of its type by default."
    )
    timeout_s: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="How long one attempt may take, in seconds; that of its type by default."
    )
    unique_key: Word | None = Field(
        default=None,
        description="While a job of the type with the same is unfinished, that is answered and none is made.",
    )
    parent_job_id: RecordId | None = Field(default=None, description="The job that makes it.")


@lookup("GET /jobs/{job_id}", Job, needs="jobs:read", supplied=SUPPLIED)
def job(every: bool, own_types: str, permissions: str) -> Select[Any]:
    """Read a job by its id, with how far it is."""
    return rows.matching(every=every, own_types=own_types, permissions=permissions)


@listing("GET /jobs", Job, sort=JobSort, needs="jobs:read", supplied=SUPPLIED)
def jobs(
    every: bool,
    own_types: str,
    permissions: str,
    ids: list[ID] | None = None,
    state: JobState | None = None,
    job_type: str | None = None,
    parent_job_id: ID | None = None,
    schedule_id: ID | None = None,
    active: Annotated[bool | None, argument("Whether they are unfinished.", True)] = None,
) -> Select[Any]:
    """List jobs that fit every filter."""
    return rows.matching(
        every=every,
        own_types=own_types,
        permissions=permissions,
        ids=ids,
        state=None if state is None else state.value,
        job_type=job_type,
        parent_job_id=parent_job_id,
        schedule_id=schedule_id,
        active=active,
    )


@mutation(
    "POST /jobs",
    errors=(InvalidInput, UnknownReference, Forbidden),
    needs="jobs:write",
    status=201,
)
def create_job(tx: Write, context: Context, input: JobCreate) -> CreatedJob:
    """Make a job. It may do what you may, and no more; its type says what you need."""
    return create(tx, context, input)


def create(tx: Write, context: Context, input: JobCreate, **beside: Any) -> CreatedJob:
    """Store a job for who asks, or find the one with its key; `beside` are further columns, such as `schedule_id`.

    Raises InvalidInput, UnknownReference, Forbidden.
    """
    kind = kind_for(tx, context, input.job_type)
    kind.check_input(input.input)
    kind.check_asset(input.input_asset_id)
    if input.input_asset_id is not None:
        context.actor.check(frozenset({"assets:read"}))
        require_asset(tx.connection, "/input_asset_id", input.input_asset_id)
    if input.parent_job_id is not None:
        _require_parent(tx, context, input.parent_job_id)
    values = input.model_dump(mode="json", exclude_none=True)
    limits = {"max_attempts": kind.max_attempts, "timeout_s": kind.timeout_s}
    maker = {"made_by": context.actor.name, "token_id": token_id_of(tx, context)}
    row, deduplicated = rows.create(tx, {**limits, **values, **maker, **beside})
    context.core.jobs.expect()
    stored = rows.shown(tx.connection, row.id)
    return CreatedJob.of_values({**stored._mapping, "deduplicated": deduplicated})


def token_id_of(tx: Write, context: Context) -> str | None:
    """The limited token that asks; None for the install token. Raises Forbidden when it is revoked by now."""
    if not context.actor.limited:
        return None
    row = tokens.by_secret_hash(tx.connection, context.actor.token_hash)
    if row is None:
        raise Forbidden("The token that asks is revoked.")
    found: str = row.id
    return found


def kind_for(tx: Write, context: Context, name: str) -> Kind:
    """The kind of jobs with a name, for who asks to make one; raises InvalidInput, Forbidden."""
    try:
        kind = kind_of(tx.connection, context.core, name)
    except NotFound as error:
        raise invalid("/job_type", "is no job type", "unknown_job_type", hint=error.hint) from None
    context.actor.check(kind.needs)
    return kind


def _require_parent(tx: Write, context: Context, job_id: str) -> None:
    try:
        visible_job(tx.connection, context, job_id)
    except NotFound:
        raise invalid("/parent_job_id", "names no job", "unknown_reference") from None
