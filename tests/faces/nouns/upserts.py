"""Upserts: the rows of their operation."""

from __future__ import annotations

from typing import Any

from noun import Noun, Rows, invalid
from world import UNKNOWN


def items(*each: dict[str, Any], **options: Any) -> dict[str, Any]:
    return {"input": {"items": list(each), **options}}


NOUN = Noun(
    operations={
        "bulk_upsert_entities": Rows(
            lambda w: items(
                {"entity_id": w.ada, "tags": ["poet"]},
                {
                    "external_ids": [{"namespace": "test", "value": w.named("grace")}],
                    "display_name": "Grace Hopper",
                },
                {"entity_id": UNKNOWN, "display_name": "Nobody"},
            ),
            {"created": 1, "updated": 1, "unchanged": 0, "skipped": 0, "failed": 1, "dry_run": False},
            (invalid("/items", lambda w: items(*({"display_name": "x"},) * 1001)),),
        ),
    },
    without_effect={
        "upserted with nothing": ("bulk_upsert_entities", lambda w: items()),
        "upserted with what it has": (
            "bulk_upsert_entities",
            lambda w: items({"entity_id": w.ada, "tags": ["mathematician"], "fields": {"absent": None}}),
        ),
        "upserted dry": (
            "bulk_upsert_entities",
            lambda w: items({"entity_id": w.ada, "tags": ["x"]}, {"display_name": "New"}, dry_run=True),
        ),
    },
)
