"""Filters of lists of assets that are more than a value: all kinds below one, and whether somebody has it."""

from __future__ import annotations

import re
from enum import Enum

import strawberry

from faceforge_schema.values.inputs import invalid
from faceforge_storage.database.dotted import Under

BELOW = re.compile(r"([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)\.\*")
ALL_OF_TYPE = re.compile(r"([a-z]+)/\*")


@strawberry.enum(description="Whether assets belong to anybody: to a live entity.")
class Linked(Enum):
    SOME = "some"
    NONE = "none"


def is_linked(linked: Linked | None) -> bool | None:
    """The same as the storage takes it."""
    return None if linked is None else linked is Linked.SOME


def kind_or_below(text: str) -> str | Under:
    """A kind, or with `.*` at its end all kinds that begin with what is before the `*`; raises InvalidInput."""
    if "*" not in text:
        return text
    found = BELOW.fullmatch(text)
    if found is None:
        raise invalid(
            "/kind", "is a kind such as `image.cover`, or with `.*` at its end all below: `image.*`"
        )
    return Under(found[1])


def type_or_all(text: str) -> str | Under:
    """A media type, or with `/*` at its end all of that kind; raises InvalidInput."""
    if "*" not in text:
        return text
    found = ALL_OF_TYPE.fullmatch(text)
    if found is None:
        raise invalid(
            "/mime_type",
            "is a media type such as `image/png`, or all of a kind, with `/*` at its end: `image/*`",
        )
    return Under(found[1], "/")


KIND = {"kind": kind_or_below}
"""The reader of the filter `kind`."""
