"""Schedules: the rows of their operations, and what the tests of all nouns take from here."""

from __future__ import annotations

from typing import Any

from noun import Bad, Noun, Patch, Place, Rows, a_list, gone, invalid, stale, with_input
from world import UNKNOWN, World

from faceforge_storage.database import tables
from faceforge_storage.database.gateway import Write
from faceforge_storage.schedules import rows

KIND = "test.often"
NEW_YEAR = "0 0 1 1 *"


def register(tx: Write) -> None:
    """The type of jobs that a runner would register."""
    of_it = tables.job_types.select().where(tables.job_types.c.name == KIND)
    if not tx.rows(of_it):
        number = {"type": "object", "properties": {"number": {"type": "integer"}}}
        limits = {"max_attempts": 3, "timeout_s": None, "concurrency": None, "token_id": None}
        texts = {"title": None, "description": None}
        schemas = {"input_schema": number, "output_schema": {}, "needs": []}
        tx.insert(tables.job_types, [{"name": KIND, **texts, **schemas, **limits}])


def new(w: World, **changed: Any) -> dict[str, Any]:
    w.core.core.database.writing("test", "register", register)
    return {"input": {"name": w.named("yearly"), "cron": NEW_YEAR, "job_type": KIND, **changed}}


def yearly(w: World) -> dict[str, Any]:
    return {"schedule_id": w.once("create_schedule", **new(w))["schedule_id"]}


def fill(tx: Write, place: Place) -> None:
    register(tx)
    values = {"time_zone": "UTC", "watch": None, "input": {}, "enabled": False, "made_by": "install"}
    named = {"name": f"schedule {place.number}", "cron": NEW_YEAR, "job_type": KIND, "token_id": None}
    rows.create(tx, {**values, **named})


NOUN = Noun(
    operations={
        "schedule": Rows(
            yearly, {"cron": NEW_YEAR, "enabled": True, "problem": None}, (gone(schedule_id=UNKNOWN),)
        ),
        "schedules": a_list(lambda w: {"ids": [yearly(w)["schedule_id"]]}),
        "create_schedule": Rows(
            lambda w: new(w, name=w.named("made"), time_zone="Europe/Vienna", input={"number": 1}),
            {"time_zone": "Europe/Vienna", "input": {"number": 1}, "made_by": "install", "version": 1},
            (
                Bad(lambda w: yearly(w) and new(w), 409, "name_taken"),
                invalid("/name", lambda w: new(w, name="")),
                invalid("/cron", lambda w: new(w, cron="61 * * * *")),
                invalid("/cron", lambda w: new(w, cron=None)),
                invalid("/cron", lambda w: new(w, watch="/tmp")),
                invalid("/time_zone", lambda w: new(w, time_zone="Europe/Atlantis")),
                invalid("/job_type", lambda w: new(w, job_type="test.unknown")),
                invalid("/job_type", lambda w: new(w, job_type="core.bulk_upsert")),
                invalid("/input/number", lambda w: new(w, input={"number": "one"})),
            ),
        ),
        "update_schedule": Rows(
            lambda w: {**yearly(w), "input": {"cron": "0 12 * * *"}, "expected_version": 1},
            {"cron": "0 12 * * *", "version": 2},
            (
                stale(with_input(yearly, name="x")),
                Bad(lambda w: {"schedule_id": UNKNOWN, "input": {}}, 404, "not_found"),
                invalid("/cron", with_input(yearly, cron="often")),
            ),
        ),
        "delete_schedule": Rows(yearly, None, (gone(schedule_id=UNKNOWN), stale(yearly))),
        "run_schedule": Rows(
            yearly, {"state": "queued", "job_type": KIND, "deduplicated": False}, (gone(schedule_id=UNKNOWN),)
        ),
    },
    record="schedule",
    which=yearly,
    patch=Patch(
        change={"cron": "30 3 * * 1-5"},
        keeps=("name", "time_zone", "input", "enabled"),
        apart=("cron", "watch"),
    ),
    without_effect={
        "patched with what it has": (
            "update_schedule",
            lambda w: {**yearly(w), "input": {"cron": NEW_YEAR, "enabled": True}},
        ),
    },
    fill=fill,
)
