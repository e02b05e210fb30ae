"""What permissions mean in plain words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

NOUNS = {
    "entities": "entities",
    "assets": "files",
    "descriptors": "facts",
    "relationships": "relationships",
    "field_defs": "fields and their definitions",
    "journal": "the history",
    "jobs": "jobs",
    "imports": "imports of folders",
    "system": "the state of this installation",
    "tokens": "access for programs",
    "sessions": "signed-in browsers and sign-in codes",
}
"""Noun of a permission -> what people call it; one that is not here is called by its own name."""
READ, WRITE, RUN = "read", "write", "run"
WARNED = {"tokens", "sessions"}
"""Nouns whose changes give access to others."""


@dataclass(frozen=True)
class Choice:
    """One line of the form: a noun, and whether it may be seen or changed as well."""

    noun: str
    words: str
    can_read: bool
    can_write: bool
    level: str
    warned: bool
    can_run: bool
    """Whether a program may be let work on them, as a runner does on jobs."""
    runs: bool


def choices(all_permissions: Iterable[str], held: Collection[str] = ()) -> list[Choice]:
    """A line for each noun there is; `held` are the permissions that are given."""
    there = {tuple(each.split(":")) for each in all_permissions}
    known = [noun for noun in NOUNS if any(noun == each[0] for each in there)]
    others = sorted({each[0] for each in there} - set(NOUNS))
    return [
        Choice(
            noun,
            NOUNS.get(noun, noun.replace("_", " ")),
            (noun, READ) in there,
            (noun, WRITE) in there,
            WRITE if f"{noun}:{WRITE}" in held else READ if f"{noun}:{READ}" in held else "",
            noun in WARNED,
            (noun, RUN) in there,
            f"{noun}:{RUN}" in held,
        )
        for noun in [*known, *others]
    ]


def in_words(held: Collection[str]) -> str:
    """What a token may do, as a sentence: `May change entities and files; may see facts.`"""
    lines = choices(held, held)
    changes = [each.words for each in lines if each.level == WRITE]
    sees = [each.words for each in lines if each.level == READ]
    parts = [f"may change {listed(changes)}"] if changes else []
    parts += [f"may see {listed(sees)}"] if sees else []
    works = [each.words for each in lines if each.runs]
    parts += [f"may work on {listed(works)}"] if works else []
    sentence = "; ".join(parts) or "may do nothing"
    return sentence[0].upper() + sentence[1:] + "."


def listed(words: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
