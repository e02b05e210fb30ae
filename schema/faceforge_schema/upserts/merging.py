"""What an item of an upsert makes of the entity it is about."""

from __future__ import annotations

from collections.abc import Mapping
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
    _check_name(given)
    values = dict(given)
    for name in OBJECTS:
        if name in given:
            values[name] = {} if given[name] is None else merged(before[name], given[name])
    for name in LISTS:
        if name in given:
            values[name] = [] if given[name] is None else _united(name, before[name], given[name])
    return _changed(before, values)


def replace(before: Columns, given: Columns) -> dict[str, Any]:
    """The columns that a replacement changes: what is given stands in place of what was there, whole."""
    _check_name(given)
    values = dict(given)
    for name in OBJECTS:
        if name in given:
            values[name] = merged({}, given[name] or {})
    for name in LISTS:
        if name in given:
            values[name] = given[name] or []
    return _changed(before, values)


def _check_name(given: Columns) -> None:
    if given.get("display_name", "") is None:
        raise invalid("/display_name", "must not be null", "required")


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


def _changed(before: Columns, values: Columns) -> dict[str, Any]:
    return {
        name: value
        for name, value in values.items()
        if value is not before[name] and not same_json(before[name], value)
    }
