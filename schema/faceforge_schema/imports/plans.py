"""Plans that jobs have made: which asset one is, and whether decisions fit it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedReader
from typing import Any, cast

from faceforge_schema.context import Context, Core, Reader
from faceforge_schema.values.inputs import MAX_FAULTS, pointer
from faceforge_schema.values.visible_jobs import visible_job
from faceforge_storage import assets
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.errors import Fault, InvalidInput, NotFound
from faceforge_storage.imports.plan_format import Option, PlanReader
from faceforge_storage.objects.object_file import ObjectFile
from faceforge_storage.objects.provider import StoredObject

BULK_IMPORT = "core.bulk_import"
PLAN = "plan_asset_id"
"""Under which key the output of an import, and its checkpoint, name the plan."""


def plan_job(db: Reader, context: Context, job_id: str) -> AnyRow:
    """The row of an import that the actor may see; raises NotFound."""
    row = visible_job(db, context, job_id)
    if row.job_type != BULK_IMPORT:
        raise NotFound("The job is no import.", hint="POST /v1/assets/bulk-import makes one.")
    return row


def plan_asset_of(job: AnyRow) -> str:
    """The id of the asset that is the plan of an import; raises NotFound while there is none."""
    for held in (job.output, job.checkpoint):
        if held is not None and isinstance(held.get(PLAN), str):
            return cast("str", held[PLAN])
    raise NotFound("The import has no plan yet.", hint="Wait until its job has made one.")


@contextmanager
def opened_plan(db: Reader, core: Core, asset_id: str) -> Iterator[PlanReader]:
    """A stored plan. Raises NotFound, Unavailable, StorageFailed; DamagedPlan when it is none."""
    row = assets.get(db, asset_id)
    place = assets.find_object(db, row.content_hash)
    assert place is not None
    stored = StoredObject(row.content_hash, row.size_bytes, place.provider, place.bucket, place.key)
    with ObjectFile(core.store.open(stored)) as file:
        yield PlanReader(cast("Any", BufferedReader(file, 256 * 1024)))


def chosen_options(plan: PlanReader, decisions: Mapping[str, Any]) -> dict[str, Option]:
    """The options of a plan that decisions choose, by key; raises InvalidInput for what the plan does not ask."""
    asked = {each.decision: each.options for each in plan.decisions()}
    chosen, wrong = {}, []
    for key, value in decisions.items():
        options = asked.get(key)
        if options is None:
            wrong.append(Fault(pointer(["decisions", key]), "is no decision of the plan", "unknown_decision"))
            continue
        found = next((each for each in options if each.value == value), None)
        if found is None:
            values = ", ".join(each.value for each in options)
            wrong.append(Fault(pointer(["decisions", key]), f"is one of {values}", "unknown_choice"))
        else:
            chosen[key] = found
    if wrong:
        hint = "GET /v1/jobs/{job_id}/plan?part=decisions lists what there is to decide."
        message = f"{wrong[0].pointer[1:]}: {wrong[0].message}."
        raise InvalidInput(message, hint, errors=tuple(wrong[:MAX_FAULTS]))
    return chosen
