"""The time line of facts: one lane for each key, one bar for each fact, counted in days and months."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from faceforge_ui.entity.descriptors.days import first_day, last_day
from faceforge_ui.forms.dates import words
from faceforge_ui.serving.words import MONTHS

Fact = Mapping[str, Any]
COLOURS = 5
"""How many colours the lanes have in turn."""
FOREVER = (date.min.toordinal(), date.max.toordinal())


@dataclass
class Bar:
    """One fact: the days it holds, None where it is open, and the row of its lane that it stands in."""

    fact: Fact
    starts: int | None
    ends: int | None
    surely_from: int | None
    """The last day of what `valid_from` names: a year leaves open when in it; None when it is a day or absent."""
    surely_until: int | None
    row: int = 0
    drawn_from: int | None = None
    """The day it is drawn from, in the middle of the year or month in which it takes over from another; else None."""
    drawn_until: int | None = None
    disputed: list[Fact] = field(default_factory=list)
    """The facts that say something else of the same days."""

    @property
    def days(self) -> tuple[int, int]:
        """The first and the last day, far away where it is open."""
        first, last = FOREVER
        return self.starts or first, self.ends or last

    def holds(self, as_of: str) -> bool:
        """Whether it is true at a partial date, as Core sees it: their spans meet."""
        first, last = self.days
        return first <= last_day(as_of) and last >= first_day(as_of)


@dataclass(frozen=True)
class Lane:
    """All loaded facts under one key."""

    key: str
    bars: Sequence[Bar]
    colour: int

    @property
    def rows(self) -> int:
        """How many bars lie above each other at most."""
        return 1 + max(bar.row for bar in self.bars)

    def at(self, as_of: str) -> tuple[list[Bar], Bar | None]:
        """What holds at a partial date, and, where something does, the latest that was over by then."""
        held = [bar for bar in self.bars if bar.holds(as_of)]
        over = [bar for bar in self.bars if bar.days[1] < first_day(as_of)] if held else []
        return held, max(over, key=lambda bar: bar.days[1], default=None)


@dataclass(frozen=True)
class TimeLine:
    """What the page draws: the lanes, and the months that the axis spans."""

    lanes: Sequence[Lane]
    first: int
    last: int
    as_of: str

    @property
    def days(self) -> tuple[int, int]:
        """The first day of the first month, and of the last."""
        return _first_of(self.first), _first_of(self.last)

    @property
    def this_month(self) -> int:
        """The present month."""
        return month_of(date.today().isoformat())

    @property
    def as_of_in_words(self) -> str:
        """The month of `as_of` as the axis has it."""
        return words(f"{self.month // 12:04}-{self.month % 12 + 1:02}")

    @property
    def month_in_short(self) -> str:
        """The same as the slider says it: `Nov 2026`."""
        return f"{MONTHS[self.month % 12]} {self.month // 12}"

    @property
    def month(self) -> int:
        """The month of `as_of`, counted like `first`, where the axis has it."""
        return min(max(month_of(self.as_of), self.first), self.last)


def time_line(facts: Iterable[Fact], multiple: Iterable[str], as_of: str) -> TimeLine:
    """The lanes of facts that are sorted by their key; `multiple` are the keys that may have several values at once."""
    several = frozenset(multiple)
    lanes = []
    for at, (key, group) in enumerate(groupby(facts, key=lambda fact: str(fact["fieldKey"]))):
        bars = sorted((_bar(fact) for fact in group), key=lambda bar: bar.days)
        _stack(bars)
        if key not in several:
            _dispute(bars)
        lanes.append(Lane(key, bars, at % COLOURS))
    first, last = _axis([bar for lane in lanes for bar in lane.bars])
    return TimeLine(lanes, first, last, as_of)


def month_of(partial: str) -> int:
    """The month of a partial date, a number that rises by one each month; of a year, its middle."""
    year, *rest = (int(part) for part in partial.split("-"))
    return year * 12 + (rest[0] - 1 if rest else 6)


def _bar(fact: Fact) -> Bar:
    since, until = fact["validFrom"], fact["validTo"]
    return Bar(
        fact,
        first_day(since) if since else None,
        last_day(until) if until else None,
        last_day(since) if since and len(since) < 10 else None,
        first_day(until) if until and len(until) < 10 else None,
    )


def _stack(bars: Sequence[Bar]) -> None:
    """Give each bar the first row that is free; bars that only touch, such as until and from 2016, share one."""
    rows: list[Bar] = []
    for bar in bars:
        free = (at for at, before in enumerate(rows) if before.days[1] < bar.days[0] or _touch(before, bar))
        bar.row = next(free, len(rows))
        for before in rows[bar.row : bar.row + 1]:
            if before.days[1] >= bar.days[0]:
                before.drawn_until = bar.drawn_from = (before.days[1] + bar.days[0]) // 2
        rows[bar.row : bar.row + 1] = [bar]


def _dispute(bars: Sequence[Bar]) -> None:
    """Mark bars that say different things of the same days."""
    for at, bar in enumerate(bars):
        for other in bars[at + 1 :]:
            if other.days[0] > bar.days[1]:
                break
            if bar.fact["value"] != other.fact["value"] and not _touch(bar, other):
                bar.disputed.append(other.fact)
                other.disputed.append(bar.fact)


def _touch(earlier: Bar, later: Bar) -> bool:
    """Whether one follows the other in a year or month that both name as the edge: no contradiction."""
    until, since = earlier.fact["validTo"], later.fact["validFrom"]
    if not until or not since or not (until.startswith(since) or since.startswith(until)):
        return False
    return earlier.days[0] < later.days[0] or earlier.days[1] < later.days[1]


def _axis(bars: Sequence[Bar]) -> tuple[int, int]:
    """The months that hold every date and today, in whole years; ten years where there is no date."""
    today = date.today().toordinal()
    days = [day for bar in bars for day in (bar.starts, bar.ends) if day is not None]
    first = date.fromordinal(min([*days, today])).year
    last = date.fromordinal(max([*days, today])).year
    return (first if days else max(last - 10, 1)) * 12, min(last + 1, date.max.year) * 12


def _first_of(month: int) -> int:
    return date(month // 12, month % 12 + 1, 1).toordinal()
