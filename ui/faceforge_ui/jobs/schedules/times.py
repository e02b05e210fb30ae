"""When a schedule comes round, in words: each usual pattern of cron can be said and chosen without knowing it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from faceforge_storage.errors import Fault, InvalidInput
from faceforge_ui.serving import Form

DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
HOURLY, DAILY, WEEKDAYS, WEEKLY, MONTHLY, OTHER = "hourly", "daily", "weekdays", "weekly", "monthly", "cron"
OFTEN = {
    HOURLY: "Every hour",
    DAILY: "Every day",
    WEEKDAYS: "From Monday to Friday",
    WEEKLY: "Once a week",
    MONTHLY: "Once a month",
    OTHER: "By a cron line",
}
"""How often -> words."""
USUAL_TIME = "03:00"
FIELDS = 5
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


LOCAL = Path("/etc/localtime")


def own_zone() -> str:
    """The time zone of this machine, such as `Europe/Vienna`; UTC where it does not say."""
    link = str(LOCAL.resolve()) if LOCAL.exists() else ""
    return os.environ.get("TZ", "").lstrip(":") or link.partition("zoneinfo/")[2] or "UTC"


@dataclass(frozen=True)
class Times:
    """How often, at what time of day, on which day of the week (0 is Sunday) or of the month; `cron` says the same."""

    often: str = DAILY
    time: str = USUAL_TIME
    weekday: int = 1
    day: int = 1
    cron: str = "0 3 * * *"

    @property
    def words(self) -> str:
        """`every day at 03:00`."""
        if self.often == HOURLY:
            minute = int(self.time[3:])
            return f"every hour, {minute} minutes past" if minute else "every hour"
        if self.often == OTHER:
            return f"by {self.cron}"
        when = {
            DAILY: "every day",
            WEEKDAYS: "from Monday to Friday",
            WEEKLY: f"every {DAYS[self.weekday]}",
            MONTHLY: f"on the {_nth(self.day)} of every month",
        }[self.often]
        return f"{when} at {self.time}"


def times(cron: str) -> Times:
    """What a cron line says, as one of the usual patterns where it is one."""
    fields = cron.split()
    plain = len(fields) == FIELDS and fields[0].isdecimal() and fields[3] == "*"
    if not plain or not (fields[1].isdecimal() or fields[1:] == ["*"] * 4):
        return Times(OTHER, cron=cron)
    minute, hour, day, _, weekday = fields
    at = f"{int(hour) if hour.isdecimal() else 0:02}:{int(minute):02}"
    often, number = _pattern(hour, day, weekday.upper())
    return Times(
        often,
        at if often != OTHER else USUAL_TIME,
        weekday=number if often == WEEKLY else 1,
        day=number if often == MONTHLY else 1,
        cron=cron,
    )


def _pattern(hour: str, day: str, weekday: str) -> tuple[str, int]:
    """How often the fields of a cron line mean, and the day of the week or of the month."""
    if hour == "*":
        return HOURLY, 0
    if day == weekday == "*":
        return DAILY, 0
    if day == "*":
        one = _weekday(weekday)
        return (
            (WEEKDAYS, 0) if weekday in ("1-5", "MON-FRI") else (OTHER if one is None else WEEKLY, one or 0)
        )
    return (MONTHLY, int(day)) if weekday == "*" and day.isdecimal() else (OTHER, 0)


def _weekday(field: str) -> int | None:
    """The day of the week that a field names alone."""
    if field.isdecimal() and int(field) <= len(DAYS):
        return int(field) % len(DAYS)
    short = [day[:3].upper() for day in DAYS]
    return short.index(field.upper()) if field.upper() in short else None


def cron_of(form: Form) -> str:
    """The cron line of what a form has sent; raises InvalidInput for a time that is none."""
    often = form.text("often", DAILY)
    if often == OTHER:
        return form.text("cron").strip()
    clock = CLOCK.fullmatch(form.text("time", USUAL_TIME).strip() or USUAL_TIME)
    if clock is None:
        fault = Fault("/time", "Write a time such as 03:00.", "invalid_time", "body")
        raise InvalidInput("The time cannot be read.", errors=(fault,))
    hour, minute = int(clock[1]), int(clock[2])
    weekday, day = _number(form, "weekday", 0, 6), _number(form, "day", 1, 28)
    return {
        HOURLY: f"{minute} * * * *",
        WEEKDAYS: f"{minute} {hour} * * 1-5",
        WEEKLY: f"{minute} {hour} * * {weekday}",
        MONTHLY: f"{minute} {hour} {day} * *",
    }.get(often, f"{minute} {hour} * * *")


def _number(form: Form, name: str, least: int, most: int) -> int:
    text = form.text(name)
    return min(max(int(text), least), most) if text.isdecimal() and len(text) < 4 else least


def _nth(day: int) -> str:
    ending = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"
