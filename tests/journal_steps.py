"""A stored change as a step from one state of a row to the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faceforge_storage.database.json_difference import Difference, difference


def step_of(change: Mapping[str, Any]) -> Difference:
    """What an update did to its row, also one that was written when the journal held whole values."""
    if change["list_offsets"] is None:
        return difference(change["before"], change["after"])
    return Difference(change["before"], change["after"], change["list_offsets"])
