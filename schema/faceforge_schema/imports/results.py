"""What the run of an import has done so far: its place in the plan, its counts, and a line for what was not plain.

The lines are kept in a file in `tmp/` until the run ends. A checkpoint says how many bytes of it count: what an attempt
that was killed has written beyond that is cut off.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson

from faceforge_schema.declare.runs import Run
from faceforge_storage.imports.plan_format import PlannedFile
from faceforge_storage.objects.disk import disk_errors

NAME = re.compile(r"import-([0-9a-f]{64})\.ndjson")
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
    """The state of one run. Entering it cuts off what does not count; leaving keeps the file for another attempt."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._path = run.core.home / "tmp" / f"import-{run.job_id}.ndjson"
        state: Mapping[str, Any] = (run.checkpoint or {}).get(RUN, {})
        self.place: int = state.get("place", 0)
        """Up to where the plan is done; 0 before its first file."""
        self.moving: int = state.get("moving", self.place)
        """From where on sources may not have been removed yet, though their files are in."""
        self.counts: Counter[str] = Counter(state.get("counts", {}))
        self.created: dict[str, str] = {}
        """Entities that this job has made: key in the plan -> id."""
        self._length: int = state.get("lines", 0)
        with disk_errors("to keep the results of an import"):
            self._file = self._path.open("r+b" if self._path.exists() else "w+b")
            if os.fstat(self._file.fileno()).st_size < self._length:
                run.log("warning", "What was noted of the files until now is lost; the files are not.")
                self._length = 0
            self._file.truncate(self._length)
        for line in self._file:
            values = orjson.loads(line)
            if values.get("outcome") == "created":
                self.created[values["entity"]] = values["entity_id"]

    def save(self, step: Step, plan: Mapping[str, Any]) -> dict[str, Any]:
        """Write the lines of a step, and answer the checkpoint after it. Call it within its transaction.

        Raises NoSpace, StorageFailed.
        """
        new = [*step.lines, *(_made(key, entity_id) for key, entity_id in step.created.items())]
        length = self._length
        if new:
            text = b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in new)
            with disk_errors("to keep the results of an import"):
                self._file.seek(self._length)
                self._file.write(text)
                self._file.truncate()
                self._file.flush()
                os.fsync(self._file.fileno())
            length += len(text)
        counts = dict(self.counts + step.counts)
        return {**plan, RUN: {"place": step.end, "moving": self.place, "counts": counts, "lines": length}}

    def took(self, step: Step, checkpoint: Mapping[str, Any]) -> None:
        """Note that a step is committed."""
        state = checkpoint[RUN]
        self.moving, self.place, self._length = self.place, step.end, state["lines"]
        self.counts += step.counts
        self.created |= step.created

    def close(self) -> None:
        self._file.close()

    def finish(self) -> str | None:
        """Keep the lines as an asset, and answer its id; None where all was plain."""
        asset_id = self._run.store(self._path, "import-result.ndjson") if self._length else None
        self.forget()
        return asset_id

    def forget(self) -> None:
        """Remove the file: no attempt goes on with it."""
        self.close()
        self._path.unlink(missing_ok=True)


def _made(key: str, entity_id: str) -> dict[str, Any]:
    return {"entity": key, "outcome": "created", "entity_id": entity_id}


def sweep(tmp: Path, unfinished: Callable[[Iterable[str]], Iterable[str]]) -> None:
    """Remove the results of jobs that no attempt goes on with; `unfinished` answers which of them are."""
    found = {named[1]: path for path in tmp.iterdir() if (named := NAME.fullmatch(path.name))}
    for job_id in set(found).difference(unfinished(found)):
        with contextlib.suppress(OSError):
            found[job_id].unlink()
