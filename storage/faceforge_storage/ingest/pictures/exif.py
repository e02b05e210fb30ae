"""What a camera wrote into a picture (EXIF 3.0), as JSON: named values, the place, and the time it was taken."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, timezone
from numbers import Rational
from typing import TYPE_CHECKING, Any

from faceforge_storage.ingest.clean_json import clean_text

if TYPE_CHECKING:
    from PIL.Image import Exif

PHOTO, GPS = 0x8769, 0x8825
"""The tags that point to the two further directories."""
LONGEST_TEXT = 2000
MOST_NUMBERS = 16
LEFT_OUT = re.compile(
    r".*(Offsets?|ByteCounts|Pointer|Tables|IFD|Interchange\w*)|GPSInfo|MakerNote|XMLPacket|IPTCNAA|ImageResources"
    r"|InterColorProfile|PrintImageMatching|Padding|\w*Private\w*|ColorMap|TransferFunction|CFAPattern|OECF"
)
"""Where bytes stand in the file, what only a decoder needs, and what other readers read."""
TIME = re.compile(r"(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:?\d\d)?")
ZONE = re.compile(r"([+-])(\d\d):?(\d\d)")


def exif_values(exif: Exif) -> dict[str, Any]:
    """The values by the names of the standard, such as `FNumber`; those of the place are in `place`."""
    from PIL.ExifTags import TAGS

    found: dict[str, Any] = {}
    for tags in (dict(exif), exif.get_ifd(PHOTO)):
        for tag, value in tags.items():
            name = TAGS.get(tag)
            if name is None or LEFT_OUT.fullmatch(name):
                continue
            if (plain := _plain(name, value)) is not None:
                found[name] = plain
    return found


def place(exif: Exif) -> dict[str, float] | None:
    """Where it was taken: `latitude` and `longitude` in degrees (WGS 84), `altitude` in metres where it is known."""
    gps = exif.get_ifd(GPS)
    latitude = _degrees(gps.get(2), gps.get(1), "S", 90)
    longitude = _degrees(gps.get(4), gps.get(3), "W", 180)
    if latitude is None or longitude is None:
        return None
    found = {"latitude": latitude, "longitude": longitude}
    if (altitude := _number(gps.get(6))) is not None:
        below = gps.get(5) in {1, b"\x01", 3, b"\x03"}
        found["altitude"] = -altitude if below else altitude
    return found


def taken_at(exif: Exif) -> str | None:
    """When the picture was taken, else digitised, in UTC where the camera knew its zone, else by its own clock.

    `DateTime` does not count: programs write into it when they last saved the file.
    """
    photo = exif.get_ifd(PHOTO)
    for when, fraction, zone in ((0x9003, 0x9291, 0x9011), (0x9004, 0x9292, 0x9012)):
        text = _text(photo.get(when))
        if len(text) == len("2024:05:01 12:00:00"):  # some programs write all of it into one value
            digits = re.match(r"\d{1,6}", _text(photo.get(fraction)))
            text += f".{digits[0]}" if digits else ""
            text += away if ZONE.fullmatch(away := _text(photo.get(zone))) else ""
        if found := moment(text):
            return found
    return None


def moment(text: str) -> str | None:
    """A time out of a file as `2024-05-01T12:00:00.000000Z`; None for what is none, such as `0000:00:00 00:00:00`."""
    if not (found := TIME.fullmatch(text.strip())):
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    fraction, zone = int((found[7] or "").ljust(6, "0")), _zone(found[8])
    try:
        time = datetime(year, month, day, hour, minute, second, fraction, zone)
        return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if time.year >= 1800 else None
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    if not text or not (found := ZONE.fullmatch(text)):
        return UTC
    away = timedelta(hours=int(found[2]), minutes=int(found[3]))
    if away >= timedelta(days=1):
        return UTC
    return timezone(-away if found[1] == "-" else away)


def _plain(name: str, value: Any) -> Any:
    """One value as JSON; None for what is empty or too long to be one."""
    if isinstance(value, bytes):
        text = _bytes_as_text(name, value)
        return text[:LONGEST_TEXT] if text and text.isprintable() else None
    if isinstance(value, str):
        return _text(value)[:LONGEST_TEXT] or None
    if isinstance(value, tuple | list):
        values = [_plain(name, each) for each in value] if len(value) <= MOST_NUMBERS else [None]
        return None if None in values else values
    return _number(value)


def _bytes_as_text(name: str, value: bytes) -> str:
    """Texts that are kept as bytes: versions, comments behind the name of their encoding, UTF-16 of Windows."""
    if name.startswith("XP"):
        return _text(value.decode("utf-16-le", "replace"))
    if name == "UserComment":
        encoding = {b"ASCII\0\0\0": "utf-8", b"JIS\0\0\0\0\0": "iso2022_jp"}.get(value[:8], "utf-8")
        if value[:8] == b"UNICODE\0":  # in the byte order of the file, or not: what looks like text wins
            encoding = "utf-16-be" if value[8:9] == b"\0" else "utf-16-le"
        return _text(value[8:].decode(encoding, "replace"))
    return _text(value.decode("ascii", "replace")) if name.endswith("Version") else ""


def _text(value: Any) -> str:
    return clean_text(value.split("\0")[0]).strip() if isinstance(value, str) else ""


def _number(value: Any) -> float | int | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Rational):
        return None
    try:
        plain = value if isinstance(value, int) else float(value)
    except (ArithmeticError, ValueError):
        return None
    if not math.isfinite(plain):
        return None
    return plain if isinstance(plain, int) else round(plain, 9)


def _degrees(parts: Any, side: Any, negative: str, limit: int) -> float | None:
    """Degrees, minutes and seconds as one number, rounded to a centimetre."""
    if not isinstance(parts, tuple | list) or not 1 <= len(parts) <= 3:
        return None
    numbers = [_number(part) for part in parts]
    if any(number is None for number in numbers):
        return None
    degrees = sum(float(number or 0) / 60**power for power, number in enumerate(numbers))
    signed = -degrees if _text(side).upper() == negative else degrees
    return round(signed, 7) if -limit <= signed <= limit else None
