"""J1 to J9: what runners and those who make jobs may rely on, call by call."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from job_runner import ERROR, Runner
from running_core import RunningCore, running_core
from sqlalchemy import select
from world import UNKNOWN

from faceforge_storage.database.clock import now
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.tables import jobs
from faceforge_storage.jobs.endings import pause_after


@pytest.fixture
def runner(core: RunningCore, request: pytest.FixtureRequest) -> Runner:
    name = "".join(each for each in request.node.name if each.isalnum() or each == "_")
    return Runner(core, f"test.{name[:60].lower()}")


EXPIRED = {"expires_at": now(-timedelta(seconds=1))}


def test_a_job_is_made_once_with_a_key(runner: Runner) -> None:
    """J1"""
    key = {"headers": {"idempotency-key": runner.name}}
    body = {"job_type": runner.name, "input": {"pages": 1}}
    first = runner.call("POST", "jobs", body, **key)
    again = runner.call("POST", "jobs", body, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["job_id"] == again.json()["job_id"]
    other = runner.call("POST", "jobs", {**body, "priority": 1}, **key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_mismatch")


def test_an_unfinished_job_with_the_same_key_is_answered(runner: Runner) -> None:
    """J1"""
    body = {"job_type": runner.name, "unique_key": "folder 1"}
    first, second = runner.call("POST", "jobs", body), runner.call("POST", "jobs", body)
    assert (first.status_code, first.json()["deduplicated"]) == (201, False)
    assert (second.status_code, second.json()["deduplicated"]) == (200, True)
    assert first.json()["job_id"] == second.json()["job_id"]
    runner.ask("POST", f"jobs/{first.json()['job_id']}/cancel")
    assert runner.call("POST", "jobs", body).status_code == 201


def test_what_does_not_fit_the_type_is_refused_with_its_place(runner: Runner) -> None:
    """J1"""
    answer = runner.call("POST", "jobs", {"job_type": runner.name, "input": {"pages": "many"}})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/input/pages")
    long = runner.call("POST", "jobs", {"job_type": runner.name, "input": {"text": "x" * 262_144}})
    assert (long.status_code, long.json()["errors"][0]["code"]) == (422, "too_long")


def test_jobs_are_claimed_by_priority_then_time_then_age(runner: Runner) -> None:
    """J2"""
    later, early = now(timedelta(hours=-1)), now(timedelta(hours=-2))
    third, fourth = runner.make(run_after=later), runner.make()
    second, first = runner.make(run_after=early), runner.make(priority=0)
    runner.make(run_after=now(timedelta(hours=1)))
    assert [each["job_id"] for each in runner.claim(max=10)] == [first, second, third, fourth]


def test_no_more_jobs_of_a_type_run_at_once_than_it_says(core: RunningCore) -> None:
    """J2"""
    runner = Runner(core, "test.two_at_once", concurrency=2)
    for _ in range(3):
        runner.make()
    held = runner.claim(max=3)
    assert len(held) == 2
    assert runner.claim() == []
    assert runner.say(held[0], "complete").status_code == 200
    assert len(runner.claim(max=3)) == 1


def test_a_token_runs_only_what_it_has_registered(core: RunningCore, runner: Runner) -> None:
    """J2"""
    runner.make()
    other = Runner(core, "test.of_another")
    refused = other.call("POST", "jobs/claim", {"runner_id": "r", "types": [runner.name]})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert other.ask("POST", "jobs/claim", {"runner_id": "r"}) == {"jobs": []}
    taken = other.call("PUT", f"job-types/{runner.name}", {})
    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")


def test_a_claim_waits_for_a_job_and_holds_nothing_meanwhile(core: RunningCore, runner: Runner) -> None:
    """J2"""
    found: list[dict[str, Any]] = []
    waiting = threading.Thread(target=lambda: found.extend(runner.claim(wait_s=20)))
    waiting.start()
    time.sleep(0.2)
    pools = [core.core.database.readers.pool, core.core.database.writer.pool]
    while any(each.checkedout() for each in pools):  # it looks first; others use them for a moment, too
        assert waiting.is_alive()
        time.sleep(0.01)
    assert waiting.is_alive()
    made = runner.make()
    waiting.join(10)
    assert [each["job_id"] for each in found] == [made]


def test_a_claim_waits_for_a_job_that_becomes_due(runner: Runner) -> None:
    """J2"""
    made = runner.make(run_after=now(timedelta(seconds=6)))
    assert runner.claim() == []
    assert [each["job_id"] for each in runner.claim(wait_s=25)] == [made]


def test_claims_that_wait_are_bounded_for_each_token(tmp_path: Path) -> None:
    """B7"""
    with running_core(tmp_path / "home", limits={"waiting_claims": 2}) as core:
        runner = Runner(core, "test.many_waits")
        answers: list[int] = []

        def wait() -> None:
            body = {"runner_id": "r", "wait_s": 10}
            answers.append(runner.call("POST", "jobs/claim", body).status_code)

        threads = [threading.Thread(target=wait) for _ in range(3)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sorted(answers) == [200, 200, 503]


def test_a_heartbeat_extends_the_lease_and_progress_never_falls(runner: Runner) -> None:
    """J3"""
    job = runner.one()
    runner.set_lease(job, expires_at=now(timedelta(seconds=5)))
    beat = runner.say(
        job, "heartbeat", progress={"fraction": 0.5, "counts": {"done": 5}}, checkpoint={"at": 5}
    )
    assert beat.json()["lease_expires_at"] > now(timedelta(seconds=200))
    runner.say(job, "heartbeat", progress={"fraction": 0.2})
    found = runner.state(job)
    assert (found["progress"]["fraction"], found["checkpoint"]) == (0.5, {"at": 5})
    assert found["lease"]["owner"] == "r"


def test_a_heartbeat_writes_no_changeset(core: RunningCore, runner: Runner) -> None:
    job = runner.one()
    before = core.request("GET", "/v1/changesets?limit=1").json()["items"][0]
    runner.say(job, "heartbeat", progress={"fraction": 0.5}, checkpoint={"at": 5})
    runner.say(job, "log", entries=[{"seq": 1, "message": "Begun."}])
    assert core.request("GET", "/v1/changesets?limit=1").json()["items"][0] == before
    assert runner.state(job)["version"] == 2


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("heartbeat", {}),
        ("log", {"entries": [{"seq": 1, "message": "m"}]}),
        ("complete", {}),
        ("fail", {"error": ERROR}),
        ("release", {}),
    ],
)
def test_who_has_lost_the_lease_is_refused(runner: Runner, what: str, body: dict[str, Any]) -> None:
    """J3, J5"""
    job = runner.one()
    for token in ("another", job["lease_token"]):
        if token == job["lease_token"]:
            runner.set_lease(job, **EXPIRED)
        answer = runner.say({**job, "lease_token": token}, what, **body)
        assert (answer.status_code, answer.json()["code"]) == (409, "lease_lost")


def test_a_checkpoint_is_bounded(runner: Runner) -> None:
    answer = runner.say(runner.one(), "heartbeat", checkpoint={"text": "x" * 65_536})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/checkpoint")


def test_entries_that_are_sent_twice_are_stored_once(runner: Runner) -> None:
    """J4"""
    job = runner.one()
    entries = [{"seq": number, "message": f"entry {number}"} for number in (1, 2, 3)]
    assert runner.say(job, "log", entries=entries).json() == {"appended": 3, "last_seq": 3}
    assert runner.say(job, "log", entries=entries).json() == {"appended": 0, "last_seq": 3}
    assert runner.say(job, "log", entries=[*entries, {"seq": 4, "message": "x"}]).json()["appended"] == 1
    runner.say(job, "release")
    (again,) = runner.claim()
    assert (again["attempt"], runner.say(again, "log", entries=entries).json()["appended"]) == (1, 3)


def test_a_log_is_read_by_pages_and_by_level(runner: Runner) -> None:
    """J4"""
    job = runner.one()
    levels = ["debug", "info", "warning", "error"]
    entries = [{"seq": place + 1, "message": each, "level": each} for place, each in enumerate(levels)]
    runner.say(job, "log", entries=entries)
    assert [each["message"] for each in runner.log(job, level="warning")] == levels[2:]
    page = runner.ask("GET", f"jobs/{job['job_id']}/log", params={"limit": 3})
    assert ([each["seq"] for each in page["items"]], page["has_more"]) == ([1, 2, 3], True)
    rest = runner.ask("GET", f"jobs/{job['job_id']}/log", params={"after": page["next_cursor"]})
    assert ([each["seq"] for each in rest["items"]], rest["has_more"]) == ([4], False)


def test_a_log_that_is_full_says_so(tmp_path: Path) -> None:
    with running_core(tmp_path / "home", limits={"job_log_entries": 3}) as core:
        runner = Runner(core, "test.talkative")
        job = runner.one()
        entries = [{"seq": number, "message": f"entry {number}"} for number in range(1, 9)]
        assert runner.say(job, "log", entries=entries).json() == {"appended": 3, "last_seq": 3}
        assert "left out" in runner.log(job)[-1]["message"]


def test_completing_twice_is_answered_alike_and_nothing_else_changes_what_came_of_it(runner: Runner) -> None:
    """J5"""
    job = runner.one()
    first = runner.say(job, "complete", output={"pages": 3})
    assert (first.status_code, first.json()["state"]) == (200, "succeeded")
    assert runner.say(job, "complete", output={"pages": 3}).text == first.text
    for what, body in (("complete", {"output": {"pages": 4}}), ("fail", {"error": ERROR}), ("release", {})):
        assert runner.say(job, what, **body).status_code == 409
    assert runner.state(job)["output"] == {"pages": 3}


def test_an_output_fits_the_type_and_names_files_that_are_there(runner: Runner) -> None:
    job = runner.one()
    wrong = runner.say(job, "complete", output={"pages": "three"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/output/pages")
    assert runner.say(job, "complete", output_asset_ids=[UNKNOWN]).status_code == 422
    assert runner.state(job)["state"] == "running"


def test_what_failed_is_tried_again_until_its_attempts_are_used_up(runner: Runner) -> None:
    """J6"""
    job = runner.one(max_attempts=2)
    soonest = now(timedelta(seconds=4))
    failed = runner.say(job, "fail", error=ERROR).json()
    assert (failed["state"], failed["error"]["code"], failed["attempt"]) == ("queued", "out_of_memory", 1)
    assert soonest < failed["run_after"] < now(timedelta(seconds=7))
    assert runner.claim() == []
    soon = runner.one()
    assert runner.say(soon, "fail", error=ERROR, retry_after_s=0).json()["state"] == "queued"
    (again,) = runner.claim()
    assert again["attempt"] == 2
    runner.say(again, "fail", error={**ERROR, "retryable": False})
    assert runner.state(again)["state"] == "failed"


def test_the_last_attempt_fails_the_job(runner: Runner) -> None:
    """J6"""
    job = runner.one(max_attempts=1)
    assert runner.say(job, "fail", error=ERROR).json()["state"] == "failed"
    assert runner.log(job)[-1]["message"] == ERROR["message"]


def test_what_fails_after_it_was_cancelled_is_cancelled(runner: Runner) -> None:
    """J6"""
    job = runner.one()
    runner.ask("POST", f"jobs/{job['job_id']}/cancel")
    assert runner.say(job, "fail", error=ERROR).json()["state"] == "cancelled"


def test_each_pause_is_twice_the_one_before_and_differs_a_little() -> None:
    """J6"""
    for attempt, about in ((1, 5), (2, 10), (3, 20), (10, 2560), (11, 3600), (1000, 3600)):
        pauses = [pause_after(attempt) for _ in range(200)]
        assert all(0.8 * about <= each <= 1.2 * about for each in pauses)
        assert max(pauses) - min(pauses) > 0.1 * about


def test_what_is_handed_back_has_used_no_attempt(runner: Runner) -> None:
    """J7"""
    job = runner.one()
    runner.say(job, "heartbeat", checkpoint={"at": 7})
    released = runner.say(job, "release").json()
    assert (released["state"], released["attempt"], released["lease"]) == ("queued", 0, None)
    (again,) = runner.claim()
    assert (again["attempt"], again["checkpoint"]) == (1, {"at": 7})


def test_cancelling_is_at_once_or_asked_for_or_without_effect(runner: Runner) -> None:
    """J8"""
    waits = {"job_id": runner.make()}
    at_once = runner.call("POST", f"jobs/{waits['job_id']}/cancel")
    assert (at_once.status_code, at_once.json()["state"]) == (200, "cancelled")
    job = runner.one()
    asked = runner.call("POST", f"jobs/{job['job_id']}/cancel")
    assert (asked.status_code, asked.json()["state"]) == (202, "running")
    assert runner.say(job, "heartbeat").json()["cancel_requested"] is True
    assert runner.say(job, "release").json()["state"] == "cancelled"
    ended = runner.state(job)
    again = runner.call("POST", f"jobs/{job['job_id']}/cancel")
    assert (again.status_code, runner.state(job)) == (200, ended)


def test_a_lease_that_expires_is_logged_and_follows_the_rule_of_failures(runner: Runner) -> None:
    """J9"""
    job, before = runner.one(), now()
    runner.set_lease(job, **EXPIRED)
    found = runner.until(job, lambda each: each["state"] == "queued")
    assert (found["error"]["code"], found["lease"]) == ("lease_lost", None)
    assert found["run_after"] > before
    assert "not heard of" in runner.log(job)[-1]["message"]


def test_three_losses_in_a_row_fail_a_job_and_a_checkpoint_between_them_does_not(runner: Runner) -> None:
    """J9"""

    def lose(job: dict[str, Any]) -> dict[str, Any]:
        runner.set_lease(job, **EXPIRED)
        lost = runner.until(job, lambda each: each["state"] != "running")
        if lost["state"] == "queued":

            def due(tx: Write) -> None:
                row = tx.rows(select(jobs).where(jobs.c.id == job["job_id"]))[0]
                tx.update(jobs, row, {"run_after": now()})

            runner.core.core.database.writing("test", "test", due)
        return lost

    job = runner.one(max_attempts=50)
    assert lose(job)["state"] == "queued"
    (job,) = runner.claim()
    assert lose(job)["state"] == "queued"
    (job,) = runner.claim()
    runner.say(job, "heartbeat", checkpoint={"at": 1})
    assert lose(job)["state"] == "queued"
    for expected in ("queued", "failed"):
        (job,) = runner.claim()
        assert lose(job)["state"] == expected


def test_an_attempt_that_takes_too_long_is_ended(runner: Runner) -> None:
    job = runner.one(timeout_s=60, max_attempts=1)
    runner.set_lease(job, times_out_at=now(-timedelta(seconds=1)))
    found = runner.until(job, lambda each: each["state"] == "failed")
    assert found["error"]["code"] == "timeout"
    assert runner.say(job, "complete").status_code == 409


def test_pausing_is_at_once_or_asked_for_and_resuming_lets_it_go_on(runner: Runner) -> None:
    """J13"""
    waits = runner.make()
    assert runner.call("POST", f"jobs/{waits}/pause").status_code == 200
    assert runner.claim() == []
    runner.ask("POST", f"jobs/{waits}/resume")
    (job,) = runner.claim()
    assert runner.call("POST", f"jobs/{waits}/pause").status_code == 202
    assert runner.say(job, "heartbeat").json()["pause_requested"] is True
    released = runner.say(job, "release").json()
    assert (released["state"], released["paused_at"] is None) == ("queued", False)
    assert runner.claim() == []
    assert runner.ask("POST", f"jobs/{waits}/resume")["paused_at"] is None
    assert len(runner.claim()) == 1


def test_a_retry_is_a_new_job(runner: Runner) -> None:
    job = runner.one(max_attempts=1, priority=2)
    unfinished = runner.call("POST", f"jobs/{job['job_id']}/retry")
    assert (unfinished.status_code, unfinished.json()["code"]) == (409, "conflict")
    runner.say(job, "fail", error=ERROR)
    again = runner.ask("POST", f"jobs/{job['job_id']}/retry")
    assert (again["retry_of"], again["state"], again["priority"]) == (job["job_id"], "queued", 2)
    assert runner.state(job)["state"] == "failed"


def test_every_change_of_state_is_an_event_and_in_the_journal(core: RunningCore, runner: Runner) -> None:
    """J11"""
    job = runner.one()
    runner.say(job, "complete")
    events = core.request("GET", f"/v1/events?limit=500&record_id={job['job_id']}").json()["items"]
    assert [each["type"] for each in events] == ["job.created", "job.updated", "job.updated"]
    assert "state" in events[-1]["changed"]
    changes = core.request("GET", f"/v1/changes?record_type=job&record_id={job['job_id']}").json()["items"]
    assert [each["after"]["state"] for each in changes] == ["succeeded", "running", "queued"]
    assert not any(each["after"].keys() & {"input", "output", "error", "token_id"} for each in changes)
