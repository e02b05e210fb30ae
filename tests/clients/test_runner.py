"""A runner in sixty lines of Python's standard library, as a stranger writes it, against a real Core (J2 to J8)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from core_process import CoreProcess

RUNNER = Path(__file__).parent / "python" / "runner.py"
KIND = "letters.count"
TEXT = "A Note\nby the translator\n" * 20
PATIENCE = 60


def until(holds: Callable[[], Any]) -> Any:
    end = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found


def asked(core: CoreProcess, method: str, path: str, **body: Any) -> dict[str, Any]:
    answer = core.client.request(method, f"/v1{path}", **({"json": body} if body else {}))
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


def token(core: CoreProcess) -> str:
    """Of a token that may do what the page says a runner needs."""
    wanted = ["jobs:run", "assets:write"]
    return str(asked(core, "POST", "/tokens", name=f"runner {time.time()}", permissions=wanted)["secret"])


@pytest.fixture(scope="module")
def runner(core: CoreProcess) -> Iterator[subprocess.Popen[bytes]]:
    """The runner, once it has registered its type; nothing that is installed beside Python can be imported."""
    environment = {**os.environ, "FACEFORGE_URL": core.url, "FACEFORGE_TOKEN": token(core)}
    started = subprocess.Popen([sys.executable, "-I", str(RUNNER)], env=environment)
    until(lambda: core.client.get(f"/v1/job-types/{KIND}").is_success)
    yield started
    started.kill()
    started.wait()


def text(core: CoreProcess) -> str:
    params = {"filename": "note.txt"}
    answer = core.client.put("/v1/assets/upload", content=TEXT.encode(), params=params)
    return str(answer.raise_for_status().json()["asset_id"])


def made(core: CoreProcess, **given: Any) -> str:
    given = {"asset_id": text(core), **given}
    return str(asked(core, "POST", "/jobs", job_type=KIND, input=given)["job_id"])


def job(core: CoreProcess, job_id: str) -> dict[str, Any]:
    return asked(core, "GET", f"/jobs/{job_id}")


def test_it_has_sixty_lines_and_needs_python_alone() -> None:
    lines = RUNNER.read_text().splitlines()
    assert len(lines) <= 60
    imported = {line.split()[1].partition(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names


@pytest.mark.usefixtures("runner")
def test_it_does_a_job_and_uploads_what_came_of_it(core: CoreProcess) -> None:
    made_job = made(core)
    done = until(lambda: each if (each := job(core, made_job))["state"] == "succeeded" else None)
    assert done["output"] == {"letters": sum(each.isalpha() for each in TEXT)}
    (table,) = done["output_asset_ids"]
    assert core.client.get(f"/v1/assets/{table}/download").text.startswith(f"a\t{TEXT.lower().count('a')}\n")
    entries = asked(core, "GET", f"/jobs/{made_job}/log")["items"]
    assert "After line 0" in [each["message"] for each in entries]


@pytest.mark.usefixtures("runner")
def test_it_says_how_far_it_is_and_is_cancelled(core: CoreProcess) -> None:
    slow = made(core, seconds_a_line=0.3)
    until(lambda: (job(core, slow)["progress"] or {}).get("fraction"))
    asked(core, "POST", f"/jobs/{slow}/cancel")
    assert until(lambda: job(core, slow)["finished_at"])
    assert job(core, slow)["state"] == "cancelled"


@pytest.mark.usefixtures("runner")
def test_it_is_paused_and_goes_on_from_its_checkpoint(core: CoreProcess) -> None:
    slow = made(core, seconds_a_line=0.25)
    until(lambda: job(core, slow)["checkpoint"])
    asked(core, "POST", f"/jobs/{slow}/pause")
    until(lambda: job(core, slow)["paused_at"])
    reached = job(core, slow)["checkpoint"]["line"]
    asked(core, "POST", f"/jobs/{slow}/resume")
    done = until(lambda: each if (each := job(core, slow))["state"] == "succeeded" else None)
    assert done["output"] == {"letters": sum(each.isalpha() for each in TEXT)}
    entries = asked(core, "GET", f"/jobs/{slow}/log")["items"]
    assert f"After line {reached}" in [each["message"] for each in entries]


@pytest.mark.usefixtures("runner")
def test_what_goes_wrong_fails_the_attempt_and_it_runs_on(core: CoreProcess) -> None:
    wrong = asked(core, "POST", "/jobs", job_type=KIND, input={"asset_id": "0" * 64}, max_attempts=1)
    failed = until(lambda: each if (each := job(core, wrong["job_id"]))["state"] == "failed" else None)
    assert failed["error"]["code"] == "failed"
    assert "no record" in failed["error"]["message"]
    made_job = made(core)
    until(lambda: job(core, made_job)["state"] == "succeeded")
