"""Assets and their links to entities: the rows of their operations, and what the tests of all nouns take from here."""

from __future__ import annotations

from typing import Any

from noun import Bad, Noun, Patch, Rows, a_list, gone, invalid, stale, with_input
from world import UNKNOWN, World

from nouns.entities import UNKNOWN_ENTITY


def photo(w: World) -> dict[str, Any]:
    return {"asset_id": w.photo}


def link(w: World) -> dict[str, Any]:
    return {"entity_id": w.bob, "asset_id": w.photo}


KINDS_THAT_ARE_NONE = [
    invalid("/kind", lambda w, kind=kind: {"kind": kind})
    for kind in ("*", ".*", "im*", "a.*.b", "a.**", "A.*", "a..*", "a*.*", "a.* ")
]

NOUN = Noun(
    operations={
        "asset": Rows(
            photo,
            {"kind": "image.original", "filename": "photo.png", "owner": {"type": "system", "id": None}},
            (gone(asset_id=UNKNOWN), Bad(lambda w: {"asset_id": w.trashed_photo}, 404, "not_found")),
        ),
        "assets": a_list(
            lambda w: {"entity_id": w.photo and w.ada, "kind": "image.original", "q": "PHOTO"},
            invalid("/content_hash", lambda w: {"content_hash": w.photo_hash[:63]}),
            invalid("/content_hash", lambda w: {"content_hash": ""}),
            *KINDS_THAT_ARE_NONE,
        ),
        "asset_by_hash": Rows(
            lambda w: {"algorithm": "sha256", "hex": w.photo_hash},
            {"filename": "photo.png"},
            (
                Bad(lambda w: {"algorithm": "sha256", "hex": UNKNOWN}, 404, "not_found"),
                Bad(lambda w: {"algorithm": "blake3", "hex": UNKNOWN}, 404, "not_found"),
                invalid("/algorithm", lambda w: {"algorithm": "sha1", "hex": w.photo_hash[:40]}),
                invalid("/hex", lambda w: {"algorithm": "md5", "hex": w.photo_hash}),
                invalid("/hex", lambda w: {"algorithm": "crc32", "hex": w.photo_hash[:9]}),
                invalid("/hex", lambda w: {"algorithm": "sha256", "hex": w.photo_hash[:7]}),
                invalid("/hex", lambda w: {"algorithm": "sha256", "hex": "xyzxyzxyz"}),
                invalid("/hex", lambda w: {"algorithm": "sha256", "hex": w.photo_hash + "0"}),
            ),
        ),
        "entity_assets": a_list(
            lambda w: {"entity_id": w.photo and w.ada},
            UNKNOWN_ENTITY,
            Bad(lambda w: {"entity_id": w.trashed}, 404, "not_found"),
            invalid("/kind", lambda w: {"entity_id": w.ada, "kind": "image*"}),
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
        "asset_reading": Rows(
            lambda w: {**photo(w), "reader": w.read("image")},
            {"reader": "image", "state": "done", "message": None},
            (
                gone(asset_id=UNKNOWN, reader="image"),
                Bad(lambda w: {**photo(w), "reader": "nobody"}, 404, "not_found"),
            ),
        ),
        "reread_asset": Rows(photo, {"filename": "photo.png"}, (gone(asset_id=UNKNOWN),), recorded=False),
        "reread_assets": Rows(
            lambda w: {"input": {"reader": w.read("image"), "failed": False}},
            None,
            (invalid("/reader", lambda w: {"input": {"reader": ""}}),),
            recorded=False,
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
                    "/kind",
                    lambda w: {"input": {"content_hash": w.photo_hash, "filename": "a", "kind": "A b"}},
                ),
                Bad(
                    lambda w: {
                        "input": {
                            "content_hash": w.photo_hash,
                            "filename": "a",
                            "entity_ids": [w.ada, UNKNOWN],
                        }
                    },
                    422,
                    "unknown_reference",
                    "/entity_ids/1",
                ),
                Bad(
                    lambda w: {
                        "input": {
                            "content_hash": w.photo_hash,
                            "filename": "a",
                            "sidecar": {"tags": "no list"},
                        }
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
            lambda w: {"asset_id": w.trashed_photo},
            {"deleted_at": None, "version": 3},
            (gone(asset_id=UNKNOWN),),
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
    },
    record="asset",
    which=photo,
    trashed=lambda w: {"asset_id": w.trashed_photo},
    patch=Patch(
        change={"kind": "first"},
        fill={
            "tags": ["t"],
            "user_metadata": {"a": {"b": 1}},
            "derived_from_asset_id": lambda w: w.sketch,
            "owner": {"type": "plugin", "id": "ff.x"},
        },
        clears={
            "tags": [],
            "user_metadata": {},
            "plugin_data": {},
            "derived_from_asset_id": None,
            "owner": {"type": "system", "id": None},
        },
        keeps=("filename", "kind"),
        merges=("user_metadata", "plugin_data"),
        lists={"tags": ["x"]},
    ),
    without_effect={
        "patched with what it has": (
            "update_asset",
            lambda w: {**photo(w), "input": {"kind": "image.original", "owner": None, "tags": None}},
        ),
        "trashed again": ("delete_asset", lambda w: {"asset_id": w.trashed_photo}),
        "restored alive": ("restore_asset", photo),
        "linked again": ("link_asset", lambda w: {**photo(w), "entity_id": w.ada}),
        "linked again with its role": (
            "link_asset",
            lambda w: {**photo(w), "entity_id": w.ada, "input": {"role": "portrait"}},
        ),
        "unlinked from one it is not linked to": ("unlink_asset", link),
        "made again from the same bytes": (
            "create_asset",
            lambda w: {
                "input": {"content_hash": w.photo_hash, "filename": "other", "entity_ids": [w.ada]},
            },
        ),
    },
    beside=lambda w, other: w.make("link_asset", entity_id=w.ada, asset_id=other.photo),
    indexes={"asset_tags": lambda number, row: {(tag, number) for tag in row["tags"]}},
)
