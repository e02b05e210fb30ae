"""Validates values by JSON Schema (draft 2020-12), with formats checked and patterns that cannot run away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

from faceforge_schema.values.regex import matches
from faceforge_schema.values.scalars import moment

FORMATS = FormatChecker(formats=("date",))
FORMATS.checks("date-time", raises=ValueError)(
    lambda value: not isinstance(value, str) or bool(moment(value))
)


def _pattern(_validator: Any, regex: str, value: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and not matches(regex, value):
        yield ValidationError(f"does not match {regex}")


Validator: Any = extend(Draft202012Validator, {"pattern": _pattern})


def errors_of(schema: dict[str, Any], value: Any) -> Iterator[ValidationError]:
    """What is wrong with `value`."""
    errors: Iterator[ValidationError] = validator_of(schema).iter_errors(value)
    return errors


def validator_of(schema: dict[str, Any]) -> Any:
    """What tells by `iter_errors` what is wrong with a value."""
    return _validator(json.dumps(schema, sort_keys=True))


@lru_cache(maxsize=1024)
def _validator(schema: str) -> Any:
    return Validator(json.loads(schema), format_checker=FORMATS)
