"""User metadata as a person edits it: keys beside texts, and the change that the edited texts mean."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from faceforge_ui.serving import words


def shown(value: Any) -> str:
    """A value as it stands in a field: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else words.compact(value)


def meant(text: str) -> Any:
    """What a person means: a number, yes or no, a list or an object where it reads as one, else the text itself."""
    try:
        value = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return text
    return text if value is None or isinstance(value, str) else value


def patch(present: dict[str, Any], rows: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The change that turns `present` into what stands in the rows; a key that is in none of them is taken away.

    What was a text stays one: `0042` edited to `42` is no number.
    """
    wanted: dict[str, Any] = {}
    for key, text in rows:
        if name := key.strip():
            before = present.get(name)
            same = name in present and shown(before) == text
            wanted[name] = before if same else text if isinstance(before, str) else meant(text)
    return difference(present, wanted)


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The merge patch (RFC 7396) from one object to another."""
    change: dict[str, Any] = {key: None for key in before if key not in after}
    for key, value in after.items():
        if key not in before:
            change[key] = value
        elif before[key] != value:
            both = isinstance(before[key], dict) and isinstance(value, dict)
            change[key] = difference(before[key], value) if both else value
    return change


def _no_number(text: str) -> Any:
    raise ValueError(text)
