"""Scalars beyond GraphQL's own, and what may be in them."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Any, NewType

import strawberry
from orjson import Fragment
from strawberry.types.scalar import ScalarDefinition

from faceforge_storage.database.json_columns import dumps
from faceforge_storage.strict_json import MAX_DIGITS, nests_deeper


class NotOfScalar(ValueError):
    """A value that is none of its scalar: a fault of the caller's."""


_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def moment(text: object) -> str:
    """An RFC 3339 timestamp as FaceForge writes it; raises NotOfScalar."""
    if not isinstance(text, str) or not _RFC_3339.fullmatch(text):
        raise NotOfScalar("a timestamp is written like 2026-01-31T08:09:10Z (RFC 3339)")
    try:
        parsed = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError:
        raise NotOfScalar("a timestamp lies between the years 1 and 9999") from None
    except ValueError as error:
        raise NotOfScalar(f"a timestamp has a day and a time that there are: {error}") from None
    return parsed.strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def json_value(value: object) -> object:
    """A JSON value that every reader can read; raises NotOfScalar for an infinite or long number or a deep nest."""
    if nests_deeper(value):
        raise NotOfScalar("the JSON nests too deeply")
    _check_numbers(value)
    return value


def _check_numbers(value: object) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise NotOfScalar("JSON has no infinite numbers")
    if isinstance(value, int) and abs(value) >= 10**MAX_DIGITS:
        raise NotOfScalar(f"a number has more than {MAX_DIGITS} digits")
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            _check_numbers(each)


def json_object(value: object) -> dict[str, Any]:
    """A JSON object; raises NotOfScalar for anything else."""
    if not isinstance(value, dict):
        raise NotOfScalar("a JSON object is wanted")
    json_value(value)
    return value


def big_int(value: object) -> int:
    """An integer of up to 64 bits; raises NotOfScalar."""
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise NotOfScalar("an integer of up to 64 bits is wanted")
    return value


def json_text(value: object) -> Fragment:
    """JSON as it stands in an answer: its text, which is not looked into again."""
    return value if isinstance(value, Fragment) else Fragment(dumps(value).encode())


JSON = NewType("JSON", object)
JSONObject = NewType("JSONObject", dict[str, Any])
BigInt = NewType("BigInt", int)
DateTime = NewType("DateTime", str)

SCALARS: dict[object, ScalarDefinition] = {
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value, given back as it came.",
        parse_value=json_value,
    ),
    JSONObject: strawberry.scalar(
        name="JSONObject",
        description="A JSON object, given back as it came.",
        parse_value=json_object,
    ),
    BigInt: strawberry.scalar(
        name="BigInt", description="An integer of up to 64 bits, as a JSON number.", parse_value=big_int
    ),
    DateTime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC: RFC 3339 with microseconds and Z.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        parse_value=moment,
    ),
}

EXAMPLES: dict[str, Any] = {
    "ID": "3f0c2a7d9be1846f5a70c3d2e8b91f640d7c5ab3e2f18946a0c7d5e3b9f12846",
    "Int": 1,
    "Float": 0.9,
    "Boolean": False,
    "BigInt": 1,
    "DateTime": "2026-01-31T08:09:10.000000Z",
    "JSONObject": {},
}
"""Scalar -> a value that it may have, where nothing more is declared; a text has none, since any says something."""

JSON_SCALARS = frozenset({SCALARS[JSON].name, SCALARS[JSONObject].name})
"""Those that stand in an answer as text: see `json_text`."""

ANSWERED_AS_STORED: dict[str | None, frozenset[type]] = {
    SCALARS[scalar].name: frozenset((kind,))
    for scalar, kind in ((JSON, Fragment), (JSONObject, Fragment), (BigInt, int), (DateTime, str))
}
"""Scalar -> the type of the values that stand in an answer as they are."""
