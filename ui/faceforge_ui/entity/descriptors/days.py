"""The days that a partial date stands for, as `date.toordinal` counts them."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def first_day(partial: str) -> int:
    """The first day of a year, a month or a day."""
    return date.fromisoformat((partial + "-01-01")[:10]).toordinal()


def last_day(partial: str) -> int:
    """The last day of a year, a month or a day."""
    if len(partial) == 4:
        partial += "-12"
    if len(partial) == 7:
        partial += f"-{monthrange(int(partial[:4]), int(partial[5:]))[1]:02}"
    return date.fromisoformat(partial).toordinal()
