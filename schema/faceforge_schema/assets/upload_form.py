"""The fields of an upload: those of the input that makes an asset, under their names in a form, and what is declared of
the bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from faceforge_schema.values.inputs import HASH_EXAMPLE

REFERENCES = "#/components/schemas/{model}"
"""Where an OpenAPI document has the schemas that others refer to."""


SIDECAR = '{"tags": ["portrait"]}'
"""What the text of a sidecar looks like."""


@dataclass(frozen=True)
class InForm:
    """Marks a field of an input that an upload has too; `name` is what it is called there, if not the same."""

    name: str | None = None
    is_sidecar: bool = False
    """Whether its text is a sidecar: a JSON object with limits of its own."""


@dataclass(frozen=True)
class FormField:
    """A field of a form, or a query parameter of a raw upload: always a text, perhaps several times."""

    name: str
    schema: dict[str, Any]
    """The JSON Schema of its value, with a description."""
    input: str | None = None
    """The field of the input that it becomes; None for one that the bytes are held against."""
    is_sidecar: bool = False
    """See `InForm.is_sidecar`."""

    @property
    def is_repeated(self) -> bool:
        """Whether it may stand there several times."""
        return self.schema.get("type") == "array"


SHA256 = FormField(
    "sha256",
    {
        "type": "string",
        "pattern": "^[0-9A-Fa-f]{64}$",
        "description": "The hash the bytes must have.",
        "examples": [HASH_EXAMPLE],
    },
)
SIZE = FormField(
    "size_bytes",
    {"type": "integer", "minimum": 0, "description": "The size the bytes must have.", "examples": [0]},
)


def form_of(model: type[BaseModel]) -> dict[str, FormField]:
    """The fields of an upload that makes what `model` describes, by name."""
    return {each.name: each for each in (*_marked(model), SHA256, SIZE)}


def _marked(model: type[BaseModel]) -> Iterator[FormField]:
    properties = model.model_json_schema(ref_template=REFERENCES)["properties"]
    for name, field in model.model_fields.items():
        marks = [each for each in field.metadata if isinstance(each, InForm)]
        if not marks:
            continue
        (mark,) = marks
        schema = _without_null({key: value for key, value in properties[name].items() if key != "title"})
        if mark.is_sidecar:
            schema = {"type": "string", "description": schema["description"], "examples": [SIDECAR]}
        yield FormField(mark.name or name, schema, name, mark.is_sidecar)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value that a form can have: a field that is null is not sent."""
    kept = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    if schema.get("default") not in (None, []):
        kept["default"] = schema["default"]
    (one,) = [each for each in schema.get("anyOf", [{}]) if each.get("type") != "null"]
    return {**one, **kept}
