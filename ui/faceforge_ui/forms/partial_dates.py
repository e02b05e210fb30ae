"""Partial dates: a year, a month or a day. Read from what people type, said in words, counted in days."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WANTED = "A date is a year, a month or a day, such as 2015, May 2015 or 31 May 2015."
_YEAR, _MONTH, _DAY = r"(?P<y>\d{3,4})", r"(?P<m>\d{1,2})", r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_WORD = r"(?P<w>[a-z]{3,9})\.?"
_WRITTEN = tuple(
    re.compile(form)
    for form in (
        _YEAR,
        rf"{_YEAR}[-/.]{_MONTH}(?:[-/.]{_DAY})?",
        rf"{_MONTH}[/.]{_YEAR}",
        rf"(?:(?P<d>\d{{1,2}})\.)?\s*{_MONTH}\.\s*{_YEAR}",
        rf"(?:{_DAY}\.?\s+)?{_WORD},?\s+{_YEAR}",
        rf"{_WORD}\s+{_DAY},?\s+{_YEAR}",
        rf"{_YEAR}\s+{_WORD}",
    )
)


def read(text: str) -> str | None:
    """What Core calls the date that somebody typed; None for nothing. ValueError with what is wanted for anything else."""
    typed = " ".join(text.lower().split())
    if not typed:
        return None
    if typed in {"today", "now"}:
        return date.today().isoformat()
    for form in _WRITTEN:
        found = form.fullmatch(typed)
        if found is not None:
            return _written(found.groupdict())
    raise ValueError(WANTED)


def _written(parts: dict[str, str | None]) -> str:
    year, month, day = parts.get("y"), parts.get("m"), parts.get("d")
    word = parts.get("w")
    if word is not None:
        months = [at for at, name in enumerate(MONTHS, 1) if name.lower().startswith(word)]
        if len(months) != 1:
            raise ValueError(WANTED)
        month = str(months[0])
    numbers = [int(each) for each in (year, month, day) if each is not None]
    try:
        date(*numbers, *[1] * (3 - len(numbers)))
    except ValueError as error:
        raise ValueError(f"There is no such day in the calendar. {WANTED}") from error
    return "-".join(f"{number:0{4 if at == 0 else 2}}" for at, number in enumerate(numbers))


def said(partial: str) -> str:
    """A partial date in words: `2015`, `May 2015`, `31 May 2015`."""
    year, *rest = (int(each) for each in partial.split("-"))
    words = [str(year)]
    if rest:
        words.insert(0, MONTHS[rest[0] - 1])
    if len(rest) > 1:
        words.insert(0, str(rest[1]))
    return " ".join(words)


def span(first: str | None, last: str | None) -> str:
    """When something held, in words: `from May 2015 until now`, `2014 to 2016`, `in 2015`; empty for always."""
    if first is None:
        return "" if last is None else f"until {said(last)}"
    if last is None:
        return f"from {said(first)} until now" if first_day(first) <= date.today().toordinal() else f"from {said(first)}"
    if first == last:
        return f"{'on' if len(first) == 10 else 'in'} {said(first)}"
    return f"{said(first)} to {said(last)}"


def first_day(partial: str) -> int:
    """The first day of a partial date, as `date.toordinal` counts."""
    return date.fromisoformat((partial + "-01-01")[:10]).toordinal()


def last_day(partial: str) -> int:
    """The last day of a partial date, as `date.toordinal` counts."""
    if len(partial) == 4:
        partial += "-12"
    if len(partial) == 7:
        partial += f"-{monthrange(int(partial[:4]), int(partial[5:]))[1]:02}"
    return date.fromisoformat(partial).toordinal()
