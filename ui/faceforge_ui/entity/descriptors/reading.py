"""Reads the form of a fact."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from faceforge_storage.errors import Fault, InvalidInput
from faceforge_ui.entity.descriptors.days import first_day, last_day
from faceforge_ui.forms.dates import read_date
from faceforge_ui.forms.fields import FormField
from faceforge_ui.forms.reading import Sent, read_percent, read_value

KEY = re.compile(r"[a-z][a-z0-9_]{0,62}")
KEY_RULE = "What a fact is about is named in Latin letters and digits, such as hair colour."
EARLIER = "This is earlier than when it began."


def read_key(text: str) -> str:
    """The key that a person named: `Hair colour` is `hair_colour`. Raises InvalidInput at `/key`."""
    key = re.sub(r"[\s-]+", "_", text.strip().lower())
    if not KEY.fullmatch(key):
        raise InvalidInput(KEY_RULE, errors=(Fault("/key", KEY_RULE, "pattern"),))
    return key


def read_fact(field: FormField, sent: Sent) -> dict[str, Any]:
    """What a fact is to say, as the inputs of GraphQL have it. Raises InvalidInput with all that is wrong at once."""
    wrong: list[Fault] = []

    def read(part: Callable[[], Any]) -> Any:
        try:
            return part()
        except InvalidInput as error:
            wrong.extend(error.errors)
            return None

    value = read(lambda: _needed(field, sent))
    since = read(lambda: read_date(_text(sent, "valid_from"), "valid_from", "Since"))
    until = read(lambda: read_date(_text(sent, "valid_to"), "valid_to", "Until"))
    confidence = read(lambda: read_percent(_text(sent, "confidence"), "confidence"))
    if since and until and last_day(until) < first_day(since):
        wrong.append(Fault("/valid_to", EARLIER, "out_of_range"))
    if wrong:
        raise InvalidInput(wrong[0].message, errors=tuple(wrong))
    return {
        "value": value,
        "validFrom": since,
        "validTo": until,
        "confidence": confidence,
        "source": _text(sent, "source") or None,
        "note": _text(sent, "note") or None,
        "evidenceAssetId": _text(sent, "evidence_asset_id") or None,
    }


def _needed(field: FormField, sent: Sent) -> Any:
    value = read_value(field, sent, "value")
    if value is None:
        raise InvalidInput(field.sentence, errors=(Fault("/value", field.sentence, "required"),))
    return value


def _text(sent: Sent, name: str) -> str:
    return next((text.strip().replace("\r\n", "\n") for text in sent.get(name, ()) if text.strip()), "")
