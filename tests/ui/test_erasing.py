"""Erasing for good takes the name as people type it, and nothing else."""

from __future__ import annotations

import unicodedata

import pytest

from faceforge_ui.trash.page import as_typed


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        (unicodedata.normalize("NFD", "Zoë.png"), "zoë.png"),
        ("two  blanks\u00a0and one.png ", "two blanks and one.png"),
        ("Straße", "STRASSE"),
        ("ليلى", " ليلى "),
    ],
)
def test_what_looks_alike_is_the_name(name: str, typed: str) -> None:
    assert as_typed(name) == as_typed(typed)


def test_another_name_is_not() -> None:
    assert as_typed("Zoe") != as_typed("Zoë")
