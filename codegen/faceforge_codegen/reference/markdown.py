"""Fragments of Markdown that several pages use."""

from __future__ import annotations

from collections.abc import Iterable


def code_list(words: Iterable[str]) -> str:
    """The words as code, separated by commas."""
    return ", ".join(f"`{word}`" for word in words)


def record_link(name: str, page: str = "records.md") -> str:
    """A link to the section of a record or an input; `page` is empty within its own page."""
    return f"[{name}]({page}#{name.lower()})"


def one_line(text: str | None) -> str:
    """A description without line breaks."""
    return " ".join((text or "").split())


def cell(text: str | None) -> str:
    """A description as the cell of a table."""
    return one_line((text or "").replace("|", "\\|"))
