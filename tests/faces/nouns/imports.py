"""Bulk import: the rows of its operations. What an import does is tried in tests of its own."""

from __future__ import annotations

from typing import Any

from noun import Bad, Noun, Rows, invalid, with_input
from world import UNKNOWN, World


def a_plan(w: World) -> dict[str, Any]:
    return {"job_id": w.plan}


def nothing(_: World) -> dict[str, Any]:
    return {}


NOUN = Noun(
    operations={
        "bulk_import": Rows(
            lambda w: {"input": {"path": w.folder, "dry_run": True}},
            {"job_type": "core.bulk_import"},
            (
                invalid("/path", with_input(nothing)),
                invalid("/path", with_input(nothing, path="pictures")),
                invalid("/path", with_input(nothing, path="/proc/self")),
                invalid("/path", lambda w: {"input": {"path": f"{w.folder}/gone"}}),
                invalid("/path", lambda w: {"input": {"path": w.folder, "plan_job_id": w.plan}}),
                invalid("/plan_job_id", with_input(nothing, plan_job_id=UNKNOWN)),
                invalid("/recursive", lambda w: {"input": {"plan_job_id": w.plan, "recursive": True}}),
                invalid(
                    "/decisions/d9", lambda w: {"input": {"plan_job_id": w.plan, "decisions": {"d9": "x"}}}
                ),
                invalid("/decisions", lambda w: {"input": {"path": w.folder, "decisions": {"d1": "nobody"}}}),
                invalid("/create_entities", lambda w: {"input": {"path": w.folder, "create_entities": True}}),
                Bad(
                    lambda w: {"input": {"path": w.folder, "entity_ids": [UNKNOWN]}},
                    422,
                    "unknown_reference",
                    "/entity_ids",
                ),
            ),
        ),
        "import_plan": Rows(
            a_plan,
            {"next_cursor": None},
            (
                Bad(lambda w: {"job_id": UNKNOWN}, 404, "not_found"),
                invalid("/limit", lambda w: {**a_plan(w), "limit": 0}),
                invalid("/limit", lambda w: {**a_plan(w), "limit": 501}),
                invalid("/state", lambda w: {**a_plan(w), "part": "entities", "state": "new"}),
                Bad(lambda w: {**a_plan(w), "after": "x"}, 400, "invalid_cursor"),
            ),
        ),
        "import_folders": Rows(
            lambda w: {"path": w.folder},
            {"truncated": False, "folders": []},
            (invalid("/path", lambda w: {"path": "/proc/self"}), invalid("/path", lambda w: {"path": "x"})),
        ),
    },
)
