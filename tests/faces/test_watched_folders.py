"""A schedule that watches a folder makes a job when something has come into it, and says what keeps it from that."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_core import RunningCore, running_core
from test_schedules_in_time import asked, finish, jobs_of, made, shown, token, until

PERMISSIONS = ("jobs:write", "imports:write")


@pytest.fixture(scope="module")
def allowed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one root of imports."""
    return tmp_path_factory.mktemp("allowed")


@pytest.fixture(scope="module")
def core(allowed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCore]:
    with running_core(tmp_path_factory.mktemp("core"), imports={"roots": [str(allowed)]}) as made:
        yield made


def watching(core: RunningCore, folder: Path, secret: str = "install") -> str:
    return made(core, f"watch {folder.name}", secret, cron=None, watch=str(folder))


def one_done(core: RunningCore, schedule: str, count: int) -> None:
    """Wait for the job of this number of a schedule, and let it end."""
    until(lambda: len(jobs_of(core, schedule)) == count)
    finish(core, jobs_of(core, schedule)[0]["job_id"])


def test_what_comes_into_the_folder_makes_a_job(core: RunningCore, allowed: Path) -> None:
    folder = allowed / "camera"
    folder.mkdir()
    schedule = watching(core, folder)
    assert shown(core, schedule)["next_run_at"] is None
    one_done(core, schedule, 1)  # what was there before counts
    (folder / "a.png").write_bytes(b"bytes")
    one_done(core, schedule, 2)
    asked(core, "PATCH", f"/schedules/{schedule}", enabled=False)
    (folder / "b.png").write_bytes(b"bytes")
    other = allowed / "beside"
    other.mkdir()
    one_done(core, watching(core, other), 1)
    assert len(jobs_of(core, schedule)) == 2


def test_what_comes_while_a_job_runs_is_for_the_next(core: RunningCore, allowed: Path) -> None:
    folder = allowed / "busy"
    folder.mkdir()
    schedule = watching(core, folder)
    until(lambda: jobs_of(core, schedule))
    (folder / "a.png").write_bytes(b"bytes")
    one_done(core, schedule, 1)
    one_done(core, schedule, 2)


def test_a_folder_that_is_away_is_said_and_found_again(core: RunningCore, allowed: Path) -> None:
    folder = allowed / "stick"
    folder.mkdir()
    schedule = watching(core, folder)
    one_done(core, schedule, 1)
    shutil.rmtree(folder)
    assert until(lambda: shown(core, schedule)["problem"]) == "There is no such folder."
    assert shown(core, schedule)["enabled"]
    folder.mkdir()
    one_done(core, schedule, 2)
    until(lambda: shown(core, schedule)["problem"] is None)


def test_only_folders_that_may_be_imported_are_watched(
    core: RunningCore, allowed: Path, tmp_path: Path
) -> None:
    body = {"name": "outside", "watch": str(tmp_path), "job_type": "test.often"}
    refused = core.request("POST", "/v1/schedules", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/watch")
    _, without = token(core, "without imports", "jobs:write")
    refused = core.request("POST", "/v1/schedules", token=without, json={**body, "watch": str(allowed)})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    schedule = watching(core, allowed)
    assert core.request("GET", f"/v1/schedules/{schedule}", token=without).status_code == 404
    assert asked(core, "GET", "/schedules?limit=500", without)["items"] == []


def test_a_token_that_may_import_no_more_watches_no_more(core: RunningCore, allowed: Path) -> None:
    folder = allowed / "lent"
    folder.mkdir()
    token_id, secret = token(core, "lent", *PERMISSIONS)
    schedule = watching(core, folder, secret)
    one_done(core, schedule, 1)
    asked(core, "PATCH", f"/tokens/{token_id}", permissions=["jobs:write"])
    problem = until(lambda: shown(core, schedule)["problem"])
    assert problem == "This token lacks the permission imports:write."
    (folder / "a.png").write_bytes(b"bytes")
    other = allowed / "mine"
    other.mkdir()
    one_done(core, watching(core, other), 1)
    assert len(jobs_of(core, schedule)) == 1
