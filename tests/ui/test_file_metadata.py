"""Notes on a file are edited as texts, and become the smallest change that they mean."""

from __future__ import annotations

from typing import Any

import pytest

from faceforge_ui.viewer.metadata import meant, patch, shown


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Antoine", "Antoine"),
        ("5", 5),
        ("-0.25", -0.25),
        ("true", True),
        ('["a", 1]', ["a", 1]),
        ('{"a": 1}', {"a": 1}),
        ("007", "007"),
        ("null", "null"),
        ('"quoted"', '"quoted"'),
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("{broken", "{broken"),
        ("[" * 100_000, "[" * 100_000),
        ("", ""),
    ],
)
def test_a_text_means_what_it_reads_as(text: str, value: Any) -> None:
    assert meant(text) == value
    assert type(meant(text)) is type(value)


def test_what_is_left_alone_does_not_change() -> None:
    present = {"year": "1984", "rating": 5, "colours": ["red"], "by": {"name": "A"}}
    assert patch(present, [(key, shown(value)) for key, value in present.items()]) == {}


def test_changes_additions_and_what_is_missing_are_in_the_patch() -> None:
    present = {"by": "A", "rating": 5, "gone": 1}
    rows = [("by", "B"), ("rating", "4"), (" new ", "x"), ("", "no name")]
    assert patch(present, rows) == {"by": "B", "rating": 4, "new": "x", "gone": None}


def test_what_was_a_text_stays_one() -> None:
    assert patch({"number": "0042"}, [("number", "42")]) == {"number": "42"}


def test_an_object_is_changed_key_by_key() -> None:
    present = {"by": {"name": "A", "born": 1980, "at": {"x": 1}}}
    assert patch(present, [("by", '{"name": "B", "at": {"x": 1}}')]) == {"by": {"name": "B", "born": None}}
