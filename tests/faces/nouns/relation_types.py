"""The types that relationships are of: the rows of their operations, and what the tests of all nouns take from here."""

from __future__ import annotations

from typing import Any

from noun import Bad, Noun, Patch, Rows, a_list, gone, invalid, stale, with_input
from world import World


def kind(w: World) -> dict[str, Any]:
    return {"name": w.relation_type}


NOUN = Noun(
    operations={
        "relation_type": Rows(kind, {"symmetric": False, "inverse": None}, (gone(name="none"),)),
        "relation_types": a_list(lambda w: {"query": "SP"}),
        "create_relation_type": Rows(
            lambda w: {"input": {"name": w.named("foe"), "symmetric": True, "label": "Foe"}},
            {"symmetric": True, "label": "Foe", "version": 1},
            (
                Bad(lambda w: {"input": {"name": "friend"}}, 409, "name_taken"),
                invalid("/name", lambda w: {"input": {"name": "A B"}}),
                invalid("/inverse", lambda w: {"input": {"name": "a", "symmetric": True, "inverse": "b"}}),
            ),
        ),
        "update_relation_type": Rows(
            lambda w: {**kind(w), "input": {"inverse": "victim"}, "expected_version": 1},
            {"inverse": "victim", "version": 2},
            (
                stale(with_input(kind, label="x")),
                Bad(lambda w: {"name": "none", "input": {}}, 404, "not_found"),
                invalid("/label", with_input(kind, label="")),
            ),
        ),
        "delete_relation_type": Rows(
            kind,
            None,
            (
                gone(name="none"),
                stale(kind),
                Bad(lambda w: {"name": w.relation and "mentor"}, 409, "in_use"),
            ),
        ),
    },
    record="relation_type",
    which=kind,
    patch=Patch(
        change={"label": "First"},
        fill={"inverse": "victim", "label": "L"},
        clears={"inverse": None, "label": None},
        keeps=("symmetric",),
    ),
    without_effect={
        "patched with what it has": (
            "update_relation_type",
            lambda w: {**kind(w), "input": {"symmetric": False}},
        ),
    },
)
