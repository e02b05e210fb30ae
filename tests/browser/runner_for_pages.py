"""A runner as a program of somebody else's would be one, so that pages have jobs to show that go as a test wants."""

from __future__ import annotations

from typing import Any

from core_process import CoreProcess

KIND = "shop.upscale"


class Runner:
    """Registers a kind of jobs, makes jobs of it, and works on them step by step."""

    def __init__(self, core: CoreProcess, title: str = "Upscale pictures") -> None:
        self.core = core
        self._send("PUT", f"/job-types/{KIND}", title=title)

    def made(self, **values: Any) -> str:
        """A job that waits; its id."""
        return str(self._send("POST", "/jobs", job_type=KIND, **values)["job_id"])

    def claimed(self, job_id: str) -> Work:
        """The work on that job, which is the next in the queue."""
        asked = {"types": [KIND], "max": 1, "lease_s": 300, "wait_s": 5, "runner_id": "shop"}
        (work,) = self._send("POST", "/jobs/claim", **asked)["jobs"]
        assert work["job_id"] == job_id
        return Work(self, job_id, work["lease_token"])

    def state(self, job_id: str) -> str:
        return str(self._send("GET", f"/jobs/{job_id}")["state"])

    def _send(self, method: str, path: str, **values: Any) -> dict[str, Any]:
        answer = self.core.client.request(method, f"/v1{path}", json=values or None)
        assert answer.status_code < 300, answer.text
        found: dict[str, Any] = answer.json()
        return found


class Work:
    """A job that this runner holds."""

    def __init__(self, runner: Runner, job_id: str, lease: str) -> None:
        self._runner, self.job_id, self._lease, self._lines = runner, job_id, lease, 0

    def tell(self, fraction: float | None, message: str = "", **counts: int) -> dict[str, Any]:
        said = {"fraction": fraction, "message": message, "counts": counts}
        return self._do("heartbeat", progress=said)

    def write(self, message: str, level: str = "info") -> None:
        self._lines += 1
        self._do("log", entries=[{"seq": self._lines, "level": level, "message": message}])

    def complete(self, **output: Any) -> None:
        self._do("complete", output=output)

    def fail(self, message: str, **error: Any) -> None:
        self._do("fail", error={"code": "shop_closed", "message": message, "retryable": False, **error})

    def stop(self) -> None:
        """End it as one that was asked to stop."""
        self._do("fail", error={"code": "cancelled", "message": "Stopped.", "retryable": False})

    def _do(self, what: str, **values: Any) -> dict[str, Any]:
        return self._runner._send("POST", f"/jobs/{self.job_id}/{what}", lease_token=self._lease, **values)
