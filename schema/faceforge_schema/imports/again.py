"""An import of what an earlier one could not bring in: the same folder and options, and only those files."""

from __future__ import annotations

import base64
import os
from typing import Any

import orjson

from faceforge_schema.context import Context, Reader
from faceforge_schema.declare.runs import Run
from faceforge_schema.imports.options import BulkImportInput
from faceforge_schema.imports.plans import opened_plan, plan_asset_of, plan_job
from faceforge_schema.values.inputs import invalid, read_json
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.errors import NotFound

RESULT = "result_asset_id"
WHERE = "/retry_job_id"
FAILED = frozenset({"failed", "skipped"})
UNDECIDED = "undecided"
"""What lacks a decision did not fail: carry the plan out again with it."""


def earlier_import(db: Reader, context: Context, job_id: str) -> tuple[BulkImportInput, str]:
    """How an earlier import was asked for, and the asset that says what failed in it. Raises InvalidInput."""
    try:
        job = plan_job(db, context, job_id)
        result = _result_of(job)
        with opened_plan(db, context.core, plan_asset_of(job)) as plan:
            asked = {**plan.head.options, "path": plan.head.root}
            return read_json(BulkImportInput, asked), result
    except NotFound as missing:
        raise invalid(WHERE, "names no import that has results", "unknown_import", missing.hint) from None


def failed_files(run: Run, result_asset_id: str) -> frozenset[str]:
    """The files that did not come in, by their paths as the system has them."""
    failed = set()
    with run.open(result_asset_id) as lines:
        for line in lines:
            run.check()
            values = orjson.loads(line)
            if values["outcome"] in FAILED and values.get("code") != UNDECIDED:
                failed.add(_path(values))
    return frozenset(failed)


def _result_of(job: AnyRow) -> str:
    found = (job.output or {}).get(RESULT)
    if not isinstance(found, str):
        raise NotFound("Nothing has failed in that import, or it has not ended.")
    return found


def _path(values: dict[str, Any]) -> str:
    if "raw" in values:
        return os.fsdecode(base64.b64decode(values["raw"]))
    return str(values["file"])
