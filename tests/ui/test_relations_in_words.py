"""A relationship as the page of each end tells it, and what a person may write for one."""

from __future__ import annotations

from typing import Any

import pytest

from faceforge_storage.errors import InvalidInput
from faceforge_ui.entity.overview.external_ids import read_external_ids
from faceforge_ui.entity.relations import read_kind, seen_from
from faceforge_ui.forms.reading import read_percent
from faceforge_ui.forms.tags import read_tags


def relation(**more: Any) -> dict[str, Any]:
    kind = {"name": "mentor", "label": None, "inverse": None, "symmetric": False, **more.pop("type", {})}
    ends = {"srcEntityId": "a", "dstEntityId": "b", "validFrom": None, "validTo": None, "confidence": None}
    return {**ends, "type": kind, "other": {}, **more}


@pytest.mark.parametrize(
    ("seen", "made", "words"),
    [
        ("a", relation(), "mentor of"),
        ("b", relation(), "their mentor"),
        ("b", relation(type={"inverse": "star-pupil"}), "star pupil of"),
        ("b", relation(type={"symmetric": True}), "mentor of"),
        ("a", relation(type={"label": "Sworn Mentor"}), "sworn Mentor of"),
        ("a", relation(validFrom="2019"), "mentor of · since 2019"),
        ("a", relation(validTo="2016-05", confidence=0.3), "mentor of · until May 2016 · unsure"),
    ],
)
def test_a_relationship_reads_from_both_ends(seen: str, made: dict[str, Any], words: str) -> None:
    assert seen_from(seen, made).words == words


def test_a_kind_is_written_in_words() -> None:
    assert read_kind("  Sworn  enemy ") == "sworn-enemy"
    with pytest.raises(InvalidInput, match="A kind of relation is"):
        read_kind("друг")


@pytest.mark.parametrize(("written", "confidence"), [("80", 0.8), ("80 %", 0.8), ("", None), ("0", 0.0)])
def test_how_sure_it_is_is_written_in_percent(written: str, confidence: float | None) -> None:
    assert read_percent(written, "confidence") == confidence


@pytest.mark.parametrize("written", ["101", "-1", "very"])
def test_what_is_no_percentage_is_told(written: str) -> None:
    with pytest.raises(InvalidInput, match="between 0 and 100"):
        read_percent(written, "confidence")


def test_external_ids_are_pairs_and_empty_rows_do_not_count() -> None:
    assert read_external_ids(["Wiki Data", ""], [" Q1 ", ""]) == [{"namespace": "wiki-data", "value": "Q1"}]
    with pytest.raises(InvalidInput, match="What does stash call it"):
        read_external_ids(["stash"], [""])


def test_tags_are_divided_by_commas_and_stand_once() -> None:
    assert read_tags(["arc-1", " arc-2, arc-1 ,", ""]) == ["arc-1", "arc-2"]
