"""The job that upserts the lines of a stored file: what comes of each, and what an attempt that is cut off leaves."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from running_core import RunningCore
from sqlalchemy import func, select
from world import World

from faceforge_schema.declare.runs import Stopped
from faceforge_schema.upserts import job
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.tables import changesets, jobs

SECONDS = 30


def item(w: World, number: int, **values: Any) -> dict[str, Any]:
    external_id = {"namespace": "stash", "value": w.named(f"job/{number}")}
    return {"external_ids": [external_id], "display_name": f"Person {number}", **values}


def stored(core: RunningCore, content: bytes) -> str:
    answer = core.request("POST", "/v1/assets/upload", files={"file": ("items.ndjson", content)})
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["asset_id"])


def ndjson(*items: Any) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in items)


def begun(core: RunningCore, asset_id: str, run_after: str | None = None, **options: Any) -> str:
    body = {"job_type": "core.bulk_upsert", "input": options, "input_asset_id": asset_id}
    body |= {} if run_after is None else {"run_after": run_after}
    answer = core.request("POST", "/v1/jobs", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["job_id"])


def ended(core: RunningCore, job_id: str) -> dict[str, Any]:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        found: dict[str, Any] = core.request("GET", f"/v1/jobs/{job_id}").json()
        if found["state"] in ("succeeded", "failed", "cancelled"):
            return found
        time.sleep(0.02)
    raise AssertionError(f"the job has not ended: {found}")


def results(core: RunningCore, done: dict[str, Any]) -> list[dict[str, Any]]:
    assert done["output_asset_ids"] == [done["output"]["result_asset_id"]]
    answer = core.request("GET", f"/v1/assets/{done['output']['result_asset_id']}/download")
    return [json.loads(line) for line in answer.content.splitlines()]


def test_each_line_is_an_item_and_bad_lines_fail_alone(core: RunningCore, world: World) -> None:
    lines = (
        ndjson(item(world, 1), item(world, 2))
        + b'{"display_name": \n\n[1]\n\xff\n'
        + ndjson(item(world, 1, tags=["x"]))
    )
    done = ended(core, begun(core, stored(core, lines + json.dumps(item(world, 3)).encode())))
    assert done["state"] == "succeeded", done
    counts = {key: done["output"][key] for key in ("created", "updated", "unchanged", "skipped", "failed")}
    assert counts == {"created": 3, "updated": 1, "unchanged": 0, "skipped": 0, "failed": 3}
    found = results(core, done)
    assert [(each["line"], each["status"]) for each in found] == [
        (1, "created"),
        (2, "created"),
        (3, "failed"),
        (5, "failed"),
        (6, "failed"),
        (7, "updated"),
        (8, "created"),
    ]
    assert found[0]["entity_id"] == found[5]["entity_id"]
    assert all(each["error"]["code"] == "invalid_input" for each in found[2:5])
    assert done["progress"]["fraction"] == 1.0


def test_the_same_file_again_changes_nothing(core: RunningCore, world: World) -> None:
    asset_id = stored(core, ndjson(*(item(world, number, tags=["a"]) for number in range(2500))))
    first = ended(core, begun(core, asset_id))
    assert first["output"]["created"] == 2500
    second = ended(core, begun(core, asset_id))
    assert second["output"]["unchanged"] == 2500
    # Three times a thousand items at most; of both jobs the file that tells of them, and the end.
    assert (_changesets(core, first["job_id"]), _changesets(core, second["job_id"])) == (5, 2)
    assert [each["entity_id"] for each in results(core, first)] == [
        each["entity_id"] for each in results(core, second)
    ]


def test_a_dry_run_writes_no_entity(core: RunningCore, world: World) -> None:
    done = ended(core, begun(core, stored(core, ndjson(item(world, 1))), dry_run=True))
    assert (done["output"]["created"], done["output"]["dry_run"]) == (1, True)
    assert results(core, done)[0]["entity_id"] is None
    wanted = f"/v1/entities?external_id=stash:{world.named('job/1')}"
    assert core.request("GET", wanted).json()["items"] == []


def test_an_attempt_that_is_cut_off_goes_on_at_its_checkpoint(
    core: RunningCore, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """J10"""
    asset_id = stored(core, ndjson(*(item(world, number) for number in range(3000))))
    commit, cut = job._Upsert._commit, []

    def once(upsert: Any, batch: Any) -> None:
        if batch.lines == 2000 and not cut:
            cut.append(upsert)
            # What a killed attempt has written beyond its checkpoint.
            upsert._results.write([{"line": 0, "status": "nothing"}])
            raise Stopped("as if Core were killed")
        commit(upsert, batch)

    monkeypatch.setattr(job._Upsert, "_commit", once)
    done = ended(core, begun(core, asset_id))
    assert cut
    assert (done["state"], done["output"]["created"]) == ("succeeded", 3000)
    assert [each["line"] for each in results(core, done)] == list(range(1, 3001))


def test_a_cancelled_job_leaves_no_lines_behind(
    core: RunningCore, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = job._Upsert._commit

    def slowly(upsert: Any, batch: Any) -> None:
        commit(upsert, batch)
        if batch.lines == 1000:
            assert core.request("POST", f"/v1/jobs/{upsert._run.job_id}/cancel").status_code == 202
            for _ in range(100):
                upsert._run.wait(0.1)

    monkeypatch.setattr(job._Upsert, "_commit", slowly)
    asset_id = stored(core, ndjson(*(item(world, number) for number in range(2000))))
    done = ended(core, begun(core, asset_id))
    assert done["state"] == "cancelled"
    assert list((core.core.home / "tmp").glob("job-*")) == []


def test_no_job_is_made_without_its_file(core: RunningCore) -> None:
    """Neither is one tried again whose file is gone for good."""
    asset_id = stored(core, b"{}\n")
    first = ended(core, begun(core, asset_id))
    core.request("DELETE", f"/v1/assets/{asset_id}")
    assert core.request("POST", f"/v1/assets/{asset_id}/purge").status_code == 204
    retry = f"/v1/jobs/{first['job_id']}/retry"
    for answer in (
        core.request("POST", "/v1/jobs", json={"job_type": "core.bulk_upsert"}),
        core.request("POST", retry),
    ):
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (422, "invalid_input")
        (fault,) = problem["errors"]
        assert (fault["pointer"], fault["code"]) == ("/input_asset_id", "required")
    kind = core.request("GET", "/v1/job-types/core.bulk_upsert").json()
    assert kind["takes_asset"] is True


def test_a_job_whose_file_goes_before_it_is_begun_fails(core: RunningCore) -> None:
    asset_id = stored(core, b"[]\n")
    job_id = begun(core, asset_id, run_after="2999-01-01T00:00:00Z")
    core.request("DELETE", f"/v1/assets/{asset_id}")
    assert core.request("POST", f"/v1/assets/{asset_id}/purge").status_code == 204

    def due(tx: Write) -> None:
        (row,) = tx.rows(jobs.select().where(jobs.c.id == job_id))
        tx.update(jobs, row, {"run_after": tx.at})

    core.core.database.writing("test", "due", due)
    core.core.jobs.expect()
    error = ended(core, job_id)["error"]
    assert (error["code"], error["retryable"]) == ("invalid_input", False)


def test_a_line_that_is_too_long_is_left_out(core: RunningCore, world: World) -> None:
    limit = core.core.settings.limits.json_bytes
    long = json.dumps(item(world, 1, fields={"x": "y" * limit})).encode() + b"\n"
    done = ended(core, begun(core, stored(core, long * 2 + ndjson(item(world, 2)))))
    assert [(each["line"], each["status"]) for each in results(core, done)] == [
        (1, "failed"),
        (2, "failed"),
        (3, "created"),
    ]


def _changesets(core: RunningCore, job_id: str) -> int:
    """How many changesets of the type's name the job has made."""
    wanted = select(func.count()).where(
        changesets.c.job_id == job_id, changesets.c.operation == "core.bulk_upsert"
    )
    return int(core.core.database.reading(lambda db: db.execute(wanted).scalar_one()))
