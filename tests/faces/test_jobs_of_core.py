"""J8, J10, J13, J14: the jobs that Core runs itself, in its own threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from probe_jobs import Done, Probe, StepsInput, log_of, make, state, until
from running_core import RunningCore, running_core
from sqlalchemy import select

from faceforge_schema.declare.runs import Run, Stopped
from faceforge_storage import entities
from faceforge_storage.database.clock import now
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.tables import jobs
from faceforge_storage.database.unrecorded_tables import job_leases
from faceforge_storage.errors import InUse, NoSpace
from faceforge_storage.jobs import leases
from faceforge_storage.jobs.retention import JobRetention


@pytest.fixture
def core(tmp_path: Path) -> Iterator[RunningCore]:
    with running_core(tmp_path / "home") as made:
        yield made


def counting(run: Run, input: StepsInput) -> Done:
    """Makes an entity for each step, with a checkpoint."""
    for number in range((run.checkpoint or {"at": 0})["at"], input.steps):
        run.check()
        run.progress((number + 1) / input.steps, f"step {number}", done=number + 1)
        run.log("info", f"step {number}", number=number)
        name = {"display_name": f"made {number}"}
        run.write(lambda tx, name=name: entities.create(tx, name), checkpoint={"at": number + 1})
    return Done(done=input.steps)


def waiting(run: Run, _input: StepsInput) -> Done:
    """Waits until it is told to end."""
    while True:
        run.wait(10)


def held_up(run: Run, input: StepsInput) -> Done:
    """Makes two steps, then waits."""
    if run.checkpoint is None:
        counting(run, StepsInput(steps=2))
        waiting(run, input)
    return counting(run, input)


def names(core: RunningCore) -> list[str]:
    found = core.request("GET", "/v1/entities?limit=500&sort_by=created_at&sort_order=asc").json()["items"]
    return [each["display_name"] for each in found]


def test_a_job_is_done_in_changesets_that_know_it(core: RunningCore) -> None:
    Probe(counting).on(core)
    job_id = make(core, input={"steps": 3})
    done = until(core, job_id, "succeeded")
    assert (done["output"], done["checkpoint"], done["lease"]) == ({"done": 3}, {"at": 3}, None)
    assert done["progress"]["fraction"] == 1
    assert log_of(core, job_id) == ["step 0", "step 1", "step 2"]
    changesets = core.request("GET", f"/v1/changesets?job_id={job_id}").json()["items"]
    assert {each["operation"] for each in changesets} == {"core.probe"}
    assert {each["job_id"] for each in changesets} == {job_id}
    assert len(changesets) == 4  # three steps, and the end


def test_what_is_cancelled_while_it_runs_ends_where_it_is(core: RunningCore) -> None:
    """J8"""
    probe = Probe(held_up).on(core)
    job_id = make(core, input={"steps": 4})
    assert probe.begun.wait(10)
    answer = core.request("POST", f"/v1/jobs/{job_id}/cancel")
    assert (answer.status_code, answer.json()["done"]) == (202, False)
    assert until(core, job_id, "cancelled")["output"] is None


def test_what_is_paused_goes_on_from_its_checkpoint(core: RunningCore) -> None:
    """J13"""
    probe = Probe(held_up).on(core)
    job_id = make(core, input={"steps": 4})
    assert probe.begun.wait(10)
    core.request("POST", f"/v1/jobs/{job_id}/pause")
    paused = until(core, job_id, "queued")
    assert (paused["paused_at"] is None, paused["attempt"]) == (False, 0)
    core.request("POST", f"/v1/jobs/{job_id}/resume")
    assert until(core, job_id, "succeeded")["attempt"] == 1
    assert names(core) == [f"made {number}" for number in range(4)]


def test_what_ran_when_core_was_stopped_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    """J10"""
    probe = Probe(held_up)
    with running_core(tmp_path / "home") as core:
        probe.on(core)
        job_id = make(core, input={"steps": 4})
        assert probe.begun.wait(10)
        for _ in range(500):
            if state(core, job_id)["checkpoint"] == {"at": 2}:
                break
            time.sleep(0.02)
        assert state(core, job_id)["checkpoint"] == {"at": 2}
    with running_core(tmp_path / "home") as core:
        probe.on(core)
        assert until(core, job_id, "succeeded")["attempt"] == 1
        assert names(core) == [f"made {number}" for number in range(4)]


def claimed_by(core: RunningCore, owner: str, job_type: str, seconds: int | None) -> str:
    """A job that somebody holds who will not say anything more."""

    def claim(tx: Write) -> str:
        holder = leases.Holder(owner, seconds)
        return str(leases.claim(tx, {job_type: None}, 1, holder, lambda _: None)[0].job.id)

    return core.core.database.writing("test", "test", claim)


def test_what_ran_when_core_was_killed_is_queued_again_at_once(tmp_path: Path) -> None:
    """J10"""
    with running_core(tmp_path / "home") as core:
        core.core.job_types.pop("core.probe", None)
        values = {"job_type": "core.probe", "max_attempts": 1, "made_by": "install", "token_id": None}

        def leave(tx: Write) -> str:
            from faceforge_storage.jobs import jobs as rows

            return str(rows.create(tx, {**values, "input": {"steps": 2}})[0].id)

        job_id = core.core.database.writing("test", "test", leave)
        assert claimed_by(core, "core", "core.probe", None) == job_id
    with running_core(tmp_path / "home") as core:
        Probe(counting).on(core)
        found = until(core, job_id, "succeeded")
        assert found["attempt"] == 1
        assert "not heard of" in log_of(core, job_id)[0]


def test_leases_of_runners_keep_their_time_over_a_restart(tmp_path: Path) -> None:
    """J10"""
    with running_core(tmp_path / "home") as core:
        core.request("PUT", "/v1/job-types/test.kept", json={})
        job_id = make(core, "test.kept")
        claimed = core.request("POST", "/v1/jobs/claim", json={"runner_id": "r"}).json()["jobs"][0]
    with running_core(tmp_path / "home") as core:
        lease = state(core, job_id)["lease"]
        assert lease == {"owner": "r", "expires_at": claimed["lease_expires_at"]}
        body = {"lease_token": claimed["lease_token"]}
        assert core.request("POST", f"/v1/jobs/{job_id}/complete", json=body).status_code == 200


def test_a_run_that_has_lost_its_job_writes_nothing_more(core: RunningCore) -> None:
    go, refused = threading.Event(), threading.Event()

    def zombie(run: Run, _input: StepsInput) -> Done:
        if len(probe.runs) == 1:
            go.wait(10)
            try:
                run.write(lambda tx: entities.create(tx, {"display_name": "of a zombie"}))
            except Stopped:
                refused.set()
                raise
        return Done(done=1)

    probe = Probe(zombie, timeout_s=1).on(core)
    job_id = make(core)
    assert probe.begun.wait(10)

    def end(tx: Write) -> None:
        row = tx.rows(select(jobs).where(jobs.c.id == job_id))[0]
        tx.update_unrecorded(
            job_leases, job_leases.c.job_row == row.row_id, {"times_out_at": now(-timedelta(seconds=1))}
        )

    core.core.database.writing("test", "test", end)
    core.core.jobs.expect()
    assert until(core, job_id, "queued")["error"]["code"] == "timeout"
    go.set()
    assert refused.wait(10)
    assert names(core) == []


@pytest.mark.parametrize(
    ("error", "code", "message", "again"),
    [
        (NoSpace("The disk is full."), "no_space", "The disk is full.", True),
        (InUse("It is used."), "in_use", "It is used.", False),
        (KeyError("a secret"), "internal_error", "Something went wrong", True),
    ],
)
def test_an_error_is_told_by_its_code_and_an_unexpected_one_is_masked(
    core: RunningCore, error: Exception, code: str, message: str, again: bool
) -> None:
    def fails(_run: Run, _input: StepsInput) -> Done:
        raise error

    Probe(fails, max_attempts=2).on(core)
    job_id = make(core)
    found = until(core, job_id, "queued" if again else "failed") if not again else None
    for _ in range(500):
        found = state(core, job_id)
        if found["error"] is not None:
            break
        time.sleep(0.02)
    assert found is not None
    assert found["error"]["code"] == code
    assert found["error"]["message"].startswith(message)
    assert found["state"] == ("queued" if again else "failed")
    assert "a secret" not in str(core.request("GET", f"/v1/jobs/{job_id}/log").json())


def test_a_job_does_not_wait_behind_those_of_another_lane_or_kind(core: RunningCore) -> None:
    slow = [
        Probe(waiting, name=f"core.slow_{lane}", lane=lane, concurrency=1).on(core) for lane in ("io", "cpu")
    ]
    held = [make(core, each.name) for each in slow for _ in range(8)]
    for each in slow:
        assert each.begun.wait(10)
    Probe(counting, lane="io").on(core)
    assert until(core, make(core), "succeeded")
    for job_id in held:
        core.request("POST", f"/v1/jobs/{job_id}/cancel")
    for job_id in held:
        until(core, job_id, "cancelled")


def test_a_file_that_a_job_keeps_belongs_to_it(core: RunningCore) -> None:
    def keeps(run: Run, _input: StepsInput) -> Done:
        asset_id = run.store([b'{"a":1}\n', b'{"a":2}\n'], "lines.ndjson")
        with run.open(asset_id) as file:
            return Done(done=len(file.readlines()))

    Probe(keeps).on(core)
    found = until(core, make(core), "succeeded")
    assert found["output"] == {"done": 2}
    asset = core.request("GET", f"/v1/assets/{found['output_asset_ids'][0]}").json()
    assert (asset["kind"], asset["owner"]) == ("job.output", {"type": "system", "id": found["job_id"]})


def test_who_lacks_what_a_type_needs_neither_makes_nor_sees_nor_reads_its_jobs(core: RunningCore) -> None:
    """J14"""

    def keeps(run: Run, _input: StepsInput) -> Done:
        run.store([b"/srv/private/path\n"], "plan.ndjson", "job.plan")
        return Done(done=1)

    Probe(keeps).on(core)
    found = until(core, make(core), "succeeded")
    job_id, asset_id = found["job_id"], found["output_asset_ids"][0]
    content_hash = core.request("GET", f"/v1/assets/{asset_id}").json()["content_hash"]
    stranger = core.limited_token("jobs:write", "assets:write")

    def status(method: str, path: str, **options: Any) -> int:
        return core.request(method, f"/v1/{path}", token=stranger, **options).status_code

    assert status("POST", "jobs", json={"job_type": "core.probe"}) == 403
    assert core.request("GET", "/v1/jobs", token=stranger).json()["items"] == []
    for method, path in (("GET", ""), ("GET", "/log"), ("POST", "/cancel"), ("POST", "/retry")):
        assert status(method, f"jobs/{job_id}{path}") == 404
    assert status("GET", f"assets/{asset_id}/download") == 403
    assert status("POST", f"assets/{asset_id}/signed-url") == 403
    assert status("GET", f"assets/by-hash/sha256/{content_hash}") == 404
    taken = {"content_hash": content_hash, "filename": "mine.txt"}
    assert status("POST", "assets", json=taken) == 422
    query = f'{{ asset(assetId: "{asset_id}") {{ downloadUrl }} }}'
    shown = core.request("POST", "/graphql", token=stranger, json={"query": query}).json()
    assert shown["data"]["asset"]["downloadUrl"] is None
    friend = core.limited_token("jobs:read", "assets:read", "entities:write")
    assert core.request("GET", f"/v1/assets/{asset_id}/download", token=friend).status_code == 200
    assert core.request("GET", f"/v1/jobs/{job_id}", token=friend).status_code == 200


def test_a_job_fails_whose_maker_may_not_do_it_any_more(core: RunningCore) -> None:
    """J14"""
    token = core.limited_token("jobs:write", "entities:write")
    core.request("PUT", "/v1/job-types/test.guarded", json={"needs": ["entities:write"]})
    Probe(counting).on(core)
    later = now(timedelta(hours=1))
    made = [make(core, name, token=token, run_after=later) for name in ("core.probe", "test.guarded")]
    row = next(
        each
        for each in core.request("GET", "/v1/tokens").json()["items"]
        if "jobs:write" in each["permissions"]
    )
    core.request("PATCH", f"/v1/tokens/{row['token_id']}", json={"permissions": ["jobs:write"]})

    def due(tx: Write) -> None:
        for job in tx.rows(select(jobs)):
            tx.update(jobs, job, {"run_after": now()})

    core.core.database.writing("test", "test", due)
    core.core.jobs.expect()
    assert core.request("POST", "/v1/jobs/claim", json={"runner_id": "r"}).json() == {"jobs": []}
    for job_id in made:
        found = until(core, job_id, "failed")
        assert (found["error"]["code"], found["attempt"]) == ("forbidden", 0)


def test_revoking_a_token_ends_its_jobs(core: RunningCore) -> None:
    """J14"""
    token = core.limited_token("jobs:write", "entities:write")
    probe = Probe(waiting, concurrency=1).on(core)
    runs, waits = make(core, token=token), make(core, token=token)
    assert probe.begun.wait(10)
    (row,) = core.request("GET", "/v1/tokens").json()["items"]
    assert core.request("DELETE", f"/v1/tokens/{row['token_id']}").status_code == 204
    assert until(core, waits, "cancelled")["attempt"] == 0
    until(core, runs, "cancelled")


def test_a_job_acts_as_who_made_it_with_what_they_may_now(core: RunningCore) -> None:
    """J14"""
    seen: list[tuple[str, bool]] = []

    def acts(run: Run, input: StepsInput) -> Done:
        actor = run.context.actor
        seen.append((actor.name, "tokens:read" in actor.permissions))
        return counting(run, input)

    Probe(acts).on(core)
    token = core.limited_token("jobs:write", "entities:write")
    job_id = make(core, token=token)
    until(core, job_id, "succeeded")
    assert seen == [("token:limited-0", False)]
    made = core.request("GET", f"/v1/changesets?job_id={job_id}").json()["items"]
    assert {each["actor"] for each in made} == {"token:limited-0"}


def test_old_jobs_go_with_their_logs_and_files(core: RunningCore) -> None:
    def keeps(run: Run, input: StepsInput) -> Done:
        run.log("info", "Kept.")
        run.store([b"gone with the job\n"], "plan.ndjson", "job.plan")
        return counting(run, input)

    Probe(keeps).on(core)
    old, parts = until(core, make(core), "succeeded"), core.core
    asset_id = old["output_asset_ids"][0]
    retention = JobRetention(parts.database, parts.stored_bytes, 30)
    assert core.wait(retention.remove(now(-timedelta(hours=1)))) == 0
    assert core.wait(retention.remove(now())) == 1
    assert core.request("GET", f"/v1/jobs/{old['job_id']}").status_code == 404
    assert core.request("GET", f"/v1/assets/{asset_id}?deleted=include").status_code == 404
    assert len(core.request("GET", f"/v1/changesets?job_id={old['job_id']}").json()["items"]) > 1


def test_who_may_not_see_a_job_hears_nothing_of_it(core: RunningCore) -> None:
    """J14"""
    core.request("PUT", "/v1/job-types/test.guarded", json={"needs": ["entities:write"]})
    job_id = make(core, "test.guarded")
    stranger, friend = (core.limited_token("jobs:read", *more) for more in ((), ("entities:write",)))
    heard = [
        core.request("GET", "/v1/events?types=job.*", token=each).json()["items"]
        for each in (stranger, friend)
    ]
    assert [[each["record_id"] for each in events] for events in heard] == [[], [job_id]]
