"""Schedules: jobs that are made again and again, at set times or when something comes into a folder."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

import strawberry
from pydantic import Field
from sqlalchemy import Select
from strawberry import ID, Maybe

from faceforge_schema.context import Context, Reader, Write
from faceforge_schema.declare.connection_types import SortOrder
from faceforge_schema.declare.connections import listing
from faceforge_schema.declare.lookup import lookup
from faceforge_schema.declare.operation import mutation
from faceforge_schema.declare.resources import Record, attribute, resource
from faceforge_schema.jobs.jobs import CreatedJob, JobCreate, create, kind_for, token_id_of
from faceforge_schema.schedules.due import next_due, unique_key
from faceforge_schema.schedules.folders import NEEDED, check_folder
from faceforge_schema.values.inputs import Input, OrDefault, Word, invalid, patched
from faceforge_schema.values.scalars import DateTime, JSONObject
from faceforge_schema.values.visible_jobs import SUPPLIED, visible_to
from faceforge_storage.database import records, tables
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.errors import Forbidden, InvalidInput, NameTaken, NotFound, VersionConflict
from faceforge_storage.schedules import cron as times
from faceforge_storage.schedules import rows

Cron = Annotated[str, Field(max_length=times.MAX_LENGTH)]
Folder = Annotated[str, Field(min_length=1, max_length=4000)]
CRON = "Five fields: minute, hour, day of the month, month, day of the week."
ZONE = "The clock that `cron` is read on."
WATCH = "A folder, in place of `cron`: whatever comes into it starts a job."


@resource("schedule_id", needs="jobs:read")
class Schedule(Record):
    """A job that is made again and again, at set times or when something comes into a folder."""

    id: ID = attribute("64 lower-case hex digits.")
    name: str = attribute("What it is called.", example="Pictures of the camera")
    cron: str | None = attribute(CRON, example=times.EXAMPLE)
    time_zone: str = attribute(ZONE, example="Europe/Vienna")
    watch: str | None = attribute(WATCH, example="/srv/pictures")
    job_type: str = attribute("Of which kind its jobs are.", example="core.bulk_import")
    input: JSONObject = attribute("What they are to work on.", example={"path": "/srv/pictures"})
    enabled: bool = attribute("Whether it makes jobs.", example=True)
    disabled_reason: str | None = attribute("Why Core turned it off; null where a person did.")
    made_by: str = attribute("Whose permissions its jobs have: who changed it last.", example="install")
    next_run_at: DateTime | None = attribute("When it is due next; null for one that is off or watches.")
    last_job_id: ID | None = attribute("The last job that it made.")
    problem: str | None = attribute(
        "What keeps it from making jobs now, though it is on; it is tried again.",
        example="There is no such folder.",
    )
    created_at: DateTime = attribute("When it was made.")
    updated_at: DateTime = attribute("When it last changed.")
    version: int = attribute("Rises by one with each change.")


@strawberry.enum(description="What schedules can be sorted by.")
class ScheduleSort(Enum):
    NAME = "name"
    CREATED_AT = "created_at"


@strawberry.pydantic.input(description="A new schedule, with either `cron` or `watch`.")
class ScheduleCreate(Input):
    name: Word = Field(description="What it is called.")
    cron: Cron | None = Field(default=None, description=CRON)
    time_zone: OrDefault[Word] = Field(default="UTC", description=ZONE)
    watch: Folder | None = Field(default=None, description=WATCH)
    job_type: Annotated[str, Field(max_length=100)] = Field(description="Of which kind its jobs are.")
    input: OrDefault[JSONObject] = Field(
        default=JSONObject({}), description="What they are to work on; fits the schema of their type."
    )
    enabled: OrDefault[bool] = Field(default=True, description="Whether it makes jobs.")


@strawberry.pydantic.input(
    description="Changes to a schedule: an absent key keeps, null clears. Its jobs have your permissions then."
)
class SchedulePatch(Input):
    name: Maybe[Word] = Field(description="What it is called.")
    cron: Maybe[Cron | None] = Field(description=CRON)
    time_zone: Maybe[Word] = Field(description=ZONE)
    watch: Maybe[Folder | None] = Field(description=WATCH)
    input: Maybe[JSONObject] = Field(description="What its jobs are to work on; replaced whole.")
    enabled: Maybe[bool] = Field(description="Whether it makes jobs.")


@lookup("GET /schedules/{schedule_id}", Schedule, needs="jobs:read", supplied=SUPPLIED)
def schedule(every: bool, own_types: str, permissions: str) -> Select[Any]:
    """Read a schedule by its id."""
    return rows.matching(every=every, own_types=own_types, permissions=permissions)


@listing(
    "GET /schedules",
    Schedule,
    sort=ScheduleSort,
    needs="jobs:read",
    order=SortOrder.ASC,
    supplied=SUPPLIED,
)
def schedules(every: bool, own_types: str, permissions: str, ids: list[ID] | None = None) -> Select[Any]:
    """List schedules."""
    return rows.matching(every=every, own_types=own_types, permissions=permissions, ids=ids)


def _check_new(_: Reader, context: Context, input: ScheduleCreate) -> None:
    """Raise Forbidden or InvalidInput for a folder that may not be watched."""
    if input.watch is not None and input.cron is None:
        check_folder(context, input.watch, "/watch")


def _check_patch(_: Reader, context: Context, input: SchedulePatch, **__: Any) -> None:
    watch = input.given().get("watch")
    if watch is not None:
        check_folder(context, watch, "/watch")


@mutation(
    "POST /schedules",
    errors=(InvalidInput, NameTaken, Forbidden),
    needs="jobs:write",
    status=201,
    before=_check_new,
)
def create_schedule(tx: Write, context: Context, input: ScheduleCreate) -> Schedule:
    """Make a schedule. Its jobs may do what you may at the time, and end when your token is revoked."""
    values = input.model_dump(mode="json")
    _check(tx, context, values)
    return _due(tx, context, rows.create(tx, {**values, **_maker(tx, context)}))


@mutation(
    "PATCH /schedules/{schedule_id}",
    errors=(NotFound, InvalidInput, NameTaken, VersionConflict, Forbidden),
    needs="jobs:write",
    before=_check_patch,
)
def update_schedule(
    tx: Write, context: Context, schedule_id: ID, input: SchedulePatch, expected_version: int | None = None
) -> Schedule:
    """Change a schedule, or turn it on or off. An absent key keeps, null clears. From then on its jobs may do what you
    may."""
    row = _found(tx, context, schedule_id)
    values = patched(row, input)
    if any(row._mapping[name] != value for name, value in values.items()):
        _check(tx, context, {**row._mapping, **values})
        values |= _maker(tx, context)
        if "enabled" in values:
            values["disabled_reason"] = None
    return _due(tx, context, rows.change(tx, row, values, expected_version))


@mutation(
    "DELETE /schedules/{schedule_id}", errors=(NotFound, VersionConflict), needs="jobs:write", status=204
)
def delete_schedule(tx: Write, context: Context, schedule_id: ID, expected_version: int | None = None) -> ID:
    """Remove a schedule. The jobs that it has made stay."""
    row = _found(tx, context, schedule_id)
    tx.delete(tables.schedules, [row], expected=expected_version)
    context.core.jobs.expect()
    return schedule_id


@mutation(
    "POST /schedules/{schedule_id}/run",
    errors=(NotFound, InvalidInput, Forbidden),
    needs="jobs:write",
    status=201,
)
def run_schedule(tx: Write, context: Context, schedule_id: ID) -> CreatedJob:
    """Make the job of a schedule now, with your permissions. While its last one is unfinished, that is answered."""
    row = _found(tx, context, schedule_id)
    wanted = JobCreate(job_type=row.job_type, input=row.input, unique_key=unique_key(row))
    job = create(tx, context, wanted, schedule_id=row.id)
    rows.note(tx, row, {"last_job_id": job.id})
    return job


def _found(tx: Write, context: Context, schedule_id: str) -> AnyRow:
    return records.find(tx.connection, rows.matching(**visible_to(context)), "id", schedule_id)


def _maker(tx: Write, context: Context) -> dict[str, Any]:
    return {"made_by": context.actor.name, "token_id": token_id_of(tx, context)}


def _due(tx: Write, context: Context, row: AnyRow) -> Schedule:
    """A schedule that is new or has changed, with when it is due next."""
    rows.note(tx, row, {"next_run_at": next_due(row), "problem": None})
    context.core.jobs.expect()
    return Schedule.of(rows.get(tx.connection, row.id))


def _check(tx: Write, context: Context, values: dict[str, Any]) -> None:
    """Raise InvalidInput for a schedule that cannot be meant, Forbidden for one whose jobs you may not make."""
    if (values["cron"] is None) == (values["watch"] is None):
        raise invalid("/cron", "is needed, or `watch`, and not both")
    try:
        times.zone_of(values["time_zone"])
    except times.BadCron as error:
        raise invalid("/time_zone", str(error), "value_error") from None
    if values["cron"] is not None:
        try:
            times.check(values["cron"], values["time_zone"])
        except times.BadCron as error:
            raise invalid("/cron", str(error), "value_error") from None
    kind = kind_for(tx, context, values["job_type"])
    kind.check_input(values["input"])
    if kind.takes_asset:
        raise invalid("/job_type", "works on a stored file, which a schedule does not name")
    if values["watch"] is not None:
        context.actor.check(NEEDED)
