"""The rows of operations on facts, relationships, tokens and the journal."""

from __future__ import annotations

from row_words import (
    UNKNOWN_ENTITY,
    Bad,
    Rows,
    a_list,
    ada,
    fact,
    gone,
    invalid,
    kind,
    related,
    relation,
    stale,
    tool,
    with_input,
)
from world import UNKNOWN

DESCRIPTORS = {
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
            Bad(lambda w: {"entity_id": UNKNOWN, "input": {"field_key": "a", "value": 1}}, 404, "not_found"),
            Bad(
                lambda w: {"entity_id": w.trashed, "input": {"field_key": "a", "value": 1}}, 404, "not_found"
            ),
            invalid("/field_key", with_input(ada, field_key="No Key", value=1)),
            invalid("/confidence", with_input(ada, field_key="a", value=1, confidence=1.5)),
            invalid("/valid_from", with_input(ada, field_key="a", value=1, valid_from="2021-02-29")),
            invalid(
                "/valid_to", with_input(ada, field_key="a", value=1, valid_from="2015-05", valid_to="2015-04")
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
}

RELATIONSHIPS = {
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
            Bad(lambda w: related(w, dst_entity_id=w.trashed), 422, "unknown_reference", "/dst_entity_id"),
            Bad(lambda w: related(w, relationship_type=w.relation and "mentor"), 409, "relationship_exists"),
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
}

TOKENS = {
    "token": Rows(tool, {"permissions": ["assets:read"]}, (gone(token_id=UNKNOWN),)),
    "tokens": a_list(lambda w: {"sort_by": "created_at"}),
    "create_token": Rows(
        lambda w: {"input": {"name": w.named("maker"), "permissions": ["system:read", "assets:read"]}},
        {"permissions": ["assets:read", "system:read"]},
        (
            invalid("/name", lambda w: {"input": {"name": "", "permissions": []}}),
            invalid("/permissions", lambda w: {"input": {"name": "a", "permissions": ["all:things"]}}),
            Bad(
                lambda w: {"input": {"name": w.named(f"tool{w.token[:0]}"), "permissions": []}},
                409,
                "name_taken",
            ),
        ),
    ),
    "update_token": Rows(
        lambda w: {**tool(w), "input": {"permissions": ["entities:read"]}, "expected_version": 1},
        {"permissions": ["entities:read"], "version": 2},
        (
            stale(with_input(tool, name="x")),
            Bad(lambda w: {"token_id": UNKNOWN, "input": {}}, 404, "not_found"),
            invalid("/permissions", with_input(tool, permissions=["all"])),
        ),
    ),
    "revoke_token": Rows(tool, None, (gone(token_id=UNKNOWN), stale(tool))),
    "rotate_token": Rows(tool, {"permissions": ["assets:read"]}, (gone(token_id=UNKNOWN),)),
}

JOURNAL = {
    "changeset": Rows(
        lambda w: {"changeset_id": w.changeset}, {"actor": "install"}, (gone(changeset_id=10**15),)
    ),
    "changesets": a_list(lambda w: {"actor": w.ada and "install", "operation": "createEntity"}),
    "changes": a_list(lambda w: {"record_type": "entity", "record_id": w.ada}),
    "system_info": Rows(lambda w: {}, {"actor": "install"}, ()),
}
