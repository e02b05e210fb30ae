"""How far a job is: what was said last, how fast it goes, and how long it will take at that pace."""

from __future__ import annotations

from typing import Any

SMOOTHING_S = 20.0
"""Over so many seconds the pace is averaged, about."""
COUNTED = ("bytes", "done")
"""Which of the counts gives the rate: the first that is there."""

Progress = dict[str, Any]
PACE = "pace"
"""Key of what the pace is worked out from, which is stored and not shown."""


def advanced(before: Progress | None, said: Progress, seconds: float) -> Progress:
    """The progress after `said` (`fraction`, `message`, `step`, `total_steps`, `counts`) at a moment in `seconds`.

    The fraction never falls. `rate` is in units of the count a second, null where nothing is counted; `eta_s` is null
    where the fraction is not known or does not grow.
    """
    old = before or {}
    fraction = _highest(old.get("fraction"), said.get("fraction"))
    counts = said.get("counts") or {}
    unit = next((name for name in COUNTED if name in counts), None)
    pace = _pace(old.get(PACE), seconds, fraction, unit, counts.get(unit))
    speed = pace["speed"]
    eta = None if fraction is None or not speed else round((1 - fraction) / speed, 1)
    return {
        "fraction": fraction,
        "step": said.get("step"),
        "total_steps": said.get("total_steps"),
        "message": said.get("message") or "",
        "counts": counts,
        "rate": None if pace["rate"] is None else round(pace["rate"], 3),
        "eta_s": eta,
        PACE: pace,
    }


def shown(progress: Progress | None) -> Progress | None:
    """What is told of a progress."""
    return None if progress is None else {name: value for name, value in progress.items() if name != PACE}


def _highest(before: float | None, said: float | None) -> float | None:
    if said is None:
        return before
    within = min(1.0, max(0.0, said))
    return within if before is None or within > before else before


def _pace(
    before: dict[str, Any] | None, at: float, fraction: float | None, unit: str | None, units: float | None
) -> dict[str, Any]:
    """The pace at a moment: growth a second of the fraction (`speed`) and of the units (`rate`), averaged.

    Until `SMOOTHING_S` have passed it is the mean since the beginning, so that a slow first moment is soon outweighed.
    It begins anew where another unit is counted.
    """
    if before is None or before.get("unit", "") != unit:
        begun = {"since": at, "at": at, "speed": None, "rate": None}
        return {**begun, "fraction": fraction, "unit": unit, "units": units}
    if at <= before["at"]:
        return {**before, "fraction": fraction, "units": units}
    passed = at - before["at"]
    weight = min(1.0, passed / min(SMOOTHING_S, at - before["since"]))

    def averaged(old: float | None, was: float | None, is_now: float | None) -> float | None:
        if was is None or is_now is None:
            return old
        grew: float = max(0.0, is_now - was) / passed
        return grew if old is None else old + weight * (grew - old)

    return {
        **before,
        "at": at,
        "speed": averaged(before["speed"], before["fraction"], fraction),
        "rate": averaged(before["rate"], before["units"], units),
        "fraction": fraction,
        "units": units,
    }
