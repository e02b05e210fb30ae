"""Cuts off an object that is long as JSON, so that lists stay light; a mark in it says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faceforge_storage.database.json_columns import dumps

CUT_OFF = "…"
"""What stands at the end of a text that was cut off."""
CUT_KEY = "cut_off"
"""The key that marks what was cut off: the names of what is shortened or left out, the longest first."""
NAMES_BYTES = 1024
LEAST_BYTES = 1000


def cut_off(found: Mapping[str, Any], most_bytes: int) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """(what is shown of it in at most `most_bytes` of JSON, all of it where that was cut off).

    What is longest goes first; what is shortened or left out is named under `cut_off`.
    """
    value = dict(found)
    sizes = {name: _json_bytes({name: each}) for name, each in value.items()}
    excess = sum(sizes.values()) - most_bytes
    if excess <= 0:
        return value, None
    shown, cut = dict(value), []
    excess += NAMES_BYTES
    for name in sorted(sizes, key=sizes.__getitem__, reverse=True):
        if excess <= 0:
            break
        cut.append(name)
        text, keep = shown.pop(name), sizes[name] - excess
        if isinstance(text, str) and keep > LEAST_BYTES:
            # Half of it: what is escaped in JSON takes up to twice its bytes, but for control characters.
            shown[name] = text.encode()[: keep // 2].decode(errors="ignore") + CUT_OFF
        excess -= sizes[name] - (_json_bytes({name: shown[name]}) if name in shown else 0)
    return {**shown, CUT_KEY: [each[:100] for each in cut[:8]]}, value


def _json_bytes(value: object) -> int:
    return len(dumps(value).encode())
