"""What the run of an import has done so far: its place in the plan, its counts, and a line for what was not plain.

The lines are kept in a file until the run ends; a checkpoint says how many bytes of it count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from faceforge_schema.declare.runs import Run
from faceforge_storage.imports.plan_format import PlannedFile
from faceforge_storage.jobs.lines import JobLines

RUN = "run"
"""Under which key a checkpoint has the state of the run."""
Outcome = Literal["duplicate", "skipped", "failed", "not_removed"]
COUNTED = ("done", "bytes", "copied", "linked", "here", "skipped", "failed", "removed", "entities")


def line_of(file: PlannedFile, outcome: Outcome, code: str, message: str, **more: Any) -> dict[str, Any]:
    """The line of a file."""
    raw = {} if file.raw is None else {"raw": file.raw}
    return {"file": file.file, **raw, "outcome": outcome, "code": code, "message": message, **more}


@dataclass
class Step:
    """What one checkpoint adds."""

    end: int
    """Where the plan goes on after it."""
    counts: Counter[str] = field(default_factory=Counter)
    lines: list[dict[str, Any]] = field(default_factory=list)
    created: dict[str, str] = field(default_factory=dict)
    """Entities that were made: key in the plan -> id."""


class Results:
    """The state of one run; closing it keeps the lines for another attempt."""

    def __init__(self, run: Run) -> None:
        self._run = run
        state: Mapping[str, Any] = (run.checkpoint or {}).get(RUN, {})
        self.place: int = state.get("place", 0)
        """Up to where the plan is done; 0 before its first file."""
        self.moving: int = state.get("moving", self.place)
        """From where on sources may not have been removed yet, though their files are in."""
        self.counts: Counter[str] = Counter(state.get("counts", {}))
        self.created: dict[str, str] = {}
        """Entities that this job has made: key in the plan -> id."""
        self._lines = JobLines(run.core.home / "tmp", run.job_id, state.get("lines", 0))
        if self._lines.lost:
            run.log("warning", "What was noted of the files until now is lost; the files are not.")
        for values in self._lines:
            if values.get("outcome") == "created":
                self.created[values["entity"]] = values["entity_id"]

    def save(self, step: Step, plan: Mapping[str, Any]) -> dict[str, Any]:
        """Write the lines of a step, and answer the checkpoint after it. Call it within its transaction.

        Raises NoSpace, StorageFailed.
        """
        made = (_made(key, entity_id) for key, entity_id in step.created.items())
        length = self._lines.write([*step.lines, *made])
        counts = dict(self.counts + step.counts)
        return {**plan, RUN: {"place": step.end, "moving": self.place, "counts": counts, "lines": length}}

    def took(self, step: Step, checkpoint: Mapping[str, Any]) -> None:
        """Note that a step is committed."""
        state = checkpoint[RUN]
        self.moving, self.place, self._lines.size = self.place, step.end, state["lines"]
        self.counts += step.counts
        self.created |= step.created

    def close(self) -> None:
        self._lines.close()

    def finish(self) -> str | None:
        """Keep the lines as an asset, and answer its id; None where all was plain."""
        asset_id = self._run.store(self._lines.path, "import-result.ndjson") if self._lines.size else None
        self.forget()
        return asset_id

    def forget(self) -> None:
        """Remove the file: no attempt goes on with it."""
        self._lines.remove()


def _made(key: str, entity_id: str) -> dict[str, Any]:
    return {"entity": key, "outcome": "created", "entity_id": entity_id}
