"""What came of an import: its numbers, what did not come in, and how to go on from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from faceforge_ui.imports.wish import of_job
from faceforge_ui.jobs_told.progress import to_go
from faceforge_ui.jobs_told.stays import counted, is_plan
from faceforge_ui.serving.words import bytes as size
from faceforge_ui.serving.words import plural


@dataclass(frozen=True)
class Outcome:
    """The numbers of an import that has ended, and its ways on; an address is empty where there is none."""

    title: str
    copied: int
    size: str
    linked: int
    here: int
    skipped: int
    failed: int
    moved: int
    created: int
    list: str
    """The address of the list of what did not come in."""
    retry: bool
    """Whether something failed that another try may bring in; what waits to be decided did not fail."""
    decide: str
    """The address of the plan, where something waits to be decided."""
    again: str
    """The address that asks for the same import."""
    words: str
    unreached: int = 0
    """How many files are still to come, as far as that is known, where it was stopped or failed."""


def outcome_of(job: Mapping[str, Any]) -> Outcome | None:
    """What came of an import; None for a plan, and while there is no result."""
    if job["state"] in ("CANCELLED", "FAILED"):
        return None if is_plan(job) else _so_far(counted(job))
    output = job["output"]
    result = output.get("result") if isinstance(output, Mapping) else None
    if not isinstance(result, Mapping):
        return None
    number = {name: value for name, value in result.items() if isinstance(value, int)}
    plan, asked = job["input"].get("plan_job_id"), of_job(job["input"])
    left = number.get("skipped", 0) + number.get("failed", 0)
    return Outcome(
        title="What came of it",
        copied=number.get("copied", 0),
        size=size(number.get("bytes", 0)),
        linked=number.get("linked", 0),
        here=number.get("here", 0),
        skipped=number.get("skipped", 0),
        failed=number.get("failed", 0),
        moved=number.get("removed", 0),
        created=number.get("entities", 0),
        list=f"/v1/assets/{output['result_asset_id']}/download" if left and output["result_asset_id"] else "",
        retry=bool(number.get("failed")) or number.get("skipped", 0) > output["plan"]["undecided"],
        decide=f"/import?plan={plan or job['id']}" if output["plan"]["undecided"] else "",
        again=asked.address() if asked.path else "",
        words=_words(number),
    )


def _so_far(counts: Mapping[str, Any]) -> Outcome | None:
    """What came of an import before it was stopped, or before it failed; None where nothing did."""
    number = {name: value for name, value in counts.items() if isinstance(value, int)}
    if not any(number.get(name) for name in ("copied", "linked", "here", "skipped", "failed")):
        return None
    return Outcome(
        title="What came in before",
        copied=number.get("copied", 0),
        size=size(number.get("bytes", 0)),
        linked=number.get("linked", 0),
        here=number.get("here", 0),
        skipped=number.get("skipped", 0),
        failed=number.get("failed", 0),
        moved=number.get("removed", 0),
        created=number.get("entities", 0),
        list="",
        retry=False,
        decide="",
        again="",
        words=_words(number),
        unreached=to_go(number),
    )


def _words(number: Mapping[str, int]) -> str:
    """What is worth saying beside the numbers."""
    parts = []
    if not number.get("copied") and not number.get("linked") and number.get("here"):
        parts.append("Nothing was copied: all of it was here already.")
    if number.get("entities"):
        parts.append(f"{plural(number['entities'], 'entity', 'entities')} created.")
    if number.get("removed"):
        parts.append(f"{plural(number['removed'], 'file')} left the folder.")
    return " ".join(parts)
