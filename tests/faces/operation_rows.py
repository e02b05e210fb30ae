"""The rows of every operation: what works, and what is refused with which status, code and place.

`test_every_operation.py` runs each row on both faces, and without a token, and with a token that lacks the
permission; it fails when an operation of the schema has no rows.
"""

from __future__ import annotations

from knowledge_rows import DESCRIPTORS, JOURNAL, RELATIONSHIPS, TOKENS
from row_words import (
    MALFORMED,
    UNKNOWN_ENTITY,
    Bad,
    Rows,
    a_list,
    ada,
    gone,
    invalid,
    key,
    link,
    photo,
    stale,
    with_input,
)
from world import UNKNOWN

ENTITIES = {
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
        lambda w: {"input": {"display_name": "Zoë \N{RIGHT-TO-LEFT MARK}", "tags": ["b", "a", "b"]}},
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
        lambda w: {**ada(w), "input": {"fields": {"born": None, "born2": {"a": 1}}}, "expected_version": 1},
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
}

ASSETS = {
    "asset": Rows(
        photo,
        {"kind": "image.original", "filename": "photo.png", "owner": {"type": "system", "id": None}},
        (gone(asset_id=UNKNOWN), Bad(lambda w: {"asset_id": w.trashed_photo}, 404, "not_found")),
    ),
    "assets": a_list(lambda w: {"entity_id": w.photo and w.ada, "kind": "image.original", "q": "PHOTO"}),
    "asset_by_hash": Rows(
        lambda w: {"algorithm": "sha256", "hex": w.photo_hash},
        {"filename": "photo.png"},
        (
            Bad(lambda w: {"algorithm": "sha256", "hex": UNKNOWN}, 404, "not_found"),
            invalid("/algorithm", lambda w: {"algorithm": "md5", "hex": w.photo_hash}),
        ),
    ),
    "entity_assets": a_list(
        lambda w: {"entity_id": w.photo and w.ada},
        UNKNOWN_ENTITY,
        Bad(lambda w: {"entity_id": w.trashed}, 404, "not_found"),
    ),
    "signed_url": Rows(
        lambda w: {**photo(w), "input": {"disposition": "inline", "expires_in": 60}},
        None,
        (
            gone(asset_id=UNKNOWN),
            Bad(lambda w: {"asset_id": w.trashed_photo}, 404, "not_found"),
            invalid("/expires_in", with_input(photo, expires_in=0)),
            invalid("/expires_in", with_input(photo, expires_in=901)),
        ),
    ),
    "create_asset": Rows(
        lambda w: {
            "input": {
                "content_hash": w.photo_hash,
                "filename": "../b/c.png",
                "on_duplicate": "new",
                "tags": ["t"],
            }
        },
        {"filename": "c.png", "kind": "file", "tags": ["t"], "duplicate": False, "version": 1},
        (
            Bad(lambda w: {"input": {"content_hash": UNKNOWN, "filename": "a"}}, 422, "unknown_content"),
            invalid("/content_hash", lambda w: {"input": {"content_hash": "ab", "filename": "a"}}),
            invalid("/filename", lambda w: {"input": {"content_hash": w.photo_hash, "filename": "a/.."}}),
            invalid(
                "/kind", lambda w: {"input": {"content_hash": w.photo_hash, "filename": "a", "kind": "A b"}}
            ),
            Bad(
                lambda w: {
                    "input": {"content_hash": w.photo_hash, "filename": "a", "entity_ids": [w.ada, UNKNOWN]}
                },
                422,
                "unknown_reference",
                "/entity_ids/1",
            ),
            Bad(
                lambda w: {
                    "input": {"content_hash": w.photo_hash, "filename": "a", "sidecar": {"tags": "no list"}}
                },
                422,
                "invalid_sidecar",
                "/sidecar/tags",
            ),
        ),
    ),
    "update_asset": Rows(
        lambda w: {
            **photo(w),
            "input": {"kind": "image.cover", "user_metadata": {"aB": {"cD": 1}}, "owner": None},
        },
        {"kind": "image.cover", "user_metadata": {"aB": {"cD": 1}}, "version": 2},
        (
            stale(with_input(photo, kind="x")),
            Bad(lambda w: {"asset_id": UNKNOWN, "input": {}}, 404, "not_found"),
            Bad(lambda w: {"asset_id": w.trashed_photo, "input": {"kind": "x"}}, 404, "not_found"),
            invalid("/kind", with_input(photo, kind="X")),
            invalid("/filename", with_input(photo, filename="")),
            Bad(
                with_input(photo, derived_from_asset_id=UNKNOWN),
                422,
                "unknown_reference",
                "/derived_from_asset_id",
            ),
        ),
    ),
    "delete_asset": Rows(photo, None, (gone(asset_id=UNKNOWN), stale(photo))),
    "restore_asset": Rows(
        lambda w: {"asset_id": w.trashed_photo}, {"deleted_at": None, "version": 3}, (gone(asset_id=UNKNOWN),)
    ),
    "purge_asset": Rows(
        lambda w: {"asset_id": w.trashed_photo},
        None,
        (gone(asset_id=UNKNOWN), Bad(photo, 409, "not_in_trash")),
    ),
    "link_asset": Rows(
        lambda w: {**link(w), "input": {"role": "friend of"}},
        {"kind": "image.original"},
        (
            Bad(lambda w: {**link(w), "asset_id": UNKNOWN}, 404, "not_found"),
            Bad(lambda w: {**link(w), "entity_id": UNKNOWN}, 404, "not_found"),
            Bad(lambda w: {**link(w), "entity_id": w.trashed}, 404, "not_found"),
            invalid("/role", with_input(link, role="")),
        ),
    ),
    "unlink_asset": Rows(
        link,
        None,
        (
            Bad(lambda w: {**link(w), "asset_id": UNKNOWN}, 404, "not_found"),
            Bad(lambda w: {**link(w), "entity_id": UNKNOWN}, 404, "not_found"),
        ),
    ),
}

