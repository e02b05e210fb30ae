"""The job that makes or changes as many entities as a stored file has lines, a thousand in a transaction."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

from pydantic import BaseModel, Field

from faceforge_schema.context import Write
from faceforge_schema.declare.job_types import job_type
from faceforge_schema.declare.runs import Cancelled, Run
from faceforge_schema.declare.space import Space
from faceforge_schema.upserts.batch import Outcome, UpsertStatus, carry_out
from faceforge_schema.upserts.items import OnConflict
from faceforge_schema.upserts.lines import Batch, batches
from faceforge_schema.upserts.upserts import error_of
from faceforge_schema.values.inputs import Input, OrDefault, invalid
from faceforge_storage import assets
from faceforge_storage.jobs.lines import JobLines

FILE_NAME = "upsert-results.ndjson"


class BulkUpsertInput(Input):
    """How the items are taken; the items themselves are the file of the job's `input_asset_id`, one a line."""

    on_conflict: OrDefault[OnConflict] = Field(
        default=OnConflict.MERGE, description="What happens to an entity that is there already."
    )
    dry_run: OrDefault[bool] = Field(
        default=False, description="Whether it is only said what would happen, and nothing written."
    )


class BulkUpserted(BaseModel):
    """How many items there were, and what became of them."""

    created: int = Field(description="Items that made an entity.")
    updated: int = Field(description="Items that changed one.")
    unchanged: int = Field(description="Items whose entity had all of it already.")
    skipped: int = Field(description="Items whose entity was left as it was.")
    failed: int = Field(description="Items with an error.")
    dry_run: bool = Field(description="Whether nothing was written.")
    result_asset_id: str = Field(
        description="The file that says what became of each item: `line`, `status`, `entity_id`, `error`."
    )


@job_type(
    "core.bulk_upsert",
    input=BulkUpsertInput,
    output=BulkUpserted,
    needs={"entities:write", "assets:read"},
    lane="cpu",
    takes_asset=True,
)
def bulk_upsert(run: Run, input: BulkUpsertInput) -> BulkUpserted:
    """Make or change the entities of a stored file: one JSON object a line, each an item of a bulk upsert."""
    if run.input_asset_id is None:  # it was purged meanwhile
        raise invalid("/input_asset_id", "is required: the stored file with the items", "required")
    size = (run.checkpoint or {}).get("results", 0)
    results = Space(run, "the upsert").once_there(lambda: JobLines(run.core.home / "tmp", run.job_id, size))
    try:
        upsert = _Upsert(run, input, results)
        counts, made = upsert.carry_out(run.input_asset_id), upsert.finish()
    except Cancelled:
        results.remove()
        raise
    finally:
        results.close()
    results.remove()
    return BulkUpserted(
        dry_run=input.dry_run,
        result_asset_id=made,
        **{each.value: counts[each.value] for each in UpsertStatus},
    )


class _Upsert:
    """One attempt, from the last checkpoint on."""

    def __init__(self, run: Run, input: BulkUpsertInput, results: JobLines) -> None:
        self._run, self._input, self._results = run, input, results
        self._space = Space(run, "the upsert", lambda message: run.progress(None, message, **self._told))
        self._counts = Counter((run.checkpoint or {}).get("counts", {}))
        self._told = {"bytes": (run.checkpoint or {}).get("place", 0), "done": sum(self._counts.values())}

    def carry_out(self, asset_id: str) -> Counter[str]:
        """Carry out what is left of the file, and answer how many items came to what."""
        run, begin = self._run, self._run.checkpoint or {"place": 0, "lines": 0}
        if self._results.lost:
            run.log(
                "warning", "The lines that said what became of earlier items are lost; what they did is not."
            )
        size = run.read(lambda db: assets.get(db, asset_id)).size_bytes
        limit = run.core.settings.limits.json_bytes
        with run.open(asset_id) as file:
            for batch in batches(file, begin["place"], begin["lines"], limit):
                run.check()
                self._space.once_there(partial(self._commit, batch))
                self._told = {"bytes": batch.place, "done": sum(self._counts.values())}
                run.progress(min(batch.place / size, 1.0), f"line {batch.lines}", **self._told)
        return self._counts

    def finish(self) -> str:
        """Keep what became of each item as an asset, and answer its id."""
        return self._space.once_there(lambda: self._run.store(self._results.path, FILE_NAME))

    def _commit(self, batch: Batch) -> None:
        """Carry a batch out, and save what became of it with the place behind it."""
        checkpoint: dict[str, Any] = {"place": batch.place, "lines": batch.lines}

        def work(tx: Write) -> None:
            outcomes = carry_out(
                tx, self._run.context, batch.items, self._input.on_conflict, dry_run=self._input.dry_run
            )
            lines = [_line(*each) for each in zip(batch.numbers, outcomes, strict=True)]
            checkpoint["counts"] = dict(self._counts + Counter(each["status"] for each in lines))
            checkpoint["results"] = self._results.write(lines)

        self._run.write(work, checkpoint)
        self._counts = Counter(checkpoint["counts"])
        self._results.size = checkpoint["results"]


def _line(number: int, outcome: Outcome) -> dict[str, Any]:
    error = None if outcome.error is None else vars(error_of(outcome.error, ""))
    return {"line": number, "status": outcome.status.value, "entity_id": outcome.entity_id, "error": error}
