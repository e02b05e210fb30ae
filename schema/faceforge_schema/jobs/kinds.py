"""Which kinds of jobs there are: those that Core declares, and those that runners have registered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import select

from faceforge_schema.context import Core, Reader
from faceforge_schema.declared_jobs import JobType
from faceforge_schema.values.inputs import faults, invalid, read_json
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.database.json_columns import dumps
from faceforge_storage.database.tables import job_types
from faceforge_storage.errors import Fault, InvalidInput, NotFound

VALUE_BYTES = 256 * 1024
"""How large the input and the output of a job may be, as JSON."""


@dataclass(frozen=True)
class Kind:
    """A kind of jobs, declared or registered."""

    name: str
    needs: frozenset[str]
    max_attempts: int
    timeout_s: int | None
    concurrency: int | None
    takes_asset: bool
    """Whether a job has to name the stored file that it works on."""
    token_id: str | None
    """The token that registered it; None for the install token, and for Core's own."""
    faults_of_input: Callable[[Any], tuple[Fault, ...]]
    faults_of_output: Callable[[Any], tuple[Fault, ...]]

    def check_input(self, value: Any, where: str = "/input") -> None:
        """Raise InvalidInput for what is no input of the kind, each fault below the pointer `where`."""
        _check(value, where, self.faults_of_input)

    def check_asset(self, asset_id: str | None) -> None:
        """Raise InvalidInput for a job without the stored file that the kind works on."""
        if self.takes_asset and asset_id is None:
            raise invalid("/input_asset_id", f"is required: {self.name} works on a stored file", "required")

    def check_output(self, value: Any, where: str = "/output") -> None:
        """Raise InvalidInput for what is no output of the kind."""
        _check(value, where, self.faults_of_output)


def kind_of(db: Reader, core: Core, name: str) -> Kind:
    """The kind of jobs with a name; raises NotFound."""
    declared = core.job_types.get(name)
    if declared is not None:
        return _declared(declared)
    row = db.execute(select(job_types).where(job_types.c.name == name)).one_or_none()
    if row is None:
        raise NotFound(f"There is no job type {name[:100]!r}.", hint="GET /v1/job-types lists all.")
    return registered(row)


def registered(row: AnyRow) -> Kind:
    """The kind that a runner has registered."""
    return Kind(
        row.name,
        frozenset(row.needs),
        row.max_attempts,
        row.timeout_s,
        row.concurrency,
        False,
        row.token_id,
        partial(_faults_by_schema, row.input_schema),
        partial(_faults_by_schema, row.output_schema),
    )


def _declared(kind: JobType) -> Kind:
    return Kind(
        kind.name,
        kind.needs,
        kind.max_attempts,
        kind.timeout_s,
        kind.concurrency,
        kind.takes_asset,
        None,
        partial(_faults_by_model, kind.input),
        partial(_faults_by_model, kind.output),
    )


def _check(value: Any, where: str, find: Callable[[Any], tuple[Fault, ...]]) -> None:
    size = len(dumps(value).encode())
    if size > VALUE_BYTES:
        raise InvalidInput(
            f"{where[1:]} has {size} bytes of JSON; {VALUE_BYTES} are allowed.",
            hint="Store what is large as an asset, and name that: `input_asset_id`, `output_asset_ids`.",
            errors=(Fault(where, f"has at most {VALUE_BYTES} bytes of JSON", "too_long"),),
        )
    wrong = tuple(Fault(where + each.pointer, each.message, each.code) for each in find(value))
    if wrong:
        raise InvalidInput(f"{wrong[0].pointer[1:]}: {wrong[0].message}.", errors=wrong)


def _faults_by_model(model: type[BaseModel], value: Any) -> tuple[Fault, ...]:
    try:
        read_json(model, value)
    except ValidationError as error:
        return faults(error.errors(include_url=False, include_input=False))
    return ()


def _faults_by_schema(schema: dict[str, Any], value: Any) -> tuple[Fault, ...]:
    from faceforge_schema.values.foreign_schemas import faults_within  # takes a tenth of the start

    return faults_within(schema, value)
