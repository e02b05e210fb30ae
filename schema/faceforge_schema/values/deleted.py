"""The argument `deleted` of look-ups and lists: whether the trash counts."""

from __future__ import annotations

from enum import Enum

import strawberry

from faceforge_storage.database import records


@strawberry.enum(description="Whether records in the trash are shown.")
class Deleted(Enum):
    EXCLUDE = "exclude"
    INCLUDE = "include"
    ONLY = "only"


def shown_as(deleted: Deleted) -> records.Deleted:
    """The same choice as the storage takes it."""
    return deleted.value
