"""Relationships of two entities: the rows of their operations, and what the tests of all nouns take from here."""

from __future__ import annotations

from typing import Any

from noun import Bad, Noun, Patch, Place, Rows, a_list, gone, invalid, stale, with_input
from world import UNKNOWN, World

from faceforge_storage import relation_types, relationships
from faceforge_storage.database.gateway import Write


def relation(w: World) -> dict[str, Any]:
    return {"relationship_id": w.relation}


def related(w: World, **more: Any) -> dict[str, Any]:
    ends = {"src_entity_id": w.ada, "dst_entity_id": w.bob, "relationship_type": "friend"}
    return {"input": {**ends, **more}}


def fill(tx: Write, place: Place) -> None:
    for source in (place.entity, place.centre):
        kind = relation_types.get_or_create(tx, f"type-{place.number}")
        relationships.create(tx, source, place.neighbour, kind, {})


NOUN = Noun(
    operations={
        "relationship": Rows(
            relation,
            {"relationship_type": "mentor", "fields": {"since": {"when": 1840}}},
            (gone(relationship_id=UNKNOWN),),
        ),
        "relationships": a_list(lambda w: {"entity_id": w.relation and w.bob, "relationship_type": "mentor"}),
        "create_relationship": Rows(
            related,
            {"relationship_type": "friend", "fields": {}, "version": 1},
            (
                Bad(lambda w: related(w, src_entity_id=UNKNOWN), 422, "unknown_reference", "/src_entity_id"),
                Bad(
                    lambda w: related(w, dst_entity_id=w.trashed), 422, "unknown_reference", "/dst_entity_id"
                ),
                Bad(
                    lambda w: related(w, relationship_type=w.relation and "mentor"),
                    409,
                    "relationship_exists",
                ),
                invalid("/relationship_type", lambda w: related(w, relationship_type="No Type")),
                invalid("/valid_to", lambda w: related(w, valid_from="2001", valid_to="2000")),
            ),
        ),
        "update_relationship": Rows(
            lambda w: {**relation(w), "input": {"fields": {"since": {"why": "maths"}}, "source": "letters"}},
            {"fields": {"since": {"when": 1840, "why": "maths"}}, "source": "letters", "version": 2},
            (
                stale(with_input(relation, source="x")),
                Bad(lambda w: {"relationship_id": UNKNOWN, "input": {}}, 404, "not_found"),
                invalid("/valid_to", with_input(relation, valid_from="2001", valid_to="2000")),
                invalid("/confidence", with_input(relation, confidence=2)),
            ),
        ),
        "delete_relationship": Rows(relation, None, (gone(relationship_id=UNKNOWN), stale(relation))),
    },
    record="relationship",
    which=relation,
    patch=Patch(
        change={"source": "first"},
        fill={"valid_from": "1830", "valid_to": "1840", "confidence": 0.5, "source": "S"},
        clears={"fields": {}, "valid_from": None, "valid_to": None, "confidence": None, "source": None},
        keeps=("relationship_type",),
        merges=("fields",),
    ),
    without_effect={
        "patched with what it has": (
            "update_relationship",
            lambda w: {**relation(w), "input": {"fields": {"since": {}}}},
        ),
    },
    fill=fill,
)
