"""The pieces of a sentence, and how one sentence speaks of several records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from faceforge_ui.history.differences import Difference

NOUNS = {
    "entity": ("an entity", "entities"),
    "asset": ("a file", "files"),
    "asset_link": ("a link", "links"),
    "descriptor": ("a fact", "facts"),
    "relationship": ("a relationship", "relationships"),
    "relation_type": ("a relation type", "relation types"),
    "field_def": ("a field", "fields"),
    "token": ("an access for a program", "accesses for programs"),
    "job": ("a job", "jobs"),
    "job_type": ("a kind of jobs", "kinds of jobs"),
    "schedule": ("a schedule", "schedules"),
    "object": ("stored bytes", "stored bytes"),
}
"""Record type -> one of it, and several."""


@dataclass(frozen=True)
class Part:
    """A piece of a sentence; `kind` is `text`, `name` (from the data, perhaps a link), or `chip` (a tag or a role)."""

    text: str
    kind: str = "text"
    href: str = ""


@dataclass(frozen=True)
class Sentence:
    """What happened. `subject` says which part names the record, so that several can become one sentence."""

    icon: str
    parts: tuple[Part, ...]
    subject: int
    noun: str
    differences: tuple[Difference, ...] = ()

    @property
    def text(self) -> str:
        """The sentence without links."""
        return "".join(part.text for part in self.parts)

    @property
    def shape(self) -> tuple[object, ...]:
        """What is the same of sentences that say the same of several records."""
        parts = tuple(part for at, part in enumerate(self.parts) if at != self.subject)
        return self.icon, parts, self.subject, self.noun

    @property
    def about(self) -> Part:
        """The part that names the record."""
        return self.parts[self.subject]

    def of(self, subjects: int) -> Sentence:
        """The same of several records."""
        counted = Part(f"{subjects:,} {NOUNS[self.noun][1]}", "name")
        parts = tuple(counted if at == self.subject else part for at, part in enumerate(self.parts))
        return capital(replace(self, parts=parts, differences=()))


def capital(said: Sentence) -> Sentence:
    """With a capital letter, unless it begins with the name of a record."""
    first, *rest = said.parts
    text = first.text if first.href else first.text[:1].upper() + first.text[1:]
    return replace(said, parts=(replace(first, text=text), *rest))


def say(icon: str, noun: str, form: str, **slots: Part | Sequence[Part]) -> Sentence:
    """A sentence by its form: `{subject}` and others stand for parts. Words from the data come as parts only."""
    parts: list[Part] = []
    subject = 0
    for text, slot in re.findall(r"([^{]*)(?:\{(\w+)\})?", form):
        if text:
            parts.append(Part(text))
        if slot == "subject":
            subject = len(parts)
        if slot:
            value = slots[slot]
            parts.extend([value] if isinstance(value, Part) else value)
    return Sentence(icon, tuple(parts), subject, noun)
