"""Reads the form of a relationship."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from faceforge_storage.errors import Fault, InvalidInput
from faceforge_ui.forms.dates import read_date
from faceforge_ui.forms.reading import read_number
from faceforge_ui.serving import Form

CONFIDENCE = "How sure it is, is a number of percent between 0 and 100, such as 80."


@dataclass
class Ends:
    """The ids of the two entities: `src` is the relation type of `dst`."""

    src: str
    dst: str

    def swap(self) -> None:
        self.src, self.dst = self.dst, self.src


def read_ends(form: Form, entity_id: str) -> Ends:
    """Who goes first: the entity itself, unless `direction` says that the other does. Raises InvalidInput."""
    other = next((text for text in form.texts("other_id") if text), "")
    if not other:
        message = "Choose who it is: write a part of the name, and take one of those found."
        raise InvalidInput(message, errors=(Fault("/other_id", message, "required"),))
    if not form.text("relationship_type").strip():
        message = "Say what they are to each other, such as friend or mentor."
        raise InvalidInput(message, errors=(Fault("/relationship_type", message, "required"),))
    ends = Ends(entity_id, other)
    if form.text("direction") == "in":
        ends.swap()
    return ends


def read_details(form: Form) -> dict[str, Any]:
    """Since when, until when, how sure and who says so, as `RelationshipPatch` takes them. Raises InvalidInput."""
    return {
        "validFrom": read_date(form.text("valid_from"), "valid_from", "From"),
        "validTo": read_date(form.text("valid_to"), "valid_to", "Until"),
        "confidence": read_confidence(form.text("confidence")),
        "source": form.text("source").strip() or None,
    }


def read_confidence(text: str, name: str = "confidence") -> float | None:
    """A confidence from 0 to 1 of what was written in percent; None for nothing. Raises InvalidInput."""
    if not text.strip():
        return None
    try:
        percent = read_number(text, "%")
    except ValueError:
        percent = -1
    if not 0 <= percent <= 100:
        raise InvalidInput(CONFIDENCE, errors=(Fault(f"/{name}", CONFIDENCE, "out_of_range"),))
    return percent / 100
