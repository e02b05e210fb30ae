"""How numbers, sizes and moments read, on pages and in terminals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UNITS = ("kB", "MB", "GB", "TB", "PB")


def count(number: int | None) -> str:
    """12846 as `12,846`; an unknown number as a dash."""
    return "–" if number is None else f"{number:,}"


def plural(number: int, one: str, many: str = "") -> str:
    """`1 file`, `12,846 files`."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def bytes(size: int) -> str:  # templates of pages call it so
    """A size in bytes as `3.8 GB`, in powers of 1000 as disks are sold and systems show it."""
    if size < 1000:
        return f"{size} bytes" if size != 1 else "1 byte"
    value, step = size / 1000, 0
    while value >= 999.5 and step < len(UNITS) - 1:
        value, step = value / 1000, step + 1
    return f"{value:.1f} {UNITS[step]}" if value < 9.95 else f"{value:,.0f} {UNITS[step]}"


def duration(seconds: float) -> str:
    """A length as `3:42` or `1:03:07`; below a minute as `0:07`."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def moment(text: str | datetime) -> datetime:
    """A moment of the API, such as `2026-11-26T13:17:24.123Z`, in the time of this machine."""
    found = text if isinstance(text, datetime) else datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone()


def day(text: str | datetime) -> str:
    """A moment as `26 Nov 2026`."""
    return _day(moment(text))


def full(text: str | datetime) -> str:
    """A moment as `26 Nov 2026, 13:17`."""
    return _full(moment(text))


def ago(at: datetime, now: datetime | None = None) -> str:
    """How long a moment is past, in words."""
    now = now or datetime.now().astimezone()
    passed = (now - at).total_seconds()
    days = (now.date() - at.date()).days
    if passed < -60:
        return _full(at)
    if passed < 3600:
        return plural(int(passed // 60), "minute") + " ago" if passed >= 60 else "just now"
    if days < 2:
        return "yesterday" if days else f"today, {at:%H:%M}"
    return f"{at.day} {MONTHS[at.month - 1]}" if now - at < timedelta(days=300) else _day(at)


def _day(at: datetime) -> str:
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def _full(at: datetime) -> str:
    return f"{_day(at)}, {at.hour:02}:{at.minute:02}"
