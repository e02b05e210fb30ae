"""What the journal speaks of: the present names of records, and how fields are called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from faceforge_ui.forms.fields import FormField, in_words
from faceforge_ui.serving.words import within

Change = Mapping[str, Any]
"""A change of the journal as GraphQL answers it (`fragment Change` in history.graphql)."""


class Name(NamedTuple):
    """What a record is called, and the address of its page."""

    text: str
    href: str


class Fact(NamedTuple):
    """Whom a fact is about, and its key."""

    entity_id: str
    key: str


class Relation(NamedTuple):
    """The two ends of a relationship, and its type."""

    src: str
    dst: str
    type: str


@dataclass(frozen=True)
class Names:
    """What is known by now. What is missing here was erased, or may not be read."""

    entities: Mapping[str, Name] = field(default_factory=dict)
    assets: Mapping[str, Name] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    relations: Mapping[str, Relation] = field(default_factory=dict)
    fields: Mapping[str, FormField] = field(default_factory=dict)
    relation_types: Mapping[str, str] = field(default_factory=dict)
    jobs: Mapping[str, Name] = field(default_factory=dict)

    def field_of(self, key: str, value: Any = None) -> FormField:
        """The field behind a key; one that fits `value` when there is no definition."""
        return self.fields.get(key) or FormField.undeclared(key, value)

    def relation_type(self, name: str) -> str:
        """A relation type as it stands within a sentence."""
        return within(self.relation_types.get(name) or in_words(name))

    def fact(self, change: Change) -> Fact:
        """Whom a changed fact is about; empty texts when nobody knows any more."""
        whole = change["after"] or change["before"] or {}
        known = self.facts.get(change["recordId"], Fact("", ""))
        return Fact(whole.get("entity_id") or known.entity_id, whole.get("field_key") or known.key)

    def relation(self, change: Change) -> Relation:
        """Between whom a changed relationship is; empty texts when nobody knows any more."""
        whole = change["after"] or change["before"] or {}
        known = self.relations.get(change["recordId"], Relation("", "", ""))
        return Relation(
            whole.get("src_entity_id") or known.src,
            whole.get("dst_entity_id") or known.dst,
            whole.get("relationship_type") or known.type,
        )


REFERENCES = {
    "primary_thumbnail_asset_id": "asset",
    "evidence_asset_id": "asset",
    "derived_from_asset_id": "asset",
    "entity_id": "entity",
    "src_entity_id": "entity",
    "dst_entity_id": "entity",
}
"""Key in `before` and `after` -> the kind of record that its value names."""


def mentioned(changes: Iterable[Change], fields: Mapping[str, FormField]) -> Mapping[str, list[str]]:
    """Record type -> the ids whose names the sentences about these changes need, each once."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for change in changes:
        record_type, record_id = change["recordType"], change["recordId"]
        if record_type == "asset_link":
            asset, _, entity = record_id.partition("/")
            found["asset"][asset] = found["entity"][entity] = None
        elif record_type in {"entity", "asset", "descriptor", "relationship", "job"}:
            found[record_type][record_id] = None
        for side in (change["before"] or {}, change["after"] or {}):
            for record, value in _references(record_type, side, fields):
                found[record][value] = None
    return {record: list(ids) for record, ids in found.items()}


def _references(
    record_type: str, side: Mapping[str, Any], fields: Mapping[str, FormField]
) -> Iterable[tuple[str, str]]:
    for key, value in side.items():
        if key in REFERENCES and value:
            yield REFERENCES[key], value
    values = dict(side.get("fields") or {}) if record_type == "entity" else {}
    if record_type == "descriptor" and side.get("field_key"):
        values[side["field_key"]] = side.get("value")
    for key, value in values.items():
        kind = fields[key].kind if key in fields else ""
        if kind in {"entity_ref", "asset_ref"}:
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, str):
                    yield kind.removesuffix("_ref"), each
