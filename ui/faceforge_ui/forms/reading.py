"""Turns what a form sent into the JSON value that a field definition asks for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from faceforge_storage.errors import Fault, InvalidInput
from faceforge_ui.forms import dates
from faceforge_ui.forms.fields import FormField

BLANKS = re.compile(r"[\s\u00a0\u2009\u202f'’_]")
WITH_COMMA = re.compile(r"-?\d+,(\d{1,2}|\d{4,})")
WITH_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
PERCENT = "How sure that is, is a number between 0 and 100."
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

Sent = Mapping[str, Sequence[str]]


def read_value(field: FormField, sent: Sent, name: str | None = None) -> Any:
    """The JSON value of a field; None when the form has nothing for it.

    `name` is what its controls are called, the key of the field when not given. Raises InvalidInput, with a fault at
    `/name` that says in words what may be written.
    """
    name = field.key if name is None else name
    texts = [text for text in sent.get(name, ()) if text.strip()]
    if not texts:
        return None
    values = [_one(field, text, name) for text in (texts if field.multiple else texts[:1])]
    return values if field.multiple else values[0]


def read_values(fields: Iterable[FormField], sent: Sent) -> dict[str, Any]:
    """Key -> value of all fields that the form holds. Raises InvalidInput with all that is wrong at once."""
    values: dict[str, Any] = {}
    wrong: list[Fault] = []
    for field in fields:
        if field.key in sent:
            try:
                values[field.key] = read_value(field, sent)
            except InvalidInput as error:
                wrong.extend(error.errors)
    if wrong:
        raise InvalidInput(wrong[0].message, errors=tuple(wrong))
    return values


def read_number(text: str, unit: str = "") -> int | float:
    """A number as people write it: `171 cm`, `12 846`, `1,234,567`, `1,75`. Raises ValueError."""
    text = text.strip().removesuffix(unit) if unit else text
    text = BLANKS.sub("", text)
    if WITH_THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    elif WITH_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    if re.fullmatch(r"[+-]?\d{1,30}", text):
        return int(text)
    value = float(text)
    if not abs(value) < float("inf"):
        raise ValueError(text)
    return value


def read_percent(text: str, name: str) -> float | None:
    """A share from 0 to 1 of what was written in percent; None for nothing. Raises InvalidInput at `name`."""
    if not text.strip():
        return None
    try:
        percent = read_number(text, "%")
    except ValueError:
        percent = -1
    if not 0 <= percent <= 100:
        raise InvalidInput(PERCENT, errors=(Fault(f"/{name}", PERCENT, "out_of_range"),))
    return percent / 100


def _one(field: FormField, text: str, name: str) -> Any:
    try:
        return _READERS.get(field.kind, _line)(field, text)
    except (InvalidInput, KeyError, RecursionError, ValueError):
        raise InvalidInput(field.sentence, errors=(Fault(f"/{name}", field.sentence, "type"),)) from None


def _line(_field: FormField, text: str) -> str:
    return text.strip()


def _lines(_field: FormField, text: str) -> str:
    return text.replace("\r\n", "\n").rstrip()


def _number(field: FormField, text: str) -> int | float:
    value = read_number(text, field.unit)
    if field.kind == "integer" and isinstance(value, float):
        if not value.is_integer():
            raise ValueError(text)
        return int(value)
    return value


def _truth(_field: FormField, text: str) -> bool:
    return _TRUTHS[text.strip().lower()]


def _day(field: FormField, text: str) -> str:
    found = dates.read_date(text, field.key, field.label) or ""
    if not DAY.fullmatch(found):
        raise ValueError(text)
    return found


def _moment(_field: FormField, text: str) -> str:
    moment = datetime.fromisoformat(text.strip())
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(_field: FormField, text: str) -> Any:
    return json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


_TRUTHS = {"true": True, "yes": True, "on": True, "false": False, "no": False}
_READERS: Mapping[str, Callable[[FormField, str], Any]] = {
    "text": _lines,
    "integer": _number,
    "number": _number,
    "boolean": _truth,
    "date": _day,
    "datetime": _moment,
    "json": _json,
}
