"""Makes what a file says into JSON that can be kept: no NUL, no lone surrogate, no number that JSON does not have."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

LARGEST = 2**63 - 1
"""Of whole numbers: what a database and most programs can hold."""
DEEPEST = 32


def clean_text(text: str) -> str:
    """Without NULs; a half of a surrogate pair becomes U+FFFD."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def clean(value: Any, depth: int = 0) -> Any:
    """`value` as JSON: texts cleaned, of bytes only how many, whole numbers beyond LARGEST in hex, others as text.

    What nests deeper than DEEPEST levels becomes null, and so does a number that is not finite.
    """
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping | list | tuple):
        return None if depth >= DEEPEST else _inside(value, depth + 1)
    if isinstance(value, bytes):
        return f"({len(value)} bytes)"
    return value if value is None or isinstance(value, bool) else _number(value)


def _inside(value: Mapping[Any, Any] | list[Any] | tuple[Any, ...], depth: int) -> Any:
    if isinstance(value, Mapping):
        return {clean_text(str(key)): clean(each, depth) for key, each in value.items()}
    return [clean(each, depth) for each in value]


def _number(value: Any) -> Any:
    if isinstance(value, int):
        return int(value) if -LARGEST <= value <= LARGEST else hex(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return clean_text(str(value))
