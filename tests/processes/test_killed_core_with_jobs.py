"""J10, J12: Core that is killed loses no job, does nothing twice, and goes on with its own at once."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from core_process import CoreProcess
from dying_core import ARMED
from test_killed_core import dying

COUNTING = Path(__file__).parent / "counting_core.py"
KIND = "test.steady"
ENTRIES = [{"seq": number, "message": f"entry {number}"} for number in (1, 2, 3)]
PATIENCE = 120
NUMBERS = 200


class CountingCore(CoreProcess):
    command = [sys.executable, str(COUNTING)]  # noqa: RUF012  # read only


def until(holds: Callable[[], Any]) -> Any:
    end = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


class Runner:
    """A runner that asks again whatever was not answered."""

    def __init__(self, core: CoreProcess) -> None:
        self.core = core
        core.client.timeout = httpx.Timeout(60)
        self.asked("PUT", f"/job-types/{KIND}")
        self.here = f"/jobs/{self.asked('POST', '/jobs', job_type=KIND)['job_id']}"
        self.lease: dict[str, str] = {}

    def asked(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        answer = self.core.client.request(method, f"/v1{path}", **({"json": body} if method != "GET" else {}))
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def claim(self, lease_s: int = 10) -> dict[str, Any]:
        wanted = {"runner_id": "steady", "types": [KIND], "lease_s": lease_s, "wait_s": 20}
        (job,) = until(lambda: self.asked("POST", "/jobs/claim", **wanted)["jobs"])
        self.lease = {"lease_token": job["lease_token"]}
        found: dict[str, Any] = job
        return found

    def log(self) -> dict[str, Any]:
        return self.asked("POST", f"{self.here}/log", **self.lease, entries=ENTRIES)

    def complete(self) -> dict[str, Any]:
        return self.asked("POST", f"{self.here}/complete", **self.lease, output={"done": True})

    def job(self) -> dict[str, Any]:
        return self.asked("GET", self.here)


@pytest.mark.parametrize("moment", ["in the transaction", "after the commit"])
@pytest.mark.parametrize("call", ["claim", "log", "complete"])
def test_what_a_killed_core_was_asked_is_asked_again_and_done_once(
    tmp_path: Path, call: str, moment: str
) -> None:
    home = tmp_path / "home"
    runner = Runner(dying(moment)(home))
    if call != "claim":
        runner.claim(300)
    (home / ARMED).touch()
    with pytest.raises(httpx.TransportError):
        getattr(runner, call)()
    runner.core.kill()
    (home / ARMED).unlink()
    runner.core = CoreProcess(home)
    runner.core.client.timeout = httpx.Timeout(60)
    try:
        # Of a claim that was stored nobody heard: its lease keeps its time, and then the job is tried again.
        unheard = call == "claim" and runner.job()["attempt"] == 1
        if call != "claim" and runner.job()["state"] == "running":
            assert runner.job()["lease"]["owner"] == "steady"
        getattr(runner, call)()
        if call != "complete":
            runner.log()
            assert runner.log()["appended"] == 0
        done = runner.complete()
        assert (done["state"], done["output"]) == ("succeeded", {"done": True})
        assert (done["attempt"] == 1) != unheard
        assert runner.complete() == done
        told = [each["message"] for each in runner.asked("GET", f"{runner.here}/log")["items"]]
        wanted = [] if call == "complete" else [each["message"] for each in ENTRIES]
        assert [each for each in told if each.startswith("entry")] == wanted
    finally:
        runner.core.kill()


def test_a_lease_of_a_runner_keeps_its_time_over_a_restart(tmp_path: Path) -> None:
    home = tmp_path / "home"
    runner = Runner(CoreProcess(home))
    runner.claim(300)
    before = runner.job()
    runner.core.kill()
    runner.core = CoreProcess(home)
    runner.core.client.timeout = httpx.Timeout(60)
    try:
        assert runner.job() == before
        assert runner.complete()["state"] == "succeeded"
    finally:
        runner.core.kill()


def has_reached(core: CoreProcess, here: str, count: int) -> bool:
    checkpoint = core.client.get(here).raise_for_status().json()["checkpoint"]
    return checkpoint is not None and checkpoint["reached"] >= count


def test_a_job_of_cores_own_goes_on_from_its_checkpoint_and_does_nothing_twice(tmp_path: Path) -> None:
    home = tmp_path / "home"
    core = CountingCore(home)
    core.client.timeout = httpx.Timeout(60)
    body = {"job_type": "core.counting", "input": {"until": NUMBERS, "seconds": 0.2}}
    here = f"/v1/jobs/{core.client.post('/v1/jobs', json=body).raise_for_status().json()['job_id']}"
    for count in (20, 60):
        until(partial(has_reached, core, here, count))
        core.kill()
        core = CountingCore(home)
        core.client.timeout = httpx.Timeout(60)
    try:
        done = until(lambda: job if (job := core.client.get(here).json())["state"] == "succeeded" else None)
        assert done["output"] == {"reached": NUMBERS}
        names: list[str] = []
        page: dict[str, Any] = {"next_cursor": None}
        while page["next_cursor"] is not None or not names:
            cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
            page = core.client.get("/v1/entities", params={"limit": 500, **cursor}).raise_for_status().json()
            names += [each["display_name"] for each in page["items"]]
        assert sorted(names) == sorted(f"number {number}" for number in range(1, NUMBERS + 1))
        log = core.client.get(f"{here}/log").json()["items"]
        begun = [int(each["message"].split()[-1]) for each in log if each["message"].startswith("begun")]
        assert begun == sorted(begun)
        assert len(begun) == 3
        assert begun[1] > 0
        assert [each["seq"] for each in log] == list(range(1, len(log) + 1))
    finally:
        core.kill()
