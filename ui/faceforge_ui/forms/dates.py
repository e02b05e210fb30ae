"""Dates that may be partial (a year, a month or a day): in words, and as people write them."""

from __future__ import annotations

import re
from datetime import date

from faceforge_storage.errors import Fault, InvalidInput

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
SPOKEN = re.compile(r"(?:(\d{1,2})\.? +)?([A-Za-z]{3,9})\.?,? +(\d{4})")
RULE = "a year, a month or a day, such as 2015, 2015-05 or 2015-05-31"


def words(partial: str) -> str:
    """`2015`, `May 2015` or `31 May 2015`; what is no such date stays as it is."""
    found = ISO.fullmatch(partial)
    if found is None or not 1 <= int(found[2] or 1) <= 12:
        return partial
    parts = [str(int(found[3]))] if found[3] else []
    return " ".join([*parts, *([MONTHS[int(found[2]) - 1]] if found[2] else []), found[1]])


def span(valid_from: str | None, valid_to: str | None) -> str:
    """`since 2015`, `until May 2016`, `2014 to 2016`; nothing when both ends are open."""
    if valid_from and valid_to:
        same = valid_from == valid_to
        return words(valid_from) if same else f"{words(valid_from)} to {words(valid_to)}"
    if valid_from:
        return f"since {words(valid_from)}"
    return f"until {words(valid_to)}" if valid_to else ""


def read_date(text: str, name: str, label: str) -> str | None:
    """A partial date as a person wrote it (`2015`, `2015-5`, `May 2015`, `31 May 2015`); None for nothing.

    Raises InvalidInput at `name`, with `label` as the subject of its sentence.
    """
    text = text.strip()
    if not text:
        return None
    found = ISO.fullmatch(text)
    if found:
        year, month, day = found[1], found[2], found[3]
    else:
        spoken = SPOKEN.fullmatch(text)
        named = [place for place, each in enumerate(MONTHS, 1) if spoken and is_short_for(spoken[2], each)]
        if spoken is None or not named:
            raise refused(name, label)
        year, month, day = spoken[3], str(named[0]), spoken[1]
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise refused(name, label) from None
    return "-".join([year, *(part.zfill(2) for part in (month, day) if part)])


def is_short_for(written: str, month: str) -> bool:
    return month.lower().startswith(written.lower())


def refused(name: str, label: str) -> InvalidInput:
    message = f"{label} is {RULE}."
    return InvalidInput(message, errors=(Fault(f"/{name}", message, "format"),))
