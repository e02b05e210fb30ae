"""JSON from outside, read strictly: what another reader would take otherwise, or could not hold, is refused."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

MAX_DEPTH = 100
"""Levels of lists and objects. Readers of JSON end somewhere beyond, each at another depth."""
MAX_DIGITS = 40
"""Of a number. A longer one could not be given back as it came: other readers of JSON keep 64 bits at best."""

# Written as an escape in JSON, or once more escaped in a GraphQL document inside JSON: NUL, and half a surrogate pair.
_SUSPECT = re.compile(r"u(0000|[dD][89a-fA-F][0-9a-fA-F]{2})|u\{", re.ASCII)
_UNFIT = re.compile("[\\x00\\ud800-\\udfff]")
_NESTS = (dict, list)
"""Made once: `dict | list` makes a type each time, which takes longer than to look at a value."""


class DuplicateKey(ValueError):
    """An object names a key twice: one reader takes the first, another the last."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the key {key[:80]!a} stands twice in one object")


class NestsTooDeeply(ValueError):
    """There are lists and objects in more than `MAX_DEPTH` levels."""

    def __init__(self) -> None:
        super().__init__(f"it nests deeper than {MAX_DEPTH} levels")


class UnfitText(ValueError):
    """A text that no database, file or path holds: it has NUL, or half a surrogate pair."""

    def __init__(self) -> None:
        super().__init__("a text in it has U+0000 or half a surrogate pair")


def parse(text: str) -> Any:
    """The value of one JSON text, which was read as UTF-8.

    Raises DuplicateKey, NestsTooDeeply, UnfitText, and ValueError for what is no JSON, or has a number that no other
    reader could give back.
    """
    try:
        value = json.loads(
            text,
            object_pairs_hook=_with_unique_keys,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_whole,
        )
    except RecursionError:
        raise ValueError("it nests too deeply") from None
    if text.count("[") + text.count("{") > MAX_DEPTH and nests_deeper(value):
        raise NestsTooDeeply
    if _SUSPECT.search(text):
        _check_texts(value)
    return value


def nests_deeper(value: object, levels: int = MAX_DEPTH) -> bool:
    """Whether a JSON value has lists and objects in more than `levels` levels; measured without recursion."""
    layer: list[Any] = [value] if isinstance(value, _NESTS) else []
    for _ in range(levels):
        if not layer:
            return False
        layer = [
            each
            for one in layer
            for each in (one.values() if isinstance(one, dict) else one)
            if isinstance(each, _NESTS)
        ]
    return bool(layer)


def check_text(text: str) -> None:
    """Raise UnfitText for text that no database holds."""
    if _UNFIT.search(text):
        raise UnfitText


def _with_unique_keys(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        seen: set[str] = set()
        for key, _ in members:
            if key in seen:
                raise DuplicateKey(key)
            seen.add(key)
    return found


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:40]} is too large")
    return value


def _whole(text: str) -> int:
    if len(text.removeprefix("-")) > MAX_DIGITS:  # by the length of the text: reading a long one takes time
        raise ValueError(f"the number {text[:MAX_DIGITS]}… has more than {MAX_DIGITS} digits")
    return int(text)


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _check_texts(value: Any) -> None:
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, list):
        for each in value:
            _check_texts(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            check_text(key)
            _check_texts(each)
