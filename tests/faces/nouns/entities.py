"""Entities: the rows of their operations, and what the tests of all nouns take from this one."""

from __future__ import annotations

from typing import Any

from noun import Bad, Noun, Patch, Rows, a_list, gone, invalid, stale, with_input
from world import UNKNOWN, World


def ada(w: World) -> dict[str, Any]:
    return {"entity_id": w.ada}


UNKNOWN_ENTITY = gone(entity_id=UNKNOWN)
MALFORMED = (
    Bad(lambda w: {"entity_id": "no id"}, 404, "not_found"),
    Bad(lambda w: {"entity_id": "A" * 64}, 404, "not_found"),
    Bad(lambda w: {"entity_id": w.ada[:-1]}, 404, "not_found"),
)


NOUN = Noun(
    operations={
        "entity": Rows(
            ada,
            {
                "display_name": "Ada Lovelace",
                "fields": {"born": "1815-12-10", "camelCase": {"innerKey": [1, None]}},
                "plugin_data": {"ff.graph": {"x": 1}},
                "version": 1,
                "deleted_at": None,
            },
            (UNKNOWN_ENTITY, *MALFORMED, Bad(lambda w: {"entity_id": w.trashed}, 404, "not_found")),
        ),
        "entities": a_list(
            lambda w: {"tag": ["mathematician"], "q": "ADA", "external_id": f"test:{w.named('ada')}"},
            invalid("/external_id", lambda w: {"external_id": "no colon"}),
        ),
        "create_entity": Rows(
            lambda w: {
                "input": {
                    "display_name": "Zoë \N{RIGHT-TO-LEFT MARK}",
                    "tags": ["b", "a", "b"],
                    "external_ids": [{"namespace": "test", "value": w.named("zoe")}],
                }
            },
            {"display_name": "Zoë \N{RIGHT-TO-LEFT MARK}", "tags": ["b", "a"], "fields": {}, "version": 1},
            (
                invalid("/display_name", lambda w: {"input": {"display_name": ""}}),
                invalid("/display_name", lambda w: {"input": {"display_name": " \t "}}),
                invalid("/display_name", lambda w: {"input": {"display_name": "x" * 501}}),
                invalid("/tags/1", lambda w: {"input": {"display_name": "x", "tags": ["a", " b"]}}),
                invalid(
                    "/external_ids/0/namespace",
                    lambda w: {
                        "input": {"display_name": "x", "external_ids": [{"namespace": "A", "value": "1"}]}
                    },
                ),
                Bad(
                    lambda w: {"input": {"display_name": "x", "primary_thumbnail_asset_id": UNKNOWN}},
                    422,
                    "unknown_reference",
                    "/primary_thumbnail_asset_id",
                ),
                Bad(
                    lambda w: {
                        "input": {
                            "display_name": "x",
                            "external_ids": [{"namespace": "test", "value": w.named(f"ada{w.ada[:0]}")}],
                        }
                    },
                    409,
                    "external_id_taken",
                ),
            ),
        ),
        "update_entity": Rows(
            lambda w: {
                **ada(w),
                "input": {"fields": {"born": None, "born2": {"a": 1}}},
                "expected_version": 1,
            },
            {"fields": {"camelCase": {"innerKey": [1, None]}, "born2": {"a": 1}}, "version": 2},
            (
                stale(with_input(ada, display_name="B")),
                Bad(lambda w: {"entity_id": UNKNOWN, "input": {"display_name": "B"}}, 404, "not_found"),
                Bad(lambda w: {"entity_id": w.trashed, "input": {"display_name": "B"}}, 404, "not_found"),
                invalid("/display_name", with_input(ada, display_name="")),
                Bad(
                    lambda w: {**ada(w), "input": {"primary_thumbnail_asset_id": w.trashed_photo}},
                    422,
                    "unknown_reference",
                    "/primary_thumbnail_asset_id",
                ),
            ),
        ),
        "delete_entity": Rows(ada, None, (UNKNOWN_ENTITY, stale(ada))),
        "restore_entity": Rows(
            lambda w: {"entity_id": w.trashed},
            {"display_name": "Gone", "deleted_at": None, "version": 3},
            (UNKNOWN_ENTITY,),
        ),
        "purge_entity": Rows(
            lambda w: {"entity_id": w.trashed}, None, (UNKNOWN_ENTITY, Bad(ada, 409, "not_in_trash"))
        ),
    },
    record="entity",
    which=ada,
    trashed=lambda w: {"entity_id": w.trashed},
    patch=Patch(
        change={"display_name": "First"},
        fill={
            "primary_thumbnail_asset_id": lambda w: w.photo,
            "aliases": ["A"],
            "plugin_data": {"p": {"x": 1}},
        },
        clears={
            "primary_thumbnail_asset_id": None,
            "aliases": [],
            "tags": [],
            "external_ids": [],
            "fields": {},
            "plugin_data": {},
        },
        keeps=("display_name",),
        merges=("fields", "plugin_data"),
        lists={"tags": ["x", "y"], "aliases": ["Z"], "external_ids": [{"namespace": "n", "value": "v"}]},
    ),
    without_effect={
        "patched with what it has": (
            "update_entity",
            lambda w: {
                "entity_id": w.ada,
                "input": {
                    "display_name": "Ada Lovelace",
                    "tags": ["mathematician", "poet's child"],
                    "fields": {"camelCase": {"innerKey": [1, None]}, "absent": None},
                },
            },
        ),
        "patched with nothing": ("update_entity", lambda w: {"entity_id": w.ada, "input": {}}),
        "trashed again": ("delete_entity", lambda w: {"entity_id": w.trashed}),
        "restored alive": ("restore_entity", ada),
    },
    indexes={
        "entity_tags": lambda number, row: {(tag, number) for tag in row["tags"]},
        "entity_external_ids": lambda number, row: {
            (each["namespace"], each["value"], number)
            for each in row["external_ids"]
            if row["deleted_at"] is None
        },
    },
)
