"""What a terminal says of an import: its plan before it runs, what came of it, and the exit code that follows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from faceforge_storage.words import bytes as size
from faceforge_storage.words import count, plural

DONE, FAILED, IN_PART = 0, 1, 3
SHOWN = 20
"""How many entities and decisions are shown; the rest is counted."""
RULES = {
    "external_id": "by an id of theirs",
    "sidecar": "named beside the file",
    "folder": "by the name of the folder",
    "given": "as you said",
}
STATES = (
    ("new", "new"),
    ("here", "here already: nothing is copied"),
    ("undecided", "to be decided"),
    ("unreadable", "cannot be read"),
    ("growing", "still being written: left for later"),
)


def plan_lines(output: dict[str, Any]) -> Iterator[str]:
    """A plan in words: what was found, who gets it, and what must be decided."""
    summary = output["plan"]
    yield f"Found {plural(summary['found'], 'file')}, {size(summary['bytes'])}."
    for name, words in STATES:
        if number := summary[name]:
            room = f", {size(summary['new_bytes'])} to copy" if name == "new" else ""
            yield f"{count(number):>12}  {words}{room}"
    if output["entities"]:
        yield "They belong to:"
        yield from _entity_lines(output["entities"], summary["entities"])
    if output["decisions"]:
        yield "To be decided; what is not decided is left out:"
        yield from _decision_lines(output["decisions"], summary["decisions"])


def _entity_lines(entities: list[dict[str, Any]], total: int) -> Iterator[str]:
    for each in entities[:SHOWN]:
        made = "" if each["entity_id"] else ", new"
        yield f"{count(each['files']):>12}  {RULES.get(each['rule'], each['rule'])}{made}: {each['name']}"
    yield from _rest(total, len(entities[:SHOWN]))


def _decision_lines(decisions: list[dict[str, Any]], total: int) -> Iterator[str]:
    for each in decisions[:SHOWN]:
        yield f"{count(each['files']):>12}  {each['text']}"
        for option in each["options"]:
            yield f"{'':14}--decide {each['decision']}={option['value']}  {option['label']}"
    yield from _rest(total, len(decisions[:SHOWN]))


def _rest(total: int, shown: int) -> Iterator[str]:
    if total > shown:
        yield f"{'':12}  and {count(total - shown)} more"


def result_lines(job: dict[str, Any]) -> Iterator[str]:
    """What came of an import, or of the making of its plan."""
    if job["state"] == "cancelled":
        yield "It was stopped; what is in stays."
    elif job["state"] == "failed":
        yield f"It failed: {job['error']['message']}"
    else:
        yield ""


def exit_code(job: dict[str, Any]) -> int:
    """0 where all is done, 1 where a job failed or was stopped, 3 where some files were left out."""
    if job["state"] != "succeeded":
        return FAILED
    return DONE
