"""Reads the form of a relationship."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from faceforge_storage.errors import Fault, InvalidInput
from faceforge_ui.forms.dates import read_date
from faceforge_ui.forms.reading import read_percent
from faceforge_ui.serving import Form


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
        "confidence": read_percent(form.text("confidence"), "confidence"),
        "source": form.text("source").strip() or None,
    }
