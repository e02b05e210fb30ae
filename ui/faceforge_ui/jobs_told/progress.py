"""How far a job is, in words. `words.js` says the same of what Core tells while the page is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from faceforge_ui.serving.words import bytes as size
from faceforge_ui.serving.words import count

COUNTED = {
    "copied": "copied",
    "moved": "moved",
    "linked": "linked",
    "here": "already here",
    "created": "created",
    "updated": "changed",
    "unchanged": "as before",
    "skipped": "left out",
    "failed": "failed",
    "left": "to go",
}
"""Numbers that a job may tell of -> the words behind them, in this order."""
UNDER_WAY = ("found", "done")
"""Numbers that are told where none of the others is."""


@dataclass(frozen=True)
class Progress:
    """What stands around the bar, and the bar itself: shares of the whole from 0 to 1."""

    fraction: float | None
    percent: str
    message: str
    left: str
    tally: tuple[tuple[str, str], ...]
    """Each number with its words, and the name of it: the legend of the bar."""
    rate: str
    copied: float
    linked: float


def progress(found: Mapping[str, Any] | None, *, running: bool = True) -> Progress:
    """The progress of a job of the API; what it does, its rate and its rest are told only while it runs."""
    now = found or {}
    counts: Mapping[str, Any] = now.get("counts") or {}
    fraction = now.get("fraction")
    copied, linked = shares(fraction, counts)
    return Progress(
        fraction=fraction,
        percent="" if fraction is None else f"{int(fraction * 100)} %",
        message=(now.get("message") or "") if running else "",
        left=rest(now.get("etaS")) if running else "",
        tally=tally(counts),
        rate=speed(now.get("rate"), counts) if running else "",
        copied=copied,
        linked=linked,
    )


def shares(fraction: float | None, counts: Mapping[str, Any]) -> tuple[float, float]:
    """Of the whole bar: what was copied, and what was here already and is linked."""
    taken, linked = counts.get("copied") or 0, counts.get("linked") or 0
    if not fraction or not linked:
        return fraction or 0.0, 0.0
    part = linked / (taken + linked)
    return fraction * (1 - part), fraction * part


def tally(counts: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """`2,104 copied`, `301 linked`, each with its name."""
    numbers = {**counts, "left": to_go(counts)}
    told = [(name, f"{count(numbers[name])} {words}") for name, words in COUNTED.items() if numbers.get(name)]
    if told:
        return tuple(told)
    return tuple((name, f"{count(counts[name])} {name}") for name in UNDER_WAY if counts.get(name))


def to_go(counts: Mapping[str, Any]) -> int:
    """How many are left, as the job says or as follows from what is done."""
    left = counts.get("left") or (counts.get("total") or 0) - (counts.get("done") or 0)
    return max(0, left)


def rest(seconds: float | None) -> str:
    """How long it still takes: `about 4 min 30 s left`."""
    if seconds is None:
        return ""
    return f"about {lasted(seconds)} left" if round(seconds) else "almost done"


def speed(rate: float | None, counts: Mapping[str, Any]) -> str:
    """`148 MB/s`, or `310 a second` of a job that counts no bytes."""
    if not rate:
        return ""
    return f"{size(int(rate))}/s" if "bytes" in counts else f"{count(round(rate))} a second"


def lasted(seconds: float | None) -> str:
    """A time that passed or is to pass: `40 s`, `4 min 30 s`, `2 h 5 min`, `3 days`."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s" if whole else "under 1 s"
    if whole < 3600:
        minutes, left = divmod(whole, 60)
        return f"{minutes} min {left} s" if left and minutes < 10 else f"{minutes} min"
    if whole < 48 * 3600:
        hours, left = divmod(whole // 60, 60)
        return f"{hours} h {left} min" if left else f"{hours} h"
    return f"{whole // 86400} days"
