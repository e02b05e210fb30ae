"""How numbers, sizes and moments read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from faceforge_ui.serving import words

NOW = datetime(2026, 11, 26, 13, 17).astimezone()


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (9_950, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (3_800_000_000, "3.8 GB"),
        (61_200_000_000, "61 GB"),
        (2 * 10**12, "2.0 TB"),
        (5 * 10**18, "5,000 PB"),
    ],
)
def test_sizes(size: int, text: str) -> None:
    assert words.bytes(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (7.4, "0:07"), (59.6, "1:00"), (222, "3:42"), (3787, "1:03:07")]
)
def test_lengths(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(seconds=-30), "just now"),
        (timedelta(seconds=61), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=2), "today, 11:17"),
        (timedelta(hours=20), "yesterday"),
        (timedelta(days=8), "18 Nov"),
        (timedelta(days=400), "22 Oct 2025"),
        (timedelta(days=-2), "28 Nov 2026, 13:17"),
    ],
)
def test_moments(passed: timedelta, text: str) -> None:
    assert words.ago(NOW - passed, NOW) == text


def test_a_moment_has_its_full_date_on_hover() -> None:
    shown = words.when("2020-02-03T04:05:06Z")
    at = datetime.fromisoformat("2020-02-03T04:05:06+00:00").astimezone()
    assert shown == f'<time datetime="{at.isoformat()}" title="3 Feb 2020, {at:%H:%M}">3 Feb 2020</time>'


def test_numbers_and_names() -> None:
    assert [words.count(12846), words.count(None), words.plural(1, "file"), words.plural(2000, "file")] == [
        "12,846", "–", "1 file", "2,000 files"
    ]  # fmt: skip
    assert [words.initials(name) for name in ("Mira Okonkwo", "Captain Ysolde-Marie", "Wren", "", "ليلى بن يوسف")] == [
        "MO", "CY", "W", "", "لب"
    ]  # fmt: skip


def test_a_label_within_a_sentence_keeps_the_capitals_of_what_is_no_plain_word() -> None:
    assert [words.within(label) for label in ("Height", "LoRA strength", "A", "")] == [
        "height", "LoRA strength", "A", ""
    ]  # fmt: skip
