"""What an item of an upsert makes of the entity it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from faceforge_schema.entities import MOST_EXTERNAL_IDS
from faceforge_schema.values.inputs import MOST_WORDS, invalid, merged
from faceforge_storage.database.json_columns import same_json

Columns = Mapping[str, Any]

OBJECTS = ("fields", "plugin_data")
LISTS = {"aliases": MOST_WORDS, "tags": MOST_WORDS, "external_ids": MOST_EXTERNAL_IDS}
"""List -> how many elements it has at most."""


def merge(before: Columns, given: Columns) -> dict[str, Any]:
    """The columns that a merge changes: lists are united, keys of objects set, nulls clear. Raises InvalidInput."""
    changed: dict[str, Any] = {}
    for name, value in _differing(before, given):
        if name in OBJECTS:
            changed[name] = {} if value is None else merged(before[name], value)
        elif name in LISTS:
            changed[name] = [] if value is None else _united(name, before[name], value)
        else:
            changed[name] = value
    return dict(_differing(before, changed))


def replace(before: Columns, given: Columns) -> dict[str, Any]:
    """The columns that a replacement changes: what is given stands in place of what was there, whole.

    Raises InvalidInput.
    """
    changed: dict[str, Any] = {}
    for name, value in _differing(before, given):
        if name in OBJECTS:
            changed[name] = merged({}, value or {})
        elif name in LISTS:
            changed[name] = value or []
        else:
            changed[name] = value
    return dict(_differing(before, changed))


def _differing(before: Columns, values: Columns) -> Iterator[tuple[str, Any]]:
    """The columns that are not the same as before; raises InvalidInput for a name that is null."""
    for name, value in values.items():
        old = before[name]
        # Only objects hold anything that Python takes for equal and JSON does not, such as 1 and true.
        if value != old or (name in OBJECTS and not same_json(old, value)):
            if name == "display_name" and value is None:
                raise invalid("/display_name", "must not be null", "required")
            yield name, value


def _united(name: str, before: list[Any], given: list[Any]) -> list[Any]:
    """Both lists in one, each element once; `before` itself when nothing is new."""
    known = {_identity(each): each for each in (*before, *given)}
    if len(known) == len(before):
        return before
    if len(known) > LISTS[name]:
        raise invalid(
            f"/{name}", f"would have {len(known)} elements, and has at most {LISTS[name]}", "too_long"
        )
    return list(known.values())


def _identity(element: Any) -> Any:
    return element if isinstance(element, str) else (element["namespace"], element["value"])
