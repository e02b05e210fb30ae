"""Bulk import: asked for by one operation, done by one type of job."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice

from faceforge_schema.context import Context, Write
from faceforge_schema.declare.job_types import job_type
from faceforge_schema.declare.operation import mutation
from faceforge_schema.declare.runs import Run
from faceforge_schema.declare.space import Space
from faceforge_schema.imports.again import earlier_import, failed_files
from faceforge_schema.imports.carrying_out import Carried, carry_out
from faceforge_schema.imports.checks import check_import
from faceforge_schema.imports.options import BulkImported, BulkImportInput
from faceforge_schema.imports.places import roots_of
from faceforge_schema.imports.planning import make_plan
from faceforge_schema.imports.plans import BULK_IMPORT, PLAN, chosen_options, plan_asset_of, plan_job
from faceforge_schema.jobs.jobs import CreatedJob, JobCreate, create
from faceforge_schema.values.scalars import JSONObject
from faceforge_storage.errors import Forbidden, InvalidInput, UnknownReference
from faceforge_storage.imports.plan_format import PlanReader
from faceforge_storage.imports.source_folder import SourceFolder

TOLD = 100
"""How many entities and decisions the output of a job has; the plan has all."""


@mutation(
    "POST /assets/bulk-import",
    errors=(InvalidInput, UnknownReference, Forbidden),
    needs="imports:write",
    status=202,
    before=check_import,
)
def bulk_import(tx: Write, context: Context, input: BulkImportInput) -> CreatedJob:
    """Bring a folder in that lies on the machine of Core. Or only plan it, or carry a plan out, by a job."""
    asked = JobCreate(job_type=BULK_IMPORT, input=JSONObject(input.given()))
    return create(tx, context, asked)


@job_type(
    BULK_IMPORT,
    input=BulkImportInput,
    output=BulkImported,
    needs={"imports:write"},
    lane="io",
    max_attempts=3,
    concurrency=1,
)
def bulk_import_job(run: Run, input: BulkImportInput) -> BulkImported:
    """Bring the files of a folder of this machine in: a plan says what would come of each, then that is done."""
    run.read(check_import, run.context, input)
    asset_id = (run.checkpoint or {}).get(PLAN)
    if asset_id is None and input.plan_job_id is not None:
        asset_id = plan_asset_of(run.read(plan_job, run.context, input.plan_job_id))
    elif asset_id is None and input.retry_job_id is not None:
        earlier, result = run.read(earlier_import, run.context, input.retry_job_id)
        again = earlier.model_copy(update={"dry_run": input.dry_run})
        asset_id = _planned(run, again, failed_files(run, result))
    elif asset_id is None:
        asset_id = _planned(run, input)
    with run.open(asset_id) as file:
        plan = PlanReader(file)
        carried = None if input.dry_run else _carried(run, input, plan, asset_id)
        return BulkImported(
            plan_asset_id=asset_id,
            plan=asdict(plan.summary),
            entities=[asdict(each) for each in islice(plan.entities(), TOLD)],
            decisions=[asdict(each) for each in islice(plan.decisions(), TOLD)],
            result=carried and carried.result,
            result_asset_id=carried and carried.asset_id,
        )


def _planned(run: Run, input: BulkImportInput, only: frozenset[str] | None = None) -> str:
    """Make the plan of this job, once there is space for it; answers its asset, which the checkpoint of a run names."""
    space = Space(run, "the plan")
    asset_id = space.once_there(lambda: make_plan(run, input, only))
    if not input.dry_run:
        space.once_there(lambda: run.write(lambda tx: None, checkpoint={PLAN: asset_id}))
    return asset_id


def _carried(run: Run, input: BulkImportInput, plan: PlanReader, asset_id: str) -> Carried:
    """Do what a plan says, in the folder that it was made of, where that may still be read."""
    chosen = chosen_options(plan, input.decisions)
    roots = roots_of(run.context)
    with SourceFolder(roots.check(plan.head.root, "/plan_job_id"), roots.closed) as folder:
        return carry_out(run, asset_id, plan, chosen, folder)
