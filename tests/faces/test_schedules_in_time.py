"""J13, J14: a schedule makes its jobs when they are due, one at a time, with no more rights than who made it has."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from nouns.schedules import KIND, register
from running_core import RunningCore

from faceforge_storage.database import tables
from faceforge_storage.schedules import rows

PATIENCE = 60
OFTEN = "* * * * *"
LONG_AGO = "2020-01-01T00:00:00.000000Z"
PERMISSIONS = ("jobs:write",)


def until(holds: Callable[[], Any]) -> Any:
    end = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def asked(core: RunningCore, method: str, path: str, token: str = "install", **body: Any) -> dict[str, Any]:
    answer = core.request(method, f"/v1{path}", token=token, **({"json": body} if method != "GET" else {}))
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json() if answer.content else {}
    return found


def made(core: RunningCore, name: str, token: str = "install", **changed: Any) -> str:
    core.core.database.writing("test", "register", register)
    body = {"name": name, "cron": "0 0 1 1 *", "job_type": KIND, **changed}
    return str(asked(core, "POST", "/schedules", token, **body)["schedule_id"])


def missed(core: RunningCore, schedule_id: str) -> None:
    """Let a schedule be overdue, as after a time when Core did not run."""
    core.core.database.writing(
        "test",
        "miss",
        lambda tx: rows.note(tx, rows.get(tx.connection, schedule_id), {"next_run_at": LONG_AGO}),
    )
    core.core.jobs.expect()


def jobs_of(core: RunningCore, schedule_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asked(core, "GET", f"/jobs?schedule_id={schedule_id}")["items"]
    return found


def shown(core: RunningCore, schedule_id: str) -> dict[str, Any]:
    return asked(core, "GET", f"/schedules/{schedule_id}")


def finish(core: RunningCore, job_id: str) -> None:
    asked(core, "POST", f"/jobs/{job_id}/cancel")


def test_what_was_missed_is_made_up_once(core: RunningCore) -> None:
    schedule = made(core, "missed often", cron=OFTEN, input={"number": 7})
    missed(core, schedule)
    (job,) = until(lambda: jobs_of(core, schedule))
    assert (job["input"], job["made_by"], job["state"]) == ({"number": 7}, "install", "queued")
    found = shown(core, schedule)
    assert found["last_job_id"] == job["job_id"]
    assert found["next_run_at"] > found["updated_at"]


def test_a_run_that_is_not_finished_is_not_joined_by_another(core: RunningCore) -> None:
    schedule = made(core, "slow")
    job = asked(core, "POST", f"/schedules/{schedule}/run")
    missed(core, schedule)
    until(lambda: shown(core, schedule)["next_run_at"] != LONG_AGO)
    again = asked(core, "POST", f"/schedules/{schedule}/run")
    assert (again["job_id"], again["deduplicated"]) == (job["job_id"], True)
    assert len(jobs_of(core, schedule)) == 1
    finish(core, job["job_id"])
    missed(core, schedule)
    until(lambda: len(jobs_of(core, schedule)) == 2)


def test_one_that_is_off_makes_nothing(core: RunningCore) -> None:
    schedule = made(core, "off", enabled=False)
    assert shown(core, schedule)["next_run_at"] is None
    missed(core, schedule)
    other = made(core, "on")
    missed(core, other)
    until(lambda: jobs_of(core, other))
    assert jobs_of(core, schedule) == []
    on = asked(core, "PATCH", f"/schedules/{schedule}", enabled=True)
    assert on["next_run_at"] > on["updated_at"]


def token(core: RunningCore, name: str, *permissions: str) -> tuple[str, str]:
    made = asked(core, "POST", "/tokens", name=name, permissions=list(permissions))
    return made["token_id"], made["secret"]


def test_with_its_token_a_schedule_ends_and_says_why(core: RunningCore) -> None:
    token_id, secret = token(core, "camera", *PERMISSIONS)
    schedule = made(core, "of the camera", secret)
    core.request("DELETE", f"/v1/tokens/{token_id}").raise_for_status()
    found = shown(core, schedule)
    assert (found["enabled"], found["next_run_at"]) == (False, None)
    assert found["disabled_reason"] == "The token 'camera', with whose permissions it ran, was revoked."
    missed(core, schedule)
    other = made(core, "as a mark")
    missed(core, other)
    until(lambda: jobs_of(core, other))
    assert jobs_of(core, schedule) == []
    on = asked(core, "PATCH", f"/schedules/{schedule}", enabled=True)
    assert (on["enabled"], on["disabled_reason"], on["made_by"]) == (True, None, "install")


def test_a_schedule_whose_token_went_unnoticed_is_turned_off_when_it_is_due(core: RunningCore) -> None:
    token_id, secret = token(core, "unnoticed", *PERMISSIONS)
    schedule = made(core, "of an unnoticed one", secret)

    def lose(tx: Any) -> None:
        tx.delete(tables.tokens, tx.rows(tables.tokens.select().where(tables.tokens.c.id == token_id)))

    core.core.database.writing("test", "lose", lose)
    missed(core, schedule)
    until(lambda: not shown(core, schedule)["enabled"])
    assert shown(core, schedule)["disabled_reason"] == "The token with whose permissions it ran is revoked."
    assert jobs_of(core, schedule) == []


def test_whoever_changes_a_schedule_lends_it_their_own_rights_and_no_others(core: RunningCore) -> None:
    _, secret = token(core, "weaker", *PERMISSIONS)
    schedule = made(core, "of the owner")
    changed = asked(core, "PATCH", f"/schedules/{schedule}", secret, input={"number": 2})
    assert changed["made_by"] == "token:weaker"
    same = asked(core, "PATCH", f"/schedules/{schedule}", input={"number": 2})
    assert (same["made_by"], same["version"]) == ("token:weaker", changed["version"])
    missed(core, schedule)
    (job,) = until(lambda: jobs_of(core, schedule))
    assert job["made_by"] == "token:weaker"


def needing(core: RunningCore, permission: str) -> str:
    """A type of jobs that needs a permission."""
    name = f"test.needs_{permission.replace(':', '_')}"

    def make(tx: Any) -> None:
        register(tx)
        (kind,) = tx.rows(tables.job_types.select().where(tables.job_types.c.name == KIND))
        values = {each: kind._mapping[each] for each in ("input_schema", "output_schema", "max_attempts")}
        tx.insert(tables.job_types, [{**values, "name": name, "needs": [permission], "token_id": None}])

    core.core.database.writing("test", "register", make)
    return name


def test_a_schedule_is_for_those_alone_who_may_do_what_it_does(core: RunningCore) -> None:
    kind = needing(core, "tokens:write")
    _, weak = token(core, "weak", *PERMISSIONS)
    _, able = token(core, "able", *PERMISSIONS, "tokens:write")
    schedule = made(core, "strong", job_type=kind)
    for method, path in [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/run")]:
        body = {"json": {}} if method == "PATCH" else {}
        answer = core.request(method, f"/v1/schedules/{schedule}{path}", token=weak, **body)
        assert (method, path, answer.status_code) == (method, path, 404)
    assert schedule not in [
        each["schedule_id"] for each in asked(core, "GET", "/schedules?limit=500", weak)["items"]
    ]
    body = {"name": "more than mine", "cron": OFTEN, "job_type": kind}
    assert core.request("POST", "/v1/schedules", token=weak, json=body).status_code == 403
    assert asked(core, "PATCH", f"/schedules/{schedule}", able, cron=OFTEN)["made_by"] == "token:able"


@pytest.mark.parametrize(
    "gone", ["0 0 1 1 *", "30 2 29 2 *"], ids=["a job type that is gone", "an input that fits no more"]
)
def test_what_keeps_it_from_running_is_said_and_tried_again(core: RunningCore, gone: str) -> None:
    schedule = made(core, f"cut off {gone}", cron=gone, input={"number": 1})

    def change(tx: Any) -> None:
        (kind,) = tx.rows(tables.job_types.select().where(tables.job_types.c.name == KIND))
        if "29" in gone:
            tx.update(tables.job_types, kind, {"input_schema": {"required": ["other"]}})
        else:
            tx.delete(tables.job_types, [kind])

    core.core.database.writing("test", "change", change)
    missed(core, schedule)
    problem = until(lambda: shown(core, schedule)["problem"])
    assert "other" in problem or KIND in problem
    assert shown(core, schedule)["enabled"]

    def restore(tx: Any) -> None:
        for kind in tx.rows(tables.job_types.select().where(tables.job_types.c.name == KIND)):
            tx.delete(tables.job_types, [kind])
        register(tx)

    core.core.database.writing("test", "restore", restore)
    missed(core, schedule)
    until(lambda: jobs_of(core, schedule))
    assert shown(core, schedule)["problem"] is None
