"""Reads `config/core.json` strictly: one JSON object that can be written again as it was read, or a plain refusal."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any, NoReturn

from faceforge_storage.errors import CannotStart
from faceforge_storage.unique_keys import with_unique_keys

MAX_DEPTH = 100
"""Levels of lists and objects; the settings themselves have four."""
_UNFIT = re.compile("[\\x00\\ud800-\\udfff]")


def read_document(file: Path) -> Any:
    """The JSON of a settings file; an empty object when there is no file. Raises CannotStart."""
    try:
        # Windows editors begin UTF-8 files with a byte order mark.
        text = file.read_text(encoding="utf-8-sig")
        document = json.loads(
            text, object_pairs_hook=with_unique_keys, parse_constant=_no_constant, parse_float=_finite
        )
        _check(document)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as fault:
        reason = "it nests too deeply" if isinstance(fault, RecursionError) else fault
        raise CannotStart(
            f"{file} cannot be read: {reason}", "Mend the file; it must be JSON in UTF-8, each key once."
        ) from None
    return document


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:40]} is too large")
    return value


def _check(document: Any) -> None:
    """Raise ValueError for what is nested too deeply, and for text that no path and no file can hold."""
    layer = [document]
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for each in layer:
            if isinstance(each, str) and _UNFIT.search(each):
                raise ValueError(f"{each[:80]!a} has U+0000 or half a surrogate pair in it")
            if isinstance(each, dict):
                below += [*each, *each.values()]
            elif isinstance(each, list):
                below += each
        layer = below
    if layer:
        raise ValueError(f"it nests deeper than {MAX_DEPTH} levels")
