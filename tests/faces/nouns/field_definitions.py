"""Field definitions: the rows of their operations, and what the tests of all nouns take from here."""

from __future__ import annotations

from typing import Any

from noun import Bad, Noun, Patch, Place, Rows, a_list, gone, invalid, stale, with_input
from world import World

from faceforge_storage import fields
from faceforge_storage.database.gateway import Write


def key(w: World) -> dict[str, Any]:
    return {"field_key": w.field_key}


TYPES = ("string", "integer", "number", "boolean", "date", "json")


def fill(tx: Write, place: Place) -> None:
    kind = TYPES[place.number % len(TYPES)]
    field = {"field_key": f"key_{place.number}", "field_type": kind, "scope": "both", "options": []}
    flags = dict.fromkeys(("required", "multiple", "unique", "indexed", "deprecated"), False)
    fields.create(tx, {**field, **flags})


NOUN = Noun(
    operations={
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
                    "/max",
                    lambda w: {"input": {"field_key": "n", "field_type": "number", "min": 2, "max": 1}},
                ),
                invalid(
                    "/regex", lambda w: {"input": {"field_key": "n", "field_type": "string", "regex": "("}}
                ),
                invalid(
                    "/default",
                    lambda w: {"input": {"field_key": "n", "field_type": "integer", "default": "one"}},
                ),
                Bad(
                    lambda w: {"input": {"field_key": w.field_key, "field_type": "text"}},
                    409,
                    "field_key_taken",
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
    },
    record="field_def",
    which=key,
    patch=Patch(
        change={"label": "First"},
        fill={"label": "L", "description": "D", "max": 9, "default": 5},
        clears={
            "label": None,
            "description": None,
            "min": None,
            "max": None,
            "unit": None,
            "default": None,
        },
        keeps=("scope", "field_type", "required", "multiple", "unique", "indexed", "deprecated", "position"),
        apart=("options", "regex"),
    ),
    without_effect={
        "patched with what it has": (
            "update_field_definition",
            lambda w: {**key(w), "input": {"min": 0, "options": []}},
        ),
    },
    fill=fill,
)
