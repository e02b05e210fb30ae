"""When a cron expression comes round next, on the clock of a place; what is wrong with one, in words for people."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from faceforge_storage.database.clock import FORM

MAX_LENGTH = 200
EXAMPLE = "30 3 * * 1-5"
FIELDS = {
    "Bad minute": ("minute", "first", "0 to 59"),
    "Bad hour": ("hour", "second", "0 to 23"),
    "Bad day-of-month": ("day of the month", "third", "1 to 31 that its months have, or L for the last"),
    "Bad month": ("month", "fourth", "1 to 12, or JAN to DEC"),
    "Bad day-of-week": ("day of the week", "fifth", "0 to 7 (0 and 7 are Sunday), or SUN to SAT"),
}


class BadCron(ValueError):
    """A cron expression or a time zone that cannot be meant; its text says what to write instead."""


def zone_of(name: str) -> ZoneInfo:
    """The time zone called `name`, such as `Europe/Vienna`; raises BadCron."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, no name at all, a folder of the database of zones
        message = f"{name[:80]!r} is no time zone; write one such as 'Europe/Vienna' or 'UTC'"
        raise BadCron(message) from None


def check(cron: str, time_zone: str) -> None:
    """Raise BadCron when the expression has another form than five fields, or names a day that never comes."""
    next_run(cron, time_zone, datetime.now(UTC))


def next_run(cron: str, time_zone: str, after: datetime) -> datetime:
    """The first moment later than `after` that the expression names on the clock of the zone, in UTC; raises BadCron.

    Where clocks are put forward, a time that is left out is made up by the first that there is. Where they are put
    back, a time that is named exactly comes once, the first time; one such as "every ten minutes" goes on all along.
    """
    try:
        moments = CronSim(_five_fields(cron), after.astimezone(zone_of(time_zone)))
    except CronSimError as error:
        raise BadCron(_said(str(error))) from None
    for moment in moments:
        # On the day when the clock is put back, the library may name the hour that is over already.
        if (found := moment.astimezone(UTC)) > after:
            return found
    raise BadCron("names a day that never comes")


def text_of(moment: datetime) -> str:
    """A moment as the database writes it."""
    return moment.astimezone(UTC).strftime(FORM)


def _five_fields(cron: str) -> str:
    """Raise BadCron for another number: the library also takes six, with seconds."""
    if len(cron) > MAX_LENGTH or len(cron.split()) != 5:
        raise BadCron(
            f"has five fields: minute, hour, day of the month, month, day of the week, such as {EXAMPLE!r} "
            "for half past three in the morning from Monday to Friday"
        )
    return cron


def _said(fault: str) -> str:
    name, place, values = FIELDS[fault]
    forms = "also *, lists as 1,15, ranges as 1-5, steps as */10"
    return f"the {place} field, the {name}, has numbers from {values}; {forms}"