FIELD_DEFINITIONS = {
    "field_definition": Rows(
        key, {"field_type": "number", "min": 0, "unit": "cm"}, (gone(field_key="none"),)
    ),
    "field_definitions": a_list(lambda w: {"scope": "entity"}),
    "create_field_definition": Rows(
        lambda w: {
            "input": {
                "field_key": w.named("eyes"),
                "scope": "both",
                "field_type": "enum",
                "options": ["blue", "brown"],
                "default": "blue",
            }
        },
        {"field_type": "enum", "scope": "both", "options": ["blue", "brown"], "version": 1},
        (
            invalid("/field_key", lambda w: {"input": {"field_key": "A", "field_type": "text"}}),
            invalid("/options", lambda w: {"input": {"field_key": "e", "field_type": "enum"}}),
            invalid(
                "/max", lambda w: {"input": {"field_key": "n", "field_type": "number", "min": 2, "max": 1}}
            ),
            invalid("/regex", lambda w: {"input": {"field_key": "n", "field_type": "string", "regex": "("}}),
            invalid(
                "/default", lambda w: {"input": {"field_key": "n", "field_type": "integer", "default": "one"}}
            ),
            Bad(
                lambda w: {"input": {"field_key": w.field_key, "field_type": "text"}}, 409, "field_key_taken"
            ),
        ),
    ),
    "update_field_definition": Rows(
        lambda w: {**key(w), "input": {"unit": None, "label": "Height", "max": 3}, "expected_version": 1},
        {"unit": None, "label": "Height", "max": 3, "version": 2},
        (
            stale(with_input(key, label="x")),
            Bad(lambda w: {"field_key": "none", "input": {}}, 404, "not_found"),
            invalid("/max", with_input(key, max=-1)),
            invalid("/regex", with_input(key, regex="a")),
        ),
    ),
    "delete_field_definition": Rows(key, None, (gone(field_key="none"), stale(key))),
}


ROWS: dict[str, Rows] = {
    **ENTITIES,
    **ASSETS,
    **FIELD_DEFINITIONS,
    **DESCRIPTORS,
    **RELATIONSHIPS,
    **TOKENS,
    **JOURNAL,
}
NOTHING_TO_GET_WRONG = {"system_info"}
"""Operations without arguments."""
