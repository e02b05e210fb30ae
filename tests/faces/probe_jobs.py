"""Kinds of jobs that tests declare: they do what the test tells them, step by step."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field
from running_core import RunningCore

from faceforge_schema.declare.job_types import job_type
from faceforge_schema.declare.runs import Run
from faceforge_schema.declared_jobs import JobType, Lane
from faceforge_schema.values.inputs import Input


class StepsInput(Input):
    steps: int = Field(default=1, ge=1)


class Done(Input):
    done: int


@dataclass
class Probe:
    """A kind of jobs whose work is a function of the test; `runs` are all runs that were begun."""

    work: Callable[[Run, StepsInput], Done]
    name: str = "core.probe"
    lane: Lane = "io"
    needs: frozenset[str] = frozenset({"entities:write"})
    max_attempts: int = 3
    concurrency: int | None = None
    timeout_s: int | None = None
    runs: list[Run] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)

    def declared(self) -> JobType:
        @job_type(
            self.name,
            input=StepsInput,
            output=Done,
            needs=self.needs,
            lane=self.lane,
            max_attempts=self.max_attempts,
            concurrency=self.concurrency,
            timeout_s=self.timeout_s,
        )
        def probe(run: Run, input: StepsInput) -> Done:
            """Does what a test says."""
            self.runs.append(run)
            self.begun.set()
            return self.work(run, input)

        return probe

    def on(self, core: RunningCore) -> Probe:
        """Let a Core know it."""
        core.core.job_types[self.name] = self.declared()
        core.core.jobs.expect()
        return self


def make(core: RunningCore, name: str = "core.probe", *, token: str = "install", **job: Any) -> str:
    """The id of a new job."""
    answer = core.request("POST", "/v1/jobs", token=token, json={"job_type": name, **job})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["job_id"])


def state(core: RunningCore, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = core.request("GET", f"/v1/jobs/{job_id}").json()
    return found


def until(core: RunningCore, job_id: str, *states: str) -> dict[str, Any]:
    """The job once it is in one of the states."""
    for _ in range(1000):
        found = state(core, job_id)
        if found["state"] in states:
            return found
        time.sleep(0.02)
    raise AssertionError(found)


def log_of(core: RunningCore, job_id: str) -> list[str]:
    entries = core.request("GET", f"/v1/jobs/{job_id}/log?limit=1000").json()["items"]
    return [each["message"] for each in entries]
