"""J10: how a job of Core's own ended is stored once the database takes it, or else when Core stops."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from probe_jobs import Done, Probe, StepsInput, make, state, until
from running_core import running_core

from faceforge_schema.declare.runs import Run
from faceforge_server import app
from faceforge_server.jobs import executor
from faceforge_storage.database.gateway import Write
from faceforge_storage.errors import NoSpace
from faceforge_storage.jobs import endings


def done(_run: Run, input: StepsInput) -> Done:
    return Done(done=input.steps)


class FullDatabase:
    """Refuses that a job has succeeded until there is space, or for the first `times`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: float = float("inf")) -> None:
        self.refused, self.times = 0, times
        self.asked = threading.Event()
        self._succeed = endings.succeed
        monkeypatch.setattr(endings, "succeed", self.succeed)

    def succeed(self, tx: Write, job: Any, **ended: Any) -> Any:
        self.asked.set()
        if self.refused < self.times:
            self.refused += 1
            raise NoSpace("The disk of the database is full; nothing was changed.")
        return self._succeed(tx, job, **ended)


def test_it_is_stored_once_the_database_takes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not at the next start: until it is stored the job seems to run."""
    full = FullDatabase(monkeypatch, times=3)
    monkeypatch.setattr(executor, "AGAIN_S", 0.01)
    with running_core(tmp_path / "home") as core:
        Probe(done).on(core)
        job = until(core, make(core), "succeeded", "failed")
        assert (job["state"], job["attempt"], full.refused) == ("succeeded", 1, 3)


def test_it_is_stored_when_core_stops_if_not_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full, stop = FullDatabase(monkeypatch), executor.JobExecutor.stop

    async def stop_with_space(self: executor.JobExecutor, seconds: float) -> None:
        full.times = 0
        await stop(self, seconds)

    monkeypatch.setattr(executor, "AGAIN_S", 600)
    monkeypatch.setattr(app, "LAST_SECONDS", 20)
    monkeypatch.setattr(executor.JobExecutor, "stop", stop_with_space)
    with running_core(tmp_path / "home") as core:
        Probe(done).on(core)
        job_id = make(core)
        assert full.asked.wait(20)
        assert state(core, job_id)["state"] == "running"
    with running_core(tmp_path / "home") as core:
        job = state(core, job_id)
        assert (job["state"], job["attempt"]) == ("succeeded", 1)


def test_core_stops_though_it_cannot_be_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its next start does the job again, from its checkpoint."""
    full = FullDatabase(monkeypatch)
    monkeypatch.setattr(executor, "AGAIN_S", 600)
    with running_core(tmp_path / "home") as core:
        Probe(done).on(core)
        job_id = make(core)
        assert full.asked.wait(20)
    full.times = 0
    with running_core(tmp_path / "home") as core:
        Probe(done).on(core)
        assert until(core, job_id, "succeeded")["attempt"] == 1
