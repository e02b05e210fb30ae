"""Jobs and their types: the rows of their operations, and what the tests of all nouns take from here."""

from __future__ import annotations

from typing import Any

from noun import Bad, Noun, Place, Rows, a_list, gone, invalid
from world import UNKNOWN, World

from faceforge_storage.database.gateway import Write
from faceforge_storage.jobs import jobs

SCHEMA = {"type": "object", "properties": {"pages": {"type": "integer"}}, "additionalProperties": False}


def a_job(w: World) -> dict[str, Any]:
    return {"job_id": w.job["job_id"]}


def held(w: World) -> dict[str, Any]:
    return {"job_id": w.held_job["job_id"]}


def by_holder(w: World, **said: Any) -> dict[str, Any]:
    return {**held(w), "input": {"lease_token": w.held_job["lease_token"], **said}}


def by_another(**said: Any) -> Bad:
    return Bad(lambda w: {**held(w), "input": {"lease_token": "another", **said}}, 409, "lease_lost")


def of_nothing(**said: Any) -> Bad:
    return Bad(lambda w: {"job_id": UNKNOWN, "input": {"lease_token": "any", **said}}, 404, "not_found")


def ended(w: World) -> dict[str, Any]:
    w.face.call("cancel_job", **a_job(w)).ok()
    return a_job(w)


def fill(tx: Write, place: Place) -> None:
    values = {"job_type": "test.filled", "max_attempts": 3, "made_by": "install", "token_id": None}
    jobs.create(tx, {**values, "parent_job_id": place.entity.id})


def after(operation: str, **said: Any) -> tuple[str, Any]:
    """What a runner says a second time."""

    def again(w: World) -> dict[str, Any]:
        arguments = by_holder(w, **said)
        w.face.call(operation, **arguments).ok()
        return arguments

    return operation, again


LOG = [{"seq": 1, "message": "Begun.", "level": "warning", "data": {"pages": 3}}]
ERROR = {"code": "out_of_memory", "message": "Too little memory."}

