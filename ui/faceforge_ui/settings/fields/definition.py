"""A field definition as a form of the settings has it."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from faceforge_storage.errors import Fault, InvalidInput
from faceforge_ui.forms.fields import FormField
from faceforge_ui.forms.reading import read_number, read_value
from faceforge_ui.serving import Form

KINDS = {
    "STRING": "Text on one line",
    "TEXT": "Long text",
    "INTEGER": "Whole number",
    "NUMBER": "Number",
    "BOOLEAN": "Yes or no",
    "DATE": "Day",
    "DATETIME": "Day and time",
    "ENUM": "One of several choices",
    "URL": "Web address",
    "ENTITY_REF": "Another entity",
    "ASSET_REF": "One of your files",
    "JSON": "Structured data (JSON)",
}
SCOPES = {"ENTITY": "entities", "DESCRIPTOR": "facts with a date", "BOTH": "both"}
NUMBERS, TEXTS = ("INTEGER", "NUMBER"), ("STRING", "TEXT")
KEY_LENGTH = 60


def key_of(label: str) -> str:
    """A key for a label: `Eye colour` is `eye_colour`; empty where no letter of it can be in a key."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"^[0-9_]+", "", re.sub(r"[^a-z0-9]+", "_", plain)).strip("_")[:KEY_LENGTH]


def read_definition(form: Form) -> dict[str, Any]:
    """What a form says of a definition, without its key; raises InvalidInput with the places of the form.

    What the chosen kind has no use for is left empty.
    """
    kind = form.text("fieldType", "STRING")
    numbers, texts = kind in NUMBERS, kind in TEXTS
    read: dict[str, Any] = {
        "scope": form.text("scope", "ENTITY"),
        "fieldType": kind,
        "label": form.text("label").strip() or None,
        "description": form.text("description").strip() or None,
        "required": form.has("required"),
        "multiple": form.has("multiple"),
        "unique": form.has("unique"),
        "indexed": form.has("indexed"),
        "options": _lines(form.text("options")) if kind == "ENUM" else [],
        "regex": (form.text("regex") or None) if texts else None,
        "min": _bound(form, "min") if numbers or texts else None,
        "max": _bound(form, "max") if numbers or texts else None,
        "unit": (form.text("unit").strip() or None) if numbers else None,
    }
    read["default"] = _default(form, read)
    return read


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _bound(form: Form, name: str) -> float | None:
    text = form.text(name).strip()
    if not text:
        return None
    try:
        return read_number(text)
    except ValueError:
        message = "This is a number, such as 20."
        raise InvalidInput(message, errors=(Fault(f"/{name}", message),)) from None


def _default(form: Form, read: dict[str, Any]) -> Any:
    texts = form.texts("default")
    if not any(text.strip() for text in texts):
        return None
    field = FormField.of({**read, "fieldKey": "default", "label": "The value to begin with"})
    return read_value(field, {"default": texts})


def shown(definition: dict[str, Any]) -> dict[str, str]:
    """The parts of a definition as the form writes them."""
    default = definition["default"]
    return {
        "options": "\n".join(definition["options"]),
        "min": _number(definition["min"]),
        "max": _number(definition["max"]),
        "default": "" if default is None else default if isinstance(default, str) else json.dumps(default),
    }


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if abs(value) < 1e15 else repr(value)


def facts(definition: dict[str, Any]) -> str:
    """What a definition says in a line: `number in cm, 20 to 320, needed`."""
    parts = [KINDS[definition["fieldType"]].lower()]
    if definition["unit"]:
        parts[0] += f" in {definition['unit']}"
    if definition["options"]:
        parts.append(", ".join(definition["options"][:4]) + (" …" if len(definition["options"]) > 4 else ""))
    for name, word in (("required", "needed"), ("multiple", "several"), ("unique", "one of its kind")):
        if definition[name]:
            parts.append(word)
    if definition["scope"] != "ENTITY":
        parts.append("for " + ("facts" if definition["scope"] == "DESCRIPTOR" else "entities and facts"))
    return " · ".join(parts)
