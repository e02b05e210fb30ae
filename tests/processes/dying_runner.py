"""A runner in a process of its own that comes to its end at one moment of a job, or races others for jobs.

Tests start it: `dying_runner.py MOMENT TYPE`, with the address and the token of Core in its environment. What it says
to the test is one JSON value a line on its standard output.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
LEASE_S = 10
ENTRIES = [{"seq": number, "message": f"entry {number}"} for number in (1, 2, 3)]
CHECKPOINT = {"reached": 37}
OUTPUT = {"made": "by the first"}
IDLE_S = 3.0


class Core:
    """Core, as a runner reaches it."""

    def __init__(self) -> None:
        self._place = urlsplit(os.environ["FACEFORGE_URL"]).netloc
        self._headers = {"Authorization": f"Bearer {os.environ['FACEFORGE_TOKEN']}"}
        self._connection = HTTPConnection(self._place, timeout=60)

    def send(self, method: str, path: str, body: Any = None) -> None:
        """Send a request, and do not wait for its answer."""
        text = None if body is None else json.dumps(body)
        headers = {**self._headers, "Content-Type": "application/json"}
        self._connection.request(method, f"/v1{path}", text, headers)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        self.send(method, path, body)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())


def die() -> None:
    os.kill(os.getpid(), KILL)


def tell(value: Any) -> None:
    print(json.dumps(value), flush=True)


def claim(core: Core, kind: str, most: int = 1) -> list[dict[str, Any]]:
    wanted = {"runner_id": f"process {os.getpid()}", "types": [kind], "lease_s": LEASE_S, "wait_s": 20}
    status, found = core.ask("POST", "/jobs/claim", {**wanted, "max": most})
    assert status == 200, found
    jobs: list[dict[str, Any]] = found["jobs"]
    return jobs


def live(core: Core, kind: str, moment: str) -> None:
    """One job, as far as `moment`."""
    (job,) = claim(core, kind)
    here, lease = f"/jobs/{job['job_id']}", {"lease_token": job["lease_token"]}
    tell({"here": here, "lease": lease})
    if moment == "after the claim":
        die()
    assert core.ask("POST", f"{here}/log", {**lease, "entries": ENTRIES[:2]})[0] == 200
    if moment == "in the middle of a log":
        core.send("POST", f"{here}/log", {**lease, "entries": ENTRIES})
        die()
    assert core.ask("POST", f"{here}/heartbeat", {**lease, "checkpoint": CHECKPOINT})[0] == 200
    if moment == "before it completes":
        die()
    if moment == "while others take it for dead":
        os.kill(os.getpid(), signal.SIGSTOP)  # until the test lets it go on
        core = Core()  # by now the old connection may have been idle for too long
    if moment == "between commit and reply":
        core.send("POST", f"{here}/complete", {**lease, "output": OUTPUT})
        beside = Core()
        while beside.ask("GET", here)[1]["state"] != "succeeded":
            time.sleep(0.02)
        die()
    tell(core.ask("POST", f"{here}/complete", {**lease, "output": OUTPUT}))


def race(core: Core, kind: str) -> None:
    """Claim and complete jobs until none comes any more, and tell which those were."""
    turn = 0
    idle = time.monotonic() + IDLE_S
    while time.monotonic() < idle:
        turn += 1
        wanted = {"runner_id": f"process {os.getpid()}", "types": [kind], "max": turn % 7 + 1, "wait_s": 1}
        _, found = core.ask("POST", "/jobs/claim", wanted)
        for job in found["jobs"]:
            lease = {"lease_token": job["lease_token"]}
            status, _ = core.ask("POST", f"/jobs/{job['job_id']}/complete", lease)
            tell([job["job_id"], job["attempt"], status])
            idle = time.monotonic() + IDLE_S


if __name__ == "__main__":
    if sys.argv[1] == "race":
        race(Core(), sys.argv[2])
    else:
        live(Core(), sys.argv[2], sys.argv[1])
