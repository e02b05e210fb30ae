"""What a job was given and what came of it, as names and values that people can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from faceforge_ui.jobs_told.told import STATES
from faceforge_ui.serving.words import bytes as size
from faceforge_ui.serving.words import compact, count, full

Rows = list[tuple[str, str]]
NAMES = {
    "path": "Folder",
    "recursive": "With sub-folders",
    "hidden": "Hidden files too",
    "include": "Only these",
    "exclude": "Left out",
    "kind": "Kind",
    "tags": "Tags",
    "role": "Role",
    "mode": "Copy or move",
    "entities_from": "Who gets the files",
    "create_entities": "Create who is missing",
    "dry_run": "Only a plan",
    "found": "Found",
    "new": "New",
    "here": "Already here",
    "undecided": "To decide",
    "unreadable": "Cannot be read",
    "growing": "Still growing",
    "repeated": "The same more than once",
    "copied": "Copied",
    "moved": "Moved",
    "linked": "Linked",
    "created": "Created",
    "updated": "Changed",
    "unchanged": "As before",
    "skipped": "Left out",
    "failed": "Failed",
    "bytes": "Size",
    "new_bytes": "Size of what is new",
    "creates": "Entities created",
    "links": "Links made",
    "entities": "Entities",
    "decisions": "Decisions",
    "sidecars": "Sidecars",
}
"""What the names of an input or output mean -> words; others are shown as they are."""
UNSHOWN = frozenset({"plan_asset_id", "result_asset_id", "plan_job_id", "entity_ids", "examples", "problems"})
"""What is told elsewhere on the page, or is an id."""
WORDS = {"copy": "copy", "move": "move", "none": "nobody", "folder": "whoever the folder is named after"}
LONGEST = 400
"""How many characters of a value are shown."""


def given(job: Mapping[str, Any]) -> Rows:
    """What the job was given."""
    return list(_rows(job["input"]))


def came(job: Mapping[str, Any]) -> Rows:
    """What came of it."""
    return list(_rows(job["output"]))


def _rows(values: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(values, Mapping):
        return
    for name, value in values.items():
        if name in UNSHOWN or value is None or value in ([], {}):
            continue
        if isinstance(value, Mapping) and name in ("plan", "result"):
            yield from _rows(value)
        else:
            yield NAMES.get(name) or name.replace("_", " ").capitalize(), _value(name, value)


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return size(value) if name.endswith("bytes") else count(value)
    if isinstance(value, str):
        return cut(WORDS.get(value, value) if name in ("mode", "entities_from") else value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return cut(", ".join(value))
    if isinstance(value, list) and name in ("entities", "decisions"):
        return count(len(value))
    return cut(compact(value))


def cut(text: str) -> str:
    """A text that fits in a line or two."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def itself(job: Mapping[str, Any]) -> Rows:
    """What there is to know about the job itself."""
    lease = job["lease"] or {}
    took = job["attempt"] or 0
    rows = [
        ("Job", job["id"]),
        ("Kind", job["jobType"]),
        ("State", STATES[job["state"].lower()]),
        ("Try", f"{took} of at most {job['maxAttempts']}" if took else ""),
        ("Priority", str(job["priority"])),
        ("Made", full(job["createdAt"])),
        ("Started", full(job["startedAt"]) if job["startedAt"] else ""),
        ("Ended", full(job["finishedAt"]) if job["finishedAt"] else ""),
        ("Worked on by", lease.get("owner") or ""),
    ]
    return [row for row in rows if row[1]]


@dataclass(frozen=True)
class List:
    """A file that the job has written: what is in it, and the address to have it by."""

    words: str
    href: str


def lists(job: Mapping[str, Any]) -> list[List]:
    """The files that the job has written, and the one that it was given."""
    output = job["output"] if isinstance(job["output"], Mapping) else {}
    plan = output.get("plan_asset_id")
    found = (
        [List("What it was given, line by line", _bytes(job["inputAssetId"]))] if job["inputAssetId"] else []
    )
    for each in job["outputAssetIds"] or ():
        words = "The plan, file by file" if each == plan else "What came of it, line by line"
        found.append(List(words, _bytes(each)))
    return found


def _bytes(asset: str) -> str:
    return f"/v1/assets/{asset}/download"
