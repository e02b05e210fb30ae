"""What a terminal says of an import: its plan as soon as there is one, what came of it, and the exit code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from faceforge_server.commands.following import SHORT, Job, Log
from faceforge_server.token_command import faceforge_command
from faceforge_storage.words import bytes as size
from faceforge_storage.words import count, plural

if TYPE_CHECKING:
    from faceforge_server.core_client import Ask

DONE, FAILED, IN_PART = 0, 1, 3
SHOWN = 20
"""How many files, entities and decisions are shown of a plan; the rest is counted."""
WIDTH = 12
"""Of the column of numbers."""
PLAN = "plan_asset_id"
"""What an import has in its checkpoint or its output as soon as it has a plan."""
RULES = {
    "external_id": "by an id of theirs",
    "sidecar": "named beside the files",
    "folder": "called like the folder",
    "given": "as you said",
}
STATES = (
    ("new", "new"),
    ("here", "here already"),
    ("undecided", "to be decided"),
    ("unreadable", "cannot be read"),
    ("growing", "still being written: left for later"),
)
DID = (
    ("copied", "copied"),
    ("linked", "here already, with something new said of them"),
    ("here", "here already, as they are"),
    ("removed", "removed from the folder"),
    ("entities", "new entities"),
    ("skipped", "left out"),
    ("failed", "failed"),
)
LEFT_OUT = ("skipped", "failed")
BRIEFLY = (
    ("copied", "copied"),
    ("linked", "linked"),
    ("here", "here already"),
    ("skipped", "left out"),
    ("failed", "failed"),
)
IMPORT = "core.bulk_import"


class ImportNews:
    """What an import has to say: its plan, once, as soon as it has made one; then each file that does not come in."""

    def __init__(self, ask: Ask, *, planned: bool) -> None:
        self._ask, self._planned, self._log = ask, planned, Log(ask, level="warning")

    def __call__(self, job: Job) -> Iterator[str]:
        if not self._planned and PLAN in {**(job["checkpoint"] or {}), **(job["output"] or {})}:
            self._planned = True
            yield from self._lines(job["job_id"])
        for entry in self._log.since(job):
            yield entry["message"]

    def _lines(self, job_id: str) -> Iterator[str]:
        entities = self._page(job_id, part="entities")
        summary, whose = entities["summary"], entities["items"]
        yield f"Found {plural(summary['found'], 'file')}, {size(summary['bytes'])}, in {entities['root']}"
        for state, words in STATES:
            if summary[state]:
                room = f", {size(summary['new_bytes'])} to copy" if state == "new" else ""
                yield _counted(summary[state], f"{words}{room}")
        if summary["unreadable"]:
            files = self._page(job_id, part="files", state="unreadable")["items"]
            yield "Cannot be read:"
            yield from (_counted(None, f"{_reason(each)}: {each['file']}") for each in files)
            yield from _rest(summary["unreadable"], len(files))
        if summary["links"]:
            yield "They belong to:"
            # Whom only a decision would give files has none yet.
            yield from (_counted(each["files"], _owner(each)) for each in whose if each["files"])
            yield from _rest(summary["entities"], len(whose))
        if summary["decisions"]:
            yield "To be decided; what is not decided is left out:"
            asked = self._page(job_id, part="decisions")["items"]
            for each in asked:
                yield from _question(each)
            yield from _rest(summary["decisions"], len(asked))

    def _page(self, job_id: str, **asked: str) -> dict[str, Any]:
        page: dict[str, Any] = self._ask(
            "GET", f"/v1/jobs/{job_id}/plan?{urlencode({**asked, 'limit': SHOWN})}"
        )
        return page


def _counted(number: int | None, text: str) -> str:
    return f"{'' if number is None else count(number):>{WIDTH}}  {text}"


def _reason(file: dict[str, Any]) -> str:
    return str(file.get("message") or file["reason"]).rstrip(".")


def _owner(entity: dict[str, Any]) -> str:
    made = "" if entity["entity_id"] else ", new"
    return f"{RULES.get(entity['rule'], entity['rule'])}{made}: {entity['name']}"


def _question(decision: dict[str, Any]) -> Iterator[str]:
    yield _counted(decision["files"], f"{decision['text']} The first is {decision['example']}")
    for option in decision["options"]:
        yield _counted(None, f"  --decide {decision['decision']}={option['value']}  {option['label']}")


def _rest(total: int, shown: int) -> Iterator[str]:
    if total > shown:
        yield _counted(None, f"and {count(total - shown)} more")


def ending(job: Job, home: Path) -> Iterator[str]:
    """How an import ended, and what can be done next."""
    if job["state"] == "cancelled":
        yield "It was stopped; what is in stays. The same again goes on."
    elif job["state"] == "failed":
        yield f"It failed: {job['error']['message']}"
    else:
        output, again = job["output"], faceforge_command(home, "import", "--job", job["job_id"][:SHORT])
        if output["result"] is None:
            yield from ("Nothing has come in yet. To do this, with your decisions behind it:", again)
            return
        yield "Done:"
        yield from (
            _counted(output["result"][name], words) for name, words in DID if output["result"].get(name)
        )
        made = (job["input"] or {}).get("decisions", {})
        if any(each["decision"] not in made for each in output["decisions"]):
            yield from ("To bring in what was left to decide, with your decisions behind it:", again)


def in_short(job: Job) -> str:
    """Of an import what it was of and what came of it, in a few words; nothing of another job."""
    if job["job_type"] != IMPORT:
        return ""
    asked, output = job["input"] or {}, job["output"] or {}
    plan = f"plan {str(asked.get('plan_job_id') or asked.get('retry_job_id'))[:SHORT]}"
    path = str(asked.get("path") or plan)
    of = PurePath(path.replace("\\", "/")).name or path
    if output.get("result") is not None:
        words, counts = BRIEFLY, output["result"]
    else:
        words, counts = STATES, output.get("plan") or {}
    said = ", ".join(f"{count(counts[name])} {each}" for name, each in words if counts.get(name))
    return ": ".join(filter(None, (of, said)))


def exit_code(job: Job) -> int:
    """0 where all is done, 1 where a job failed or was stopped, 3 where an import has left files out."""
    if job["state"] != "succeeded":
        return FAILED
    result = (job["output"] or {}).get("result")
    left_out = sum(result.get(name, 0) for name in LEFT_OUT) if isinstance(result, dict) else 0
    return IN_PART if left_out else DONE
