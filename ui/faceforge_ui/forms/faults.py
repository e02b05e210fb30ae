"""Says in words what the schema found wrong with a field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from faceforge_storage.errors import FaceForgeError, Fault
from faceforge_ui.forms.fields import FormField


@contextmanager
def plain_words(places: Mapping[str, FormField], at: str = "") -> Iterator[None]:
    """Within it, errors about these places (JSON Pointer -> field) speak of the field as a form does.

    A fault inside a value (`/fields/height/0`) becomes one of the place itself, or of the control `at` where one is
    given, so that a page finds it by its last part. Raises the same error with those words.
    """
    try:
        yield
    except FaceForgeError as error:
        if not error.errors:
            raise
        told = {fault.pointer: fault for fault in (_told(each, places, at) for each in error.errors)}
        faults = tuple(told.values())
        raise replace(error, detail=faults[0].message, errors=faults) from error


def _told(fault: Fault, places: Mapping[str, FormField], at: str) -> Fault:
    for place, field in places.items():
        if fault.pointer == place or fault.pointer.startswith(place + "/"):
            return replace(fault, pointer=at or place, message=_sentence(fault, field))
    return fault


def _sentence(fault: Fault, field: FormField) -> str:
    if fault.code in {"required", "minItems"}:
        return f"{field.label} is needed: {field.rule}."
    if fault.code == "field_value_taken":
        return f"Another entity has this {field.label} already."
    if fault.code == "undeclared_field":
        return f"{field.label} is no field of this library. Define it in Settings first."
    if field.kind in {"entity_ref", "asset_ref"} and fault.code != "type":
        return f"{field.label} names something that is not there any more."
    return field.sentence
