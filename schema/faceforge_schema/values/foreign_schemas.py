"""JSON Schemas that programs bring along: checked when they are registered, and validating never takes long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, SchemaError, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from faceforge_schema.values.inputs import MAX_FAULTS, pointer
from faceforge_schema.values.json_schema import FORMATS, Validator
from faceforge_schema.values.regex import compiled
from faceforge_storage.database.json_columns import dumps
from faceforge_storage.errors import Fault

SCHEMA_BYTES = 64 * 1024
"""How large a schema may be, as JSON."""
MOST_STEPS = 100_000
"""How many keywords are looked at for one value, which takes about half a second: schemas can ask for any number."""
REFUSED = frozenset({"patternProperties", "$dynamicRef", "unevaluatedProperties", "unevaluatedItems"})
"""Keywords that are not taken: a runaway expression, or a search through everything, could hide in them."""
Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError] | None]


class _TooManySteps(Exception):
    """Validating a value has taken more steps than it may."""


class _Steps(threading.local):
    left = 0


_steps = _Steps()


def _counted(keyword: Keyword) -> Keyword:
    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        _steps.left -= 1
        if _steps.left < 0:
            raise _TooManySteps
        yield from keyword(validator, value, instance, schema) or ()

    return check


def _unique_items(_validator: Any, wanted: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if wanted and isinstance(instance, list):
        texts = {dumps(each) for each in instance}
        if len(texts) < len(instance):
            yield ValidationError("has items that are equal")


_KEYWORDS = {**Validator.VALIDATORS, "uniqueItems": _unique_items}
_Bounded: Any = extend(Validator, {name: _counted(each) for name, each in _KEYWORDS.items()})


def faults_of_schema(schema: dict[str, Any]) -> tuple[Fault, ...]:
    """What keeps a schema from being used."""
    if len(dumps(schema).encode()) > SCHEMA_BYTES:
        return (Fault("", f"has at most {SCHEMA_BYTES} bytes of JSON", "too_long"),)
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return (Fault(pointer(error.absolute_path), error.message[:500], "invalid_schema"),)
    except RecursionError:
        return (Fault("", "nests too deeply", "invalid_schema"),)
    return tuple(islice(_faults_within(schema, ()), MAX_FAULTS))


def faults_within(schema: dict[str, Any], value: Any) -> tuple[Fault, ...]:
    """What is wrong with a value: the first faults, or that it cannot be told."""
    _steps.left = MOST_STEPS
    validator = _Bounded(schema, format_checker=FORMATS, registry=Registry())
    try:
        found = list(islice(validator.iter_errors(value), MAX_FAULTS))
    except Unresolvable as error:
        return (Fault("", f"the schema refers to what it does not hold: {str(error)[:200]}", "schema"),)
    except (_TooManySteps, RecursionError):
        return (Fault("", f"takes more than {MOST_STEPS} steps to validate", "too_complex"),)
    return tuple(
        Fault(pointer(error.absolute_path), error.message[:500], str(error.validator)) for error in found
    )


def _faults_within(schema: Any, place: tuple[str | int, ...]) -> Iterator[Fault]:
    """What of a schema is not taken, however deep it stands."""
    parts = schema.items() if isinstance(schema, dict) else enumerate(schema)
    for name, part in parts:
        here = (*place, name)
        if name in REFUSED and isinstance(schema, dict):
            yield Fault(pointer(here), "is a keyword that is not taken", "invalid_schema")
        elif name == "$ref" and isinstance(part, str) and not part.startswith("#"):
            yield Fault(pointer(here), "refers to another document", "invalid_schema")
        elif name == "pattern" and isinstance(part, str):
            try:
                compiled(part)
            except ValueError as error:
                yield Fault(pointer(here), str(error), "invalid_schema")
        elif isinstance(part, dict | list):
            yield from _faults_within(part, here)
