"""How values read on pages: those that templates have as filters."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from faceforge_storage.words import MONTHS, ago, bytes, count, day, duration, full, moment, plural

__all__ = [
    "FILTERS",
    "MONTHS",
    "ago",
    "bytes",
    "compact",
    "count",
    "day",
    "duration",
    "full",
    "indented",
    "initials",
    "moment",
    "plural",
    "when",
    "within",
]


def when(text: str | datetime | None) -> Any:
    """A moment as a `<time>` that reads `2 minutes ago`, `yesterday` or `18 Nov`, the full date on hover."""
    from markupsafe import Markup

    if text is None:
        return "–"
    at = moment(text)
    written = f'<time datetime="{at.isoformat()}" title="{full(at)}">{ago(at)}</time>'
    return Markup(written)  # noqa: S704  # digits and words of ours


def within(words: str) -> str:
    """A label as it stands within a sentence: `height`, but `LoRA`."""
    plain = words.partition(" ")[0][1:].islower()
    return words[:1].lower() + words[1:] if plain else words


def initials(name: str) -> str:
    """The first letters of the first two words of a name."""
    words = [each for each in name.replace("-", " ").split() if each]
    return "".join(each[0] for each in words[:2]).upper()


def compact(value: Any) -> str:
    """A JSON value as text."""
    return json.dumps(value, ensure_ascii=False)


def indented(value: Any) -> str:
    """A JSON value as text over several lines."""
    return json.dumps(value, ensure_ascii=False, indent=2)


FILTERS = (count, bytes, duration, day, full, when, plural, initials, compact, indented)
"""Those that templates have by their names."""
