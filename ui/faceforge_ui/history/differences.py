"""Before and after of a change, in words: one line for each thing that differs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from faceforge_ui.forms import dates
from faceforge_ui.forms.fields import FormField, in_words
from faceforge_ui.history.names import REFERENCES, Change, Names

LONG = 300
"""How many characters of a value are shown."""
GONE = {"entity": "somebody who is not here any more", "asset": "a file that is not here any more"}
SILENT = frozenset(
    {
        "id",
        "version",
        "created_at",
        "updated_at",
        "recorded_at",
        "deleted_at",
        "entity_id",
        "asset_id",
        "field_key",
    }
)
"""Columns that the sentence says, or nobody reads."""
LABELS: Mapping[str, Mapping[str, str]] = {
    "entity": {
        "display_name": "Name",
        "aliases": "Other names",
        "external_ids": "External ids",
        "primary_thumbnail_asset_id": "Picture",
    },
    "asset": {"filename": "Name", "derived_from_asset_id": "Made from"},
    "descriptor": {"valid_from": "Since", "valid_to": "Until", "evidence_asset_id": "Evidence"},
    "relationship": {"valid_from": "Since", "valid_to": "Until"},
    "relation_type": {"inverse": "The other way round", "symmetric": "Same both ways"},
    "field_def": {
        "field_type": "Type",
        "required": "Needed",
        "multiple": "Several values",
        "unique": "No two alike",
        "options": "Choices",
        "regex": "Pattern",
        "min": "Least",
        "max": "Most",
        "deprecated": "No longer used",
        "scope": "Speaks of",
    },
    "token": {"permissions": "May"},
    "schedule": {
        "cron": "When",
        "watch": "Watches",
        "input": "What it is given",
        "enabled": "Begins by itself",
    },
}
"""Record type -> what its columns are called, where the word of the column will not do."""
BY_KEY = {"fields", "user_metadata", "plugin_data"}
"""Columns that hold an object of which each key is a thing of its own."""


@dataclass(frozen=True)
class Difference:
    """One thing that differs: its label, what stood there and what stands there; empty where nothing does."""

    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    column: str


def differences(change: Change, names: Names) -> list[Difference]:
    """What a change changed, in the order of the record's columns; nothing of a record whose values were erased."""
    before, after = change["before"] or {}, change["after"] or {}
    labels = LABELS.get(change["recordType"], {})
    found: list[Difference] = []
    for column in dict.fromkeys([*before, *after]):
        if column in SILENT:
            continue
        old, new = before.get(column), after.get(column)
        if column in BY_KEY and isinstance(old, dict | None) and isinstance(new, dict | None):
            found.extend(_by_key(column, old or {}, new or {}, names))
        elif column == "value" and change["recordType"] == "descriptor":
            field = names.field_of(names.fact(change).key, new if new is not None else old)
            found.append(_difference(field.label, column, old, new, names, field))
        else:
            found.append(_difference(labels.get(column, in_words(column)), column, old, new, names))
    return [each for each in found if each.before != each.after]


def _by_key(
    column: str, old: Mapping[str, Any], new: Mapping[str, Any], names: Names
) -> Iterator[Difference]:
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key), new.get(key)
        field = names.field_of(key, after if after is not None else before) if column == "fields" else None
        label = field.label if field else key if column == "user_metadata" else f"Data of {key}"
        yield _difference(label, column, before, after, names, field)


def _difference(
    label: str, column: str, old: Any, new: Any, names: Names, field: FormField | None = None
) -> Difference:
    before, after = words(old, names, column, field), words(new, names, column, field)
    if isinstance(old, list) and isinstance(new, list):
        before, after = _without(before, after), _without(after, before)
    return Difference(label, before, after, column)


def _without(words_: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words_ if word not in others)


def words(value: Any, names: Names, column: str = "", field: FormField | None = None) -> tuple[str, ...]:
    """A value as people read it: nothing for null and empty, several texts for a list."""
    if value is None or value in ({}, "", []):
        return ()
    if isinstance(value, list):
        return tuple(text for each in value for text in words(each, names, column, field))
    return (_cut(_one(value, names, column, field)),)


def _one(value: Any, names: Names, column: str, field: FormField | None) -> str:
    kind = REFERENCES.get(column) or (field.kind.removesuffix("_ref") if field else "")
    if kind in GONE and isinstance(value, str):
        known = names.assets.get(value) if kind == "asset" else names.entities.get(value)
        return known.text if known else GONE[kind]
    if column in _SHOWN:
        return _SHOWN[column](value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    shown = (field or FormField.undeclared(column, value)).shown(value)
    return f"{shown} {field.unit}" if field and field.unit and isinstance(value, int | float) else shown


_SHOWN: Mapping[str, Callable[[Any], str]] = {
    "valid_from": dates.words,
    "valid_to": dates.words,
    "confidence": lambda share: f"{share:.0%}",
    "external_ids": lambda each: f"{each['namespace']} {each['value']}",
    "owner": lambda owner: str(owner["type"]),
}
"""Column -> how its value is read."""


def _cut(text: str) -> str:
    return text if len(text) <= LONG else text[:LONG].rstrip() + "…"
