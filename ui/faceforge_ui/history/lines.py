"""The lines of a history: one for each operation, and one for several that did the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from faceforge_ui.history.names import Change, Names
from faceforge_ui.history.parts import Sentence
from faceforge_ui.history.sentences import INSTALL, sentence, who

TOGETHER = timedelta(minutes=10)
"""Operations further apart stand in lines of their own."""
WEIGHT = (
    "entity",
    "asset",
    "asset_link",
    "descriptor",
    "relationship",
    "field_def",
    "relation_type",
    "token",
)
"""What an operation is about when it changed several kinds of records: the first of these."""


@dataclass(frozen=True)
class Line:
    """What stands in one line: a sentence, when, who; when it opens, the lines within; `total` changes in all."""

    sentence: Sentence
    at: str
    who: str
    total: int = 1
    changeset: int | None = None
    lines: tuple[Line, ...] = ()

    @property
    def more(self) -> int:
        """How many changes are not among the lines within."""
        return self.total - sum(line.total for line in self.lines)


def of_changes(changes: Iterable[Change], names: Names, me: str = INSTALL) -> list[Line]:
    """One line for each change, such as those of one record."""
    return [Line(sentence(each, names), each["at"], who(each["actor"], me)) for each in changes]


def of_changesets(changesets: Iterable[Mapping[str, Any]], names: Names, me: str = INSTALL) -> list[Line]:
    """One line for each operation; neighbours that did the same to other records become one that opens."""
    return gathered([_line(each, names, me) for each in changesets if each["changes"]["nodes"]])


def changes_of(changesets: Iterable[Mapping[str, Any]]) -> list[Change]:
    """All loaded changes of changesets."""
    return [change for each in changesets for change in each["changes"]["nodes"]]


def gathered(lines: Sequence[Line]) -> list[Line]:
    """The lines, with neighbours of one shape, person and moment made one."""
    found: list[list[Line]] = []
    for line in lines:
        if found and _joins(found[-1], line):
            found[-1].append(line)
        else:
            found.append([line])
    return [_gather(group) for group in found]


def _line(changeset: Mapping[str, Any], names: Names, me: str) -> Line:
    changes = changeset["changes"]
    told = _worth_telling(changes["nodes"])
    by = who(changeset["actor"], me)
    lines = tuple(Line(sentence(each, names), changeset["at"], by) for each in told)
    total = changes["totalCount"] - len(changes["nodes"]) + len(told)
    said = _headline(told, [line.sentence for line in lines])
    return Line(said, changeset["at"], by, total, int(changeset["id"]), lines if total > 1 else ())


def _worth_telling(changes: Sequence[Change]) -> Sequence[Change]:
    """Without what another change of the same operation says: stored bytes, a file that was linked, a new kind."""
    linked = {
        change["recordId"].partition("/")[0] for change in changes if change["recordType"] == "asset_link"
    }
    kinds = {change["recordType"] for change in changes}

    def implied(change: Change) -> bool:
        made: bool = change["verb"] == "INSERT"
        if change["recordType"] == "asset":
            return made and change["recordId"] in linked
        if change["recordType"] == "relation_type":
            return made and "relationship" in kinds
        return bool(change["recordType"] == "object")

    return [change for change in changes if not implied(change)] or changes


def _headline(changes: Sequence[Change], sentences: Sequence[Sentence]) -> Sentence:
    """What an operation did, in one sentence about the weightiest records that it changed."""
    kinds = [change["recordType"] for change in changes]
    main = min(kinds, key=lambda kind: WEIGHT.index(kind) if kind in WEIGHT else len(WEIGHT))
    about = [said for kind, said in zip(kinds, sentences, strict=True) if kind == main]
    if len(about) > 1 and len({said.shape for said in about}) == 1:
        return about[0].of(len({said.text for said in about}))
    return about[0]


def _joins(group: Sequence[Line], line: Line) -> bool:
    """Whether a line says of another record what the lines of a group say."""
    last = group[-1]
    if last.sentence.shape != line.sentence.shape or last.who != line.who:
        return False
    apart = datetime.fromisoformat(last.at) - datetime.fromisoformat(line.at)
    return abs(apart) <= TOGETHER and all(line.sentence.about != each.sentence.about for each in group)


def _gather(group: Sequence[Line]) -> Line:
    first = group[0]
    if len(group) == 1:
        return first
    said = first.sentence.of(len(group))
    return Line(said, first.at, first.who, sum(line.total for line in group), None, tuple(group))
