"""What the types of jobs are called: our own have words here, those of others tell theirs themselves."""

from __future__ import annotations

from dataclasses import dataclass

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


def sort_of(job_type: str) -> Sort:
    """The words for a type; an unknown one is called by the last part of its name."""
    known = SORTS.get(job_type)
    if known:
        return known
    words = job_type.rpartition(".")[2].replace("_", " ").strip().capitalize() or job_type
    return Sort(words, words, "plug")
