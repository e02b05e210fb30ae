"""What the types of jobs are called: our own have words here, those of others tell theirs themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

IMPORT = "core.bulk_import"
UPSERT = "core.bulk_upsert"


@dataclass(frozen=True)
class Sort:
    """A type of jobs: how one is called, how many are, and its icon."""

    one: str
    many: str
    icon: str = "sparkle"


SORTS = {
    IMPORT: Sort("Import of a folder", "Imports", "folder"),
    UPSERT: Sort("Bringing records in", "Bringing records in", "people"),
}


Titles = Mapping[str, str]
"""Types -> what those who run them call them."""


def titles(found: Iterable[Mapping[str, Any]]) -> Titles:
    """What types of the API are called by those who run them."""
    return {each["name"]: each["title"] for each in found if each["title"]}


def sort_of(job_type: str, known: Titles = MappingProxyType({})) -> Sort:
    """The words for a type; one of others is called as they say, or by the last part of its name."""
    if job_type in SORTS:
        return SORTS[job_type]
    words = (
        known.get(job_type) or job_type.rpartition(".")[2].replace("_", " ").strip().capitalize() or job_type
    )
    return Sort(words, words, "plug")
