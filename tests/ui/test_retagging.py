"""Tags of several records: each by itself, beside others who change the same, undone only where that is exact."""

from __future__ import annotations

import asyncio

import pytest

from faceforge_storage.errors import InvalidInput, VersionConflict
from faceforge_ui.forms.tags import Retagged, Tagged, read_tags, retag


class Records:
    """Records with tags and versions; `meanwhile` is what somebody else writes just before the next change."""

    def __init__(self, **tags: list[str]) -> None:
        self.held: dict[str, Tagged] = {name: (each, 1) for name, each in tags.items()}
        self.meanwhile: list[tuple[str, list[str]]] = []
        self.full: set[str] = set()

    async def read(self, ids: list[str]) -> dict[str, Tagged]:
        return {each: self.held[each] for each in ids if each in self.held}

    async def write(self, record: str, tags: list[str], version: int) -> None:
        if self.meanwhile:
            other, theirs = self.meanwhile.pop()
            self.held[other] = (theirs, self.held[other][1] + 1)
        if record in self.full:
            raise InvalidInput("It has too many tags.")
        if self.held[record][1] != version:
            raise VersionConflict("Somebody changed it.")
        self.held[record] = (tags, version + 1)

    def give(self, ids: str, *words: str, removing: bool = False) -> Retagged:
        return asyncio.run(retag(ids.split(), list(words), self.read, self.write, removing=removing))

    @property
    def tags(self) -> dict[str, list[str]]:
        return {name: tags for name, (tags, _) in self.held.items()}


def test_tags_are_read_once_each_without_blanks() -> None:
    assert read_tags([" a, b", "b ,, c ", ""]) == ["a", "b", "c"]


def test_tags_are_given_and_taken_away() -> None:
    records = Records(mira=["x"], tarn=[])
    made = records.give("mira tarn gone", "a", "b")
    assert (made.changed, made.failed, made.exact) == (["mira", "tarn"], [], True)
    assert made.said("entity", "entities") == "2 entities got the tags a, b"
    assert records.tags == {"mira": ["x", "a", "b"], "tarn": ["a", "b"]}
    assert records.give("mira tarn", "b", removing=True).said("file") == "2 files lost the tag b"
    assert records.tags == {"mira": ["x", "a"], "tarn": ["a"]}


def test_nothing_is_written_where_all_is_so_already() -> None:
    made = Records(mira=["a"]).give("mira", "a")
    assert (made.changed, made.said("file")) == ([], "All of them are with the tag a already")


def test_the_opposite_is_no_undo_where_one_had_some_of_the_tags() -> None:
    assert Records(mira=["a"], tarn=[]).give("tarn", "a", "b").exact
    assert not Records(mira=["a"], tarn=[]).give("mira tarn", "a", "b").exact
    assert not Records(mira=["a"]).give("mira", "a", "b", removing=True).exact


def test_what_somebody_else_writes_at_the_same_time_stays() -> None:
    records = Records(mira=["x"])
    records.meanwhile = [("mira", ["x", "theirs"])]
    assert records.give("mira", "mine").changed == ["mira"]
    assert records.tags == {"mira": ["x", "theirs", "mine"]}


def test_one_that_cannot_be_changed_does_not_hold_up_the_others() -> None:
    records = Records(mira=[], tarn=[])
    records.full = {"mira"}
    made = records.give("mira tarn", "a")
    assert made.changed == ["tarn"]
    assert made.said("file") == "1 file got the tag a; 1 stayed as before: It has too many tags."
    with pytest.raises(InvalidInput, match="too many"):
        records.give("mira", "a")
