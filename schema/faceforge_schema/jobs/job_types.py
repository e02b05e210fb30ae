"""The kinds of jobs there are: to read, and for runners to register."""

from __future__ import annotations

import re
from typing import Annotated, Any

import strawberry
from pydantic import Field
from sqlalchemy import select

from faceforge_schema.context import Context, Core, Reader, Write
from faceforge_schema.declare.operation import mutation, query
from faceforge_schema.declare.resources import attribute
from faceforge_schema.declared_jobs import OWN
from faceforge_schema.declared_jobs import JobType as DeclaredType
from faceforge_schema.jobs.jobs import token_id_of
from faceforge_schema.values.inputs import Input, Name, Note, OrDefault, Word, invalid
from faceforge_schema.values.scalars import JSONObject
from faceforge_storage import tokens
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.database.tables import job_types as table
from faceforge_storage.errors import Forbidden, InvalidInput, NameTaken, NotFound

NAME = r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$"
STORED = (
    *("name", "title", "description", "input_schema", "output_schema"),
    *("needs", "max_attempts", "timeout_s", "concurrency"),
)
"""The columns that are shown of one that was registered."""
ANYTHING = JSONObject({"type": "object"})


@strawberry.type(description="A kind of jobs: what goes in, what comes out, what it needs.")
class JobType:
    name: str = attribute("What it is called.", example="core.bulk_import")
    title: str | None = attribute("What people see.", example="Bring a folder in")
    description: str | None = attribute("What it does.", example="Brings the files of a folder in.")
    input_schema: JSONObject = attribute("The JSON Schema of `input`.")
    output_schema: JSONObject = attribute("The JSON Schema of `output`.")
    needs: list[str] = attribute(
        "The permissions without which a job of it can be neither made nor seen.", example=["imports:write"]
    )
    max_attempts: int = attribute("How many attempts a job has, unless it says otherwise.", example=3)
    timeout_s: int | None = attribute("How long one attempt may take, in seconds.")
    concurrency: int | None = attribute("How many run at once at most.", example=1)
    takes_asset: bool = attribute(
        "Whether a job of it works on a stored file, and has to name it: `input_asset_id`.", example=False
    )
    external: bool = attribute("Whether a runner runs it; false for what Core runs itself.", example=False)
    lane: str | None = attribute("Which threads of Core run it: cpu, io, net or gpu.", example="io")


@strawberry.type(description="The kinds of jobs.")
class JobTypes:
    items: list[JobType] = attribute("All of them, by name.")


@strawberry.pydantic.input(description="A kind of jobs that a runner runs.")
class JobTypeInput(Input):
    title: Name | None = Field(default=None, description="What people see.")
    description: Note | None = Field(default=None, description="What it does.")
    input_schema: OrDefault[JSONObject] = Field(
        default=ANYTHING, description="The JSON Schema (2020-12) that `input` fits."
    )
    output_schema: OrDefault[JSONObject] = Field(
        default=ANYTHING, description="The JSON Schema (2020-12) that `output` fits."
    )
    needs: OrDefault[Annotated[list[Word], Field(max_length=100)]] = Field(
        default=[], description="The permissions without which a job of it can be neither made nor seen."
    )
    max_attempts: OrDefault[Annotated[int, Field(ge=1, le=100)]] = Field(
        default=3, description="How many attempts a job has, unless it says otherwise."
    )
    timeout_s: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="How long one attempt may take, in seconds."
    )
    concurrency: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None, description="How many run at once at most."
    )


@query("GET /job-types", needs="jobs:read")
def job_types(db: Reader, context: Context) -> JobTypes:
    """List the kinds of jobs. Some Core runs itself, the others runners have registered."""
    own = [_of_declared(each) for each in context.core.job_types.values()]
    found = [_of_row(each) for each in db.execute(select(table))]
    return JobTypes(items=sorted([*own, *found], key=lambda each: each.name))


@query("GET /job-types/{name}", needs="jobs:read", errors=(NotFound,))
def job_type(db: Reader, context: Context, name: str) -> JobType:
    """Read a kind of jobs by its name."""
    declared = context.core.job_types.get(name)
    if declared is not None:
        return _of_declared(declared)
    return _of_row(_row(db, name))


@mutation("PUT /job-types/{name}", errors=(InvalidInput, NameTaken, Forbidden), needs="jobs:run")
def register_job_type(tx: Write, context: Context, name: str, input: JobTypeInput) -> JobType:
    """Register a kind of jobs that you run, or change it. The name has a dot: `comfyui.generate`."""
    _check_name(name)
    _check(context.core, input)
    mine = token_id_of(tx, context)
    values = {**input.model_dump(mode="json"), "needs": sorted(set(input.needs))}
    row = tx.connection.execute(select(table).where(table.c.name == name)).one_or_none()
    if row is None:
        return _of_row(tx.insert(table, [{"name": name, "token_id": mine, **values}])[0])
    if mine is not None and row.token_id != mine:
        _check_left(tx, row)
        values["token_id"] = mine
    return _of_row(tx.update(table, row, values))


def _row(db: Reader, name: str) -> AnyRow:
    row = db.execute(select(table).where(table.c.name == name)).one_or_none()
    if row is None:
        raise NotFound(f"There is no job type {name[:80]!r}.")
    return row


def _check_name(name: str) -> None:
    if len(name) > 100 or not re.fullmatch(NAME, name):
        raise invalid("/name", "is two or more words of a-z, 0-9 and _ with dots between them")
    if name.startswith(OWN):
        raise invalid("/name", f"begins with {OWN}, as those of Core do")


def _check_left(tx: Write, row: AnyRow) -> None:
    """Raise NameTaken unless the token that registered a type is gone."""
    if row.token_id is None or tx.rows(tokens.matching([row.token_id])):
        raise NameTaken(f"Another token has registered {row.name}.", hint="Choose another name.")


def _check(core: Core, input: JobTypeInput) -> None:
    from faceforge_schema.values.foreign_schemas import faults_of_schema  # takes a tenth of the start

    unknown = sorted(set(input.needs) - core.permissions)
    if unknown:
        raise invalid("/needs", f"{', '.join(unknown)[:200]}: there is no such permission")
    for name in ("input_schema", "output_schema"):
        for fault in faults_of_schema(getattr(input, name)):
            raise invalid(f"/{name}{fault.pointer}", fault.message, fault.code)


def _of_declared(kind: DeclaredType) -> JobType:
    return JobType(
        name=kind.name,
        title=None,
        description=kind.description,
        input_schema=JSONObject(kind.input.model_json_schema()),
        output_schema=JSONObject(kind.output.model_json_schema()),
        needs=sorted(kind.needs),
        max_attempts=kind.max_attempts,
        timeout_s=kind.timeout_s,
        concurrency=kind.concurrency,
        takes_asset=kind.takes_asset,
        external=False,
        lane=kind.lane,
    )


def _of_row(row: AnyRow) -> JobType:
    values: dict[str, Any] = {name: row._mapping[name] for name in STORED}
    return JobType(**values, takes_asset=False, external=True, lane=None)
