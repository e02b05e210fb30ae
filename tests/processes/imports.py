"""A folder to bring in, an import of it by a real Core, and what Core holds afterwards, to be compared."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import httpx
from core_process import SECONDS, CoreProcess
from stored import digest, objects, rows

ENDED = ("succeeded", "failed", "cancelled")
IN_A_DIRECTORY = 50
LINKS = """SELECT a.filename, e.display_name, l.role FROM asset_links l
    JOIN assets a ON a.row_id = l.asset_row JOIN entities e ON e.row_id = l.entity_row"""


def home_that_imports(root: Path, folder: Path, **sections: Any) -> Path:
    """A home, not started yet, that may import from a folder; it has these further settings."""
    (root / "config").mkdir(parents=True)
    settings = {"import": {"roots": [str(folder)]}, "limits": {"disk_reserve_bytes": 0}, **sections}
    (root / "config" / "core.json").write_text(json.dumps(settings))
    return root


def make_folder(folder: Path, count: int, size: int = 2000, seed: int = 12) -> dict[str, str]:
    """`count` files in nested directories, a tenth with a sidecar that names one of ten people; name -> hash."""
    drawn, made = random.Random(seed), {}
    for number in range(count):
        part, directory = divmod(number // IN_A_DIRECTORY, 4)
        place = folder / f"part {part}" / f"set {directory}"
        place.mkdir(parents=True, exist_ok=True)
        file = place / f"file {number:05}.bin"
        content = drawn.randbytes(size)
        file.write_bytes(content)
        made[file.name] = digest(content)
        if number % 10 == 0:
            person = {"display_name": f"Person {number // 10 % 10}", "create": True, "external_id": {
                "namespace": "test", "value": str(number // 10 % 10)}}  # fmt: skip
            told = {"tags": ["told"], "role": "source", "entities": [person], "number": number}
            file.with_name(f"{file.name}_meta.json").write_text(json.dumps(told))
    return made


def begin(client: httpx.Client, folder: Path, **options: Any) -> str:
    """Begin an import; the id of its job."""
    answer = client.post("/v1/assets/bulk-import", json={"path": str(folder), **options})
    assert answer.status_code in (200, 201, 202), answer.text
    return str(answer.json()["job_id"])


def job(client: httpx.Client, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/v1/jobs/{job_id}").raise_for_status().json()
    return found


def ended(client: httpx.Client, job_id: str, seconds: float = SECONDS) -> dict[str, Any]:
    """The job, once it has ended."""
    end = time.monotonic() + seconds
    while (found := job(client, job_id))["state"] not in ENDED:
        assert time.monotonic() < end, found
        time.sleep(0.02)
    return found


def log(client: httpx.Client, job_id: str) -> list[dict[str, Any]]:
    """All that the log of a job has."""
    entries: list[dict[str, Any]] = []
    while True:
        asked = {"after": entries[-1]["seq"] if entries else 0, "limit": 500}
        page = client.get(f"/v1/jobs/{job_id}/log", params=asked).raise_for_status().json()["items"]
        entries += page
        if not page:
            return entries


def brought_in(core: CoreProcess) -> int:
    """How many assets there are by now, asked beside Core."""
    return int(rows(core.home, "SELECT count(*) FROM assets WHERE kind NOT LIKE 'job.%'")[0][0])


def wait_until_in(core: CoreProcess, count: int) -> None:
    """Wait until so many assets are there."""
    end = time.monotonic() + SECONDS
    while brought_in(core) < count:
        assert time.monotonic() < end, brought_in(core)
        time.sleep(0.005)


def published(core: CoreProcess) -> set[str]:
    """The hashes of what lies in its place in the store, each whole; what was still on its way is not among them."""
    files = [file for file in (core.home.assets_dir / "sha256").rglob("*") if file.is_file()]
    for file in files:
        assert digest(file.read_bytes()) == file.name
    return {file.name for file in files}


def held(core: CoreProcess) -> dict[str, Any]:
    """What Core holds, without what differs from one import to the next: ids, times and the files of jobs."""
    assets = rows(
        core.home,
        "SELECT filename, content_hash, kind, tags, user_metadata FROM assets WHERE kind NOT LIKE 'job.%'",
    )
    of_jobs = {each for (each,) in rows(core.home, "SELECT content_hash FROM assets WHERE kind LIKE 'job.%'")}
    return {
        "assets": sorted(assets),
        "entities": sorted(rows(core.home, "SELECT display_name, tags, fields FROM entities")),
        "links": sorted(rows(core.home, LINKS)),
        "bytes": sorted(set(objects(core.home)) - of_jobs),
    }


def inserts(core: CoreProcess) -> list[int]:
    """How many assets each changeset has made, but for the files of jobs; asserts that none was made twice."""
    made = rows(
        core.home,
        """SELECT c.changeset_row, a.id FROM changes c JOIN assets a ON a.id = c.record_id
            WHERE c.record_type = 'asset' AND c.verb = 'insert' AND a.kind NOT LIKE 'job.%'""",
    )
    assert len({record for _, record in made}) == len(made)
    counted: dict[int, int] = {}
    for changeset, _ in made:
        counted[changeset] = counted.get(changeset, 0) + 1
    return list(counted.values())
