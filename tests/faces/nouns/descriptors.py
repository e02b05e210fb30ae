"""Descriptors, the facts of entities: the rows of their operations, and what the tests of all nouns take from here."""

from __future__ import annotations

from typing import Any

from noun import Bad, Noun, Patch, Place, Rows, a_list, gone, invalid, stale, with_input
from world import UNKNOWN, World

from faceforge_storage import descriptors
from faceforge_storage.database.gateway import Write
from nouns.entities import UNKNOWN_ENTITY, ada


def fact(w: World) -> dict[str, Any]:
    return {"descriptor_id": w.fact}


def fill(tx: Write, place: Place) -> None:
    for holder in (place.entity, place.centre):
        values = {"field_key": "k", "value": place.number, "evidence_asset_id": place.asset.id}
        descriptors.create(tx, holder, values)


NOUN = Noun(
    operations={
        "descriptor": Rows(fact, {"field_key": "hair", "value": "auburn"}, (gone(descriptor_id=UNKNOWN),)),
        "descriptors": a_list(
            lambda w: {"field_key": "hair", "as_of": "1840-02"},
            invalid("/as_of", lambda w: {"as_of": "1840-13"}),
            invalid("/as_of", lambda w: {"as_of": "yesterday"}),
        ),
        "entity_descriptors": a_list(
            lambda w: {"entity_id": w.fact and w.ada},
            UNKNOWN_ENTITY,
            Bad(lambda w: {"entity_id": w.trashed}, 404, "not_found"),
            invalid("/as_of", lambda w: {**ada(w), "as_of": "2023-02-29"}),
        ),
        "create_descriptor": Rows(
            lambda w: {**ada(w), "input": {"field_key": "eyes", "value": {"left": ["blue", None]}}},
            {"value": {"left": ["blue", None]}, "valid_from": None, "version": 1},
            (
                Bad(
                    lambda w: {"entity_id": UNKNOWN, "input": {"field_key": "a", "value": 1}},
                    404,
                    "not_found",
                ),
                Bad(
                    lambda w: {"entity_id": w.trashed, "input": {"field_key": "a", "value": 1}},
                    404,
                    "not_found",
                ),
                invalid("/field_key", with_input(ada, field_key="No Key", value=1)),
                invalid("/confidence", with_input(ada, field_key="a", value=1, confidence=1.5)),
                invalid("/valid_from", with_input(ada, field_key="a", value=1, valid_from="2021-02-29")),
                invalid(
                    "/valid_to",
                    with_input(ada, field_key="a", value=1, valid_from="2015-05", valid_to="2015-04"),
                ),
                Bad(
                    with_input(ada, field_key="a", value=1, evidence_asset_id=UNKNOWN),
                    422,
                    "unknown_reference",
                    "/evidence_asset_id",
                ),
            ),
        ),
        "update_descriptor": Rows(
            lambda w: {**fact(w), "input": {"value": "grey", "confidence": None}, "expected_version": 1},
            {"value": "grey", "confidence": None, "valid_from": "1830", "version": 2},
            (
                stale(with_input(fact, note="x")),
                Bad(lambda w: {"descriptor_id": UNKNOWN, "input": {}}, 404, "not_found"),
                invalid("/valid_to", with_input(fact, valid_to="1829-12-31")),
                invalid("/confidence", with_input(fact, confidence=-1)),
            ),
        ),
        "delete_descriptor": Rows(fact, None, (gone(descriptor_id=UNKNOWN), stale(fact))),
    },
    record="descriptor",
    which=fact,
    patch=Patch(
        change={"note": "first"},
        fill={"valid_to": "1840-05", "source": "S", "note": "N", "evidence_asset_id": lambda w: w.photo},
        clears={
            "valid_from": None,
            "valid_to": None,
            "source": None,
            "confidence": None,
            "note": None,
            "evidence_asset_id": None,
        },
        keeps=("value",),
    ),
    without_effect={
        "patched with what it has": (
            "update_descriptor",
            lambda w: {**fact(w), "input": {"value": "auburn", "confidence": 0.5, "note": None}},
        ),
    },
    beside=lambda w, other: w.make(
        "create_descriptor", entity_id=w.ada, input={"field_key": "hair", "value": other.number}
    ),
    fill=fill,
)