NOUN = Noun(
    operations={
        "create_job": Rows(
            lambda w: {"input": {"job_type": w.job_type, "input": {"pages": 3}, "priority": 2}},
            {"state": "queued", "priority": 2, "attempt": 0, "deduplicated": False, "version": 1},
            (
                invalid("/job_type", lambda w: {"input": {"job_type": "no.such"}}),
                invalid(
                    "/input/pages", lambda w: {"input": {"job_type": w.job_type, "input": {"pages": "a"}}}
                ),
                invalid("/priority", lambda w: {"input": {"job_type": w.job_type, "priority": 10}}),
                invalid("/input_asset_id", lambda _: {"input": {"job_type": "core.bulk_upsert"}}),
                Bad(
                    lambda w: {"input": {"job_type": w.job_type, "input_asset_id": UNKNOWN}},
                    422,
                    "unknown_reference",
                    "/input_asset_id",
                ),
                invalid(
                    "/parent_job_id", lambda w: {"input": {"job_type": w.job_type, "parent_job_id": UNKNOWN}}
                ),
            ),
        ),
        "job": Rows(a_job, {"state": "queued", "input": {"pages": 1}}, (gone(job_id=UNKNOWN),)),
        "jobs": a_list(lambda w: {"job_type": a_job(w) and w.job_type, "active": True}),
        "cancel_job": Rows(held, {"state": "running", "done": False}, (gone(job_id=UNKNOWN),)),
        "pause_job": Rows(held, {"state": "running", "done": False}, (gone(job_id=UNKNOWN),)),
        "resume_job": Rows(
            lambda w: {"job_id": w.paused_job},
            {"state": "queued", "paused_at": None},
            (gone(job_id=UNKNOWN),),
        ),
        "retry_job": Rows(
            ended,
            {"state": "queued", "attempt": 0},
            (gone(job_id=UNKNOWN), Bad(a_job, 409, "conflict")),
        ),
        "job_log": Rows(
            a_job,
            {"items": [], "next_cursor": 0, "finished": False},
            (
                gone(job_id=UNKNOWN),
                invalid("/limit", lambda w: {**a_job(w), "limit": 0}),
            ),
        ),
        "claim_jobs": Rows(
            lambda w: {"input": {"runner_id": "r", "types": [a_job(w) and w.job_type], "lease_s": 300}},
            None,
            (
                invalid("/types/0", lambda w: {"input": {"runner_id": "r", "types": ["no.such"]}}),
                invalid("/lease_s", lambda w: {"input": {"runner_id": "r", "lease_s": 9}}),
                Bad(lambda w: {"input": {"runner_id": "r", "types": ["core.any"]}}, 403, "forbidden"),
            ),
        ),
        "heartbeat_job": Rows(
            lambda w: by_holder(w, progress={"fraction": 0.5}, checkpoint={"page": 2}),
            {"cancel_requested": False, "pause_requested": False},
            (
                by_another(),
                of_nothing(),
                invalid("/progress/fraction", lambda w: by_holder(w, progress={"fraction": 2})),
            ),
            recorded=False,
        ),
        "append_job_log": Rows(
            lambda w: by_holder(w, entries=LOG),
            {"appended": 1, "last_seq": 1},
            (
                by_another(entries=LOG),
                of_nothing(entries=LOG),
                invalid("/entries", lambda w: by_holder(w, entries=[])),
            ),
            recorded=False,
        ),
        "complete_job": Rows(
            lambda w: by_holder(w, output={"pages": 3}),
            {"state": "succeeded", "output": {"pages": 3}, "lease": None},
            (
                by_another(output={}),
                of_nothing(),
                invalid("/output/pages", lambda w: by_holder(w, output={"pages": "a"})),
                Bad(
                    lambda w: by_holder(w, output_asset_ids=[UNKNOWN]),
                    422,
                    "unknown_reference",
                    "/output_asset_ids",
                ),
            ),
        ),
        "fail_job": Rows(
            lambda w: by_holder(w, error={**ERROR, "retryable": False}),
            {"state": "failed", "error": {**ERROR, "retryable": False}},
            (
                by_another(error=ERROR),
                of_nothing(error=ERROR),
                invalid("/error/code", lambda w: by_holder(w, error={**ERROR, "code": "No code"})),
            ),
        ),
        "release_job": Rows(
            by_holder,
            {"state": "queued", "attempt": 0},
            (by_another(), of_nothing()),
        ),
        "job_types": Rows(lambda w: {}, None, ()),
        "job_type": Rows(
            lambda w: {"name": w.job_type},
            {"external": True, "input_schema": SCHEMA},
            (gone(name="no.such"),),
        ),
        "register_job_type": Rows(
            lambda w: {"name": w.named("test.new"), "input": {"title": "New", "concurrency": 2}},
            {"title": "New", "concurrency": 2, "external": True},
            (
                invalid("/name", lambda w: {"name": "plain", "input": {}}),
                invalid("/name", lambda w: {"name": "core.mine", "input": {}}),
                invalid("/needs", lambda w: {"name": "test.x", "input": {"needs": ["all:things"]}}),
                invalid(
                    "/input_schema/type", lambda w: {"name": "test.x", "input": {"input_schema": {"type": 3}}}
                ),
            ),
        ),
    },
    record="job",
    which=a_job,
    without_effect={
        "cancelled when it has ended": ("cancel_job", ended),
        "resumed when it is not paused": ("resume_job", a_job),
        "paused when it is paused": ("pause_job", lambda w: {"job_id": w.paused_job}),
        "claimed when nothing waits": (
            "claim_jobs",
            lambda w: {"input": {"runner_id": "r", "types": [w.job_type]}},
        ),
        "completed twice": after("complete_job", output={}),
        "failed twice": after("fail_job", error=ERROR),
        "released twice": after("release_job"),
        "registered as it is": (
            "register_job_type",
            lambda w: {"name": w.job_type, "input": {"input_schema": SCHEMA, "output_schema": SCHEMA}},
        ),
    },
    fill=fill,
)
