"""The three steps of an import, and the phases of its run."""

from __future__ import annotations

from dataclasses import dataclass

WORDS = ("Choose a folder", "Check the plan", "Import")


@dataclass(frozen=True)
class Step:
    """One step: whether it is done or the present one, and where to go back to it."""

    words: str
    done: bool = False
    current: bool = False
    href: str = ""


def steps(current: int, *, over: bool = False, folder: str = "", plan: str = "") -> list[Step]:
    """The steps, of which the one with the number `current` is taken now, unless all is `over`."""
    ways = (folder, plan, "")
    return [
        Step(words, done=number < current or over, current=number == current and not over, href=href)
        for number, (words, href) in enumerate(zip(WORDS, ways, strict=True))
    ]


def phases(words: tuple[str, ...], current: int | None, *, over: bool = False) -> list[Step]:
    """What a job does one after another; `current` is the number of the present one, None before the first."""
    at = -1 if current is None else current
    return [
        Step(each, done=number < at or over, current=number == at and not over)
        for number, each in enumerate(words)
    ]
