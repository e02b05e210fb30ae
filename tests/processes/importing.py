"""A Core that may import from a directory of the test, and what its imports have made."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from core_process import SECONDS, CoreProcess

ENDED = frozenset({"succeeded", "failed", "cancelled"})


def settings(home: Path, roots: Path, **more: Any) -> None:
    """Write the settings of a home before its first start."""
    (home / "config").mkdir(parents=True)
    values = {"import": {"roots": [str(roots)]}, **more}
    (home / "config" / "core.json").write_text(json.dumps(values))


def begin(core: CoreProcess, **asked: Any) -> str:
    """Ask for an import; answers the id of its job."""
    answer = core.client.post("/v1/assets/bulk-import", json=asked)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["job_id"])


def ended(core: CoreProcess, job_id: str) -> Any:
    """The job, once it has ended."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        job = core.client.get(f"/v1/jobs/{job_id}").json()
        if job["state"] in ENDED:
            return job
        time.sleep(0.05)
    raise AssertionError(f"The import did not end: {job}")


def imported(core: CoreProcess, **asked: Any) -> dict[str, Any]:
    """The result of an import that has succeeded."""
    job = ended(core, begin(core, **asked))
    assert job["state"] == "succeeded", job
    result: dict[str, Any] = job["output"]["result"]
    return {"job_id": job["job_id"], "lines": lines(core, job), **result}


def lines(core: CoreProcess, job: Any) -> list[dict[str, Any]]:
    """What the result of an import says file by file, as it lies in the home: nobody downloads what belongs to jobs."""
    asset_id = job["output"]["result_asset_id"]
    if asset_id is None:
        return []
    sha256 = core.client.get(f"/v1/assets/{asset_id}").raise_for_status().json()["content_hash"]
    path = core.home.root / "assets" / "sha256" / sha256[:2] / sha256[2:4] / sha256
    return [json.loads(line) for line in path.read_text().splitlines()]


def assets(core: CoreProcess) -> list[tuple[Any, ...]]:
    """All assets but those of jobs, in a form that is the same in every home."""
    names, found, cursor = entities(core), [], None
    while True:
        after = {} if cursor is None else {"cursor": cursor}
        page = core.client.get("/v1/assets", params={"limit": 500, **after}).json()
        found += [each for each in page["items"] if not each["kind"].startswith("job.")]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    return sorted(
        (
            each["filename"],
            each["content_hash"],
            tuple(sorted(each["tags"])),
            json.dumps(each["user_metadata"], sort_keys=True),
            tuple(sorted(names[link] for link in each["linked_entity_ids"])),
        )
        for each in found
    )


def entities(core: CoreProcess) -> dict[str, str]:
    """The names of the entities by id."""
    page = core.client.get("/v1/entities", params={"limit": 500}).json()
    return {each["entity_id"]: each["display_name"] for each in page["items"]}
