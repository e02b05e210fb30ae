"""J12: runners that are killed or taken for dead lose nothing, and nothing is accepted twice; J2, J5, J9."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from core_process import CoreProcess
from dying_runner import CHECKPOINT, ENTRIES, KILL, OUTPUT

PROGRAM = Path(__file__).parent / "dying_runner.py"
MOMENTS = [
    "after the claim",
    "in the middle of a log",
    "before it completes",
    "between commit and reply",
    "while others take it for dead",
]
LOST_OFTEN = "test.lost_often"
ANOTHER = {"made": "by the second"}
PATIENCE = 120
RACED = 1000


def until(holds: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found


def asked(core: CoreProcess, method: str, path: str, **body: Any) -> dict[str, Any]:
    answer = core.client.request(method, f"/v1{path}", **({"json": body} if method != "GET" else {}))
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


def start(core: CoreProcess, moment: str, kind: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "FACEFORGE_URL": core.url, "FACEFORGE_TOKEN": core.token}
    command = [sys.executable, str(PROGRAM), moment, kind]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def claimed(core: CoreProcess, kind: str) -> dict[str, Any] | None:
    """A job of the type that the test holds from now on, if one is there."""
    found = asked(core, "POST", "/jobs/claim", runner_id="test", types=[kind], lease_s=10)["jobs"]
    return found[0] if found else None


class Lived:
    """A job whose first runner has come to its end at a moment, and what came of it then."""

    def __init__(self, core: CoreProcess, moment: str) -> None:
        self.core, self.moment = core, moment
        self.kind = f"test.{moment.replace(' ', '_')}"
        asked(core, "PUT", f"/job-types/{self.kind}")
        self.job_id = asked(core, "POST", "/jobs", job_type=self.kind)["job_id"]
        self.process = start(core, moment, self.kind)
        self.second: dict[str, Any] | None = None

    def job(self) -> dict[str, Any]:
        return asked(self.core, "GET", f"/jobs/{self.job_id}")

    def log(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = asked(self.core, "GET", f"/jobs/{self.job_id}/log")["items"]
        return found

    def begin(self) -> None:
        """Wait until the first runner has told of its claim."""
        assert self.process.stdout is not None
        self.first: dict[str, Any] = json.loads(self.process.stdout.readline())

    def is_over(self) -> bool:
        """Whether the job has ended: a second runner does it when it comes back."""
        if self.second is None:
            self.second = claimed(self.core, self.kind)
            if self.second is None:
                return bool(self.job()["finished_at"])
            lease = {"lease_token": self.second["lease_token"]}
            here = f"/jobs/{self.job_id}"
            asked(self.core, "POST", f"{here}/log", **lease, entries=[{"seq": 1, "message": "once more"}])
            asked(self.core, "POST", f"{here}/complete", **lease, output=ANOTHER)
        return bool(self.job()["finished_at"])


def lose(core: CoreProcess) -> None:
    """Claim a job again and again, and let nothing be heard of it."""
    end = time.monotonic() + PATIENCE
    while (
        time.monotonic() < end
        and not asked(core, "GET", f"/jobs?job_type={LOST_OFTEN}&state=failed")["items"]
    ):
        claimed(core, LOST_OFTEN)
        time.sleep(0.5)


@pytest.fixture(scope="module")
def lived(standing: CoreProcess) -> Iterator[dict[str, Lived]]:
    """The jobs of all moments, once all of them are over: they wait for their leases to expire at the same time."""
    asked(standing, "PUT", f"/job-types/{LOST_OFTEN}")
    asked(standing, "POST", "/jobs", job_type=LOST_OFTEN, max_attempts=20)
    losing = threading.Thread(target=lose, args=(standing,), daemon=True)
    losing.start()
    jobs = {moment: Lived(standing, moment) for moment in MOMENTS}
    for each in jobs.values():
        each.begin()
    until(lambda: all(each.is_over() for each in jobs.values()))
    losing.join(PATIENCE)
    yield jobs
    for each in jobs.values():
        each.process.kill()
        each.process.wait()
        assert each.process.stdout is not None
        each.process.stdout.close()


@pytest.mark.parametrize("moment", MOMENTS[:3])
def test_what_a_killed_runner_held_is_done_by_another(lived: dict[str, Lived], moment: str) -> None:
    found = lived[moment]
    assert found.process.wait(PATIENCE) == -KILL
    job = found.job()
    assert (job["state"], job["attempt"], job["output"]) == ("succeeded", 2, ANOTHER)
    assert found.second is not None
    assert found.second["checkpoint"] == (CHECKPOINT if moment == "before it completes" else None)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_log_has_each_entry_once_and_says_what_happened(lived: dict[str, Lived], moment: str) -> None:
    log = lived[moment].log()
    assert [each["seq"] for each in log] == list(range(1, len(log) + 1))
    entries = [each["message"] for each in log if each["message"].startswith("entry")]
    least = {"after the claim": 0}.get(moment, 2)
    assert entries in [
        [each["message"] for each in ENTRIES[:count]] for count in (least, 3) if count >= least
    ]
    lost = [each for each in log if "not heard of" in each["message"]]
    assert len(lost) == (0 if moment == "between commit and reply" else 1)


def test_a_job_whose_end_was_stored_is_done_though_nobody_heard_the_answer(lived: dict[str, Lived]) -> None:
    found = lived["between commit and reply"]
    assert found.process.wait(PATIENCE) == -KILL
    assert (found.job()["output"], found.job()["attempt"], found.second) == (OUTPUT, 1, None)
    first = found.first
    again = asked(found.core, "POST", f"{first['here']}/complete", **first["lease"], output=OUTPUT)
    assert again == found.job()
    other = found.core.client.post(f"/v1{first['here']}/complete", json={**first["lease"], "output": ANOTHER})
    assert (other.status_code, other.json()["code"]) == (409, "lease_lost")


def test_what_a_zombie_completes_is_refused_and_the_result_stays(lived: dict[str, Lived]) -> None:
    found = lived["while others take it for dead"]
    before = found.job()
    assert before["output"] == ANOTHER
    assert found.process.stdout is not None
    found.process.send_signal(signal.SIGCONT)
    status, refused = json.loads(found.process.stdout.read())
    assert (status, refused["code"]) == (409, "lease_lost")
    assert found.job() == before


def test_a_job_that_is_lost_three_times_in_a_row_fails(
    standing: CoreProcess, lived: dict[str, Lived]
) -> None:
    assert lived
    (job,) = asked(standing, "GET", f"/jobs?job_type={LOST_OFTEN}")["items"]
    assert (job["state"], job["attempt"], job["error"]["code"]) == ("failed", 3, "lease_lost")
    log = asked(standing, "GET", f"/jobs/{job['job_id']}/log")["items"]
    assert len([each for each in log if "not heard of" in each["message"]]) == 3


def test_of_a_thousand_jobs_that_two_runners_race_for_each_is_leased_once(standing: CoreProcess) -> None:
    kind = "test.raced"
    asked(standing, "PUT", f"/job-types/{kind}")
    made = {asked(standing, "POST", "/jobs", job_type=kind)["job_id"] for _ in range(RACED)}
    racing = [start(standing, "race", kind) for _ in range(2)]
    told = [
        [json.loads(line) for line in each.communicate(timeout=PATIENCE)[0].splitlines()] for each in racing
    ]
    leased = [job_id for each in told for job_id, _, _ in each]
    assert len(leased) == len(set(leased)) == RACED
    assert set(leased) == made
    assert {(attempt, status) for each in told for _, attempt, status in each} == {(1, 200)}
    assert all(each for each in told), "both had their share"
    page = asked(standing, "GET", f"/jobs?job_type={kind}&state=succeeded&include_total=true&limit=1")
    assert page["total"] == RACED
