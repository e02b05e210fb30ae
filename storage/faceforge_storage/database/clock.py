"""The time as FaceForge writes it: RFC 3339 in UTC with microseconds, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

FORM = "%Y-%m-%dT%H:%M:%S.%fZ"


def now(offset: timedelta = timedelta()) -> str:
    """The present moment, or one `offset` away, for example `2026-01-31T08:09:10.123456Z`."""
    return (datetime.now(UTC) + offset).strftime(FORM)


def after(moment: str, by: timedelta) -> str:
    """The moment that lies `by` after another one."""
    return (datetime.strptime(moment, FORM) + by).strftime(FORM)
