"""Regular expressions that people write into field definitions, matched in time linear in the text."""

from __future__ import annotations

from functools import lru_cache

from pydantic_core import SchemaError, SchemaValidator, ValidationError, core_schema


@lru_cache(maxsize=1024)
def compiled(regex: str) -> SchemaValidator:
    """The compiled expression; raises ValueError for one that is not understood.

    The engine is Rust's `regex`: no expression can stop Core by taking exponential time, as it could with Python's. It
    has no look-around and no back-references.
    """
    try:
        return SchemaValidator(core_schema.str_schema(pattern=regex))
    except SchemaError as error:
        raise ValueError(f"is not a regular expression that is understood: {str(error)[:300]}") from None


def matches(regex: str, text: str) -> bool:
    """Whether the expression is found anywhere in the text, as JSON Schema's `pattern` means it."""
    try:
        compiled(regex).validate_python(text)
    except ValidationError:
        return False
    return True
