"""Reads the tags that a `ff-tag-input` sent."""

from __future__ import annotations

from collections.abc import Iterable


def read_tags(texts: Iterable[str]) -> list[str]:
    """Each tag once, in the order they were written; commas divide, blanks around them do not count."""
    parts = (part.strip() for text in texts for part in text.split(","))
    return list(dict.fromkeys(part for part in parts if part))
