"""A program with a token of its own that runs jobs, as tests use it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
from running_core import RunningCore
from sqlalchemy import select

from faceforge_storage.database.gateway import Write
from faceforge_storage.database.tables import jobs
from faceforge_storage.database.unrecorded_tables import job_leases

ERROR = {"code": "out_of_memory", "message": "Too little memory."}
SCHEMA = {"type": "object", "properties": {"pages": {"type": "integer"}}}


class Runner:
    """A program with a token of its own that runs jobs of one kind."""

    def __init__(self, core: RunningCore, name: str, **kind: Any) -> None:
        self.core, self.name = core, name
        self.token = core.limited_token("jobs:run", "jobs:write", "assets:read")
        self.ask("PUT", f"job-types/{name}", {"input_schema": SCHEMA, "output_schema": SCHEMA, **kind})

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return self.core.request(method, f"/v1/{path}", token=self.token, json=body, **options)

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        answer = self.call(method, path, body, **options)
        assert answer.is_success, answer.text
        return answer.json()

    def make(self, **job: Any) -> str:
        made = self.ask("POST", "jobs", {"job_type": self.name, "input": {"pages": 1}, **job})
        return str(made["job_id"])

    def claim(self, **wanted: Any) -> list[dict[str, Any]]:
        body = {"runner_id": "r", "types": [self.name], "lease_s": 300, **wanted}
        found: list[dict[str, Any]] = self.ask("POST", "jobs/claim", body)["jobs"]
        return found

    def one(self, **job: Any) -> dict[str, Any]:
        """A job that is claimed."""
        self.make(**job)
        (claimed,) = self.claim()
        return claimed

    def say(self, job: dict[str, Any], what: str, **body: Any) -> httpx.Response:
        return self.call("POST", f"jobs/{job['job_id']}/{what}", {"lease_token": job["lease_token"], **body})

    def state(self, job: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", f"jobs/{job['job_id']}")
        return found

    def log(self, job: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("GET", f"jobs/{job['job_id']}/log", params=query)["items"]
        return found

    def set_lease(self, job: dict[str, Any], **values: Any) -> None:
        """As if time had passed."""

        def change(tx: Write) -> None:
            row = tx.rows(select(jobs).where(jobs.c.id == job["job_id"]))[0]
            tx.update_unrecorded(job_leases, job_leases.c.job_row == row.row_id, values)

        self.core.core.database.writing("test", "test", change)
        self.core.core.jobs.expect()

    def until(self, job: dict[str, Any], done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The job once it is so."""
        for _ in range(500):
            found = self.state(job)
            if done(found):
                return found
            time.sleep(0.02)
        raise AssertionError(found)
