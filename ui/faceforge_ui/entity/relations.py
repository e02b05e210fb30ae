"""A relationship in words, as the page of one of its ends shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from faceforge_storage.errors import Fault, InvalidInput
from faceforge_ui.forms import dates
from faceforge_ui.serving.words import within

UNSURE = 0.5
"""Below this confidence a relationship is told as unsure."""
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
RULE = "A kind of relation is one or a few words of Latin letters and digits, such as mentor or sworn enemy."


@dataclass(frozen=True)
class Relation:
    """One line of the list: who, and in which words."""

    node: Mapping[str, Any]
    other: Mapping[str, Any]
    words: str
    """What stands beneath the name of the other: `mentor of · since 2019`."""
    name: str
    """The relation type in words."""
    unsure: bool
    """Whether the words say so; it is what they end with."""
    outgoing: bool
    """Whether the entity whose page it is goes first: it is the `relationshipType` of the other."""


def seen_from(entity_id: str, node: Mapping[str, Any]) -> Relation:
    """A relationship as the page of an entity shows it."""
    outgoing, kind = node["srcEntityId"] == entity_id, node["type"]
    name = kind_in_words(kind["name"], kind["label"])
    if outgoing or kind["symmetric"]:
        said = f"{name} of"
    elif kind["inverse"]:
        said = f"{kind_in_words(kind['inverse'])} of"
    else:
        said = f"their {name}"
    parts = [said, dates.span(node["validFrom"], node["validTo"])]
    unsure = node["confidence"] is not None and node["confidence"] < UNSURE
    parts.append("unsure" if unsure else "")
    return Relation(node, node["other"], " · ".join(part for part in parts if part), name, unsure, outgoing)


def kind_in_words(name: str, label: str | None = None) -> str:
    """A relation type as it stands within a sentence: its label, else its name with blanks."""
    return within(label or re.sub(r"[_-]+", " ", name))


def read_kind(text: str) -> str:
    """The name of the relation type that a person wrote: `Sworn enemy` is `sworn-enemy`. Raises InvalidInput."""
    name = "-".join(text.lower().replace("'", "").split())
    if not NAME.fullmatch(name):
        raise InvalidInput(RULE, errors=(Fault("/relationship_type", RULE, "pattern"),))
    return name
