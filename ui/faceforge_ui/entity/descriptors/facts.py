"""Facts as the page shows them: their fields, whom their values name, and their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from faceforge_ui.entity.descriptors.lanes import Fact
from faceforge_ui.entity.named import named
from faceforge_ui.forms import dates
from faceforge_ui.forms.fields import FormField
from faceforge_ui.serving import View

GONE = "Not here any more"


@dataclass(frozen=True)
class Facts:
    """What is loaded; `fields` are those that are defined, `known` the names behind ids."""

    nodes: Sequence[Fact]
    fields: Mapping[str, FormField]
    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def field_of(self, key: str, value: Any = None) -> FormField:
        """The field of a fact, which holds one value; one that fits `value` when nothing is defined."""
        defined = self.fields.get(key)
        return (defined or FormField.undeclared(key, value)).single

    def field(self, fact: Fact) -> FormField:
        """The field of one fact."""
        return self.field_of(fact["fieldKey"], fact["value"])

    def text(self, fact: Fact) -> str:
        """What a fact says, in one line."""
        shown, value = self.field(fact), fact["value"]
        values = value if isinstance(value, list) else [value]
        words = ", ".join(" ".join(self._said(shown, each).split()) for each in values)
        return f"{words} {shown.unit}" if shown.unit and isinstance(value, int | float) else words

    def when(self, fact: Fact) -> str:
        """When it held, in words; `always` where nothing is said."""
        return dates.span(fact["validFrom"], fact["validTo"]) or "always"

    @property
    def several(self) -> list[str]:
        """The keys that may have several values at once."""
        return [key for key, each in self.fields.items() if each.multiple]

    @property
    def choices(self) -> list[FormField]:
        """What a new fact can be about: what is defined and still used, and what facts are about already."""
        defined = [each for each in self.fields.values() if not each.deprecated]
        used = dict.fromkeys(fact["fieldKey"] for fact in self.nodes)
        others = [FormField.undeclared(key) for key in used if key not in self.fields]
        return sorted([*defined, *others], key=lambda each: each.label.casefold())

    def _said(self, shown: FormField, value: Any) -> str:
        if shown.kind in {"entity_ref", "asset_ref"} and isinstance(value, str):
            return self.known[value]["name"] if value in self.known else GONE
        return shown.shown(value)


async def names_of(view: View, facts: Facts) -> dict[str, dict[str, str]]:
    """Whom and what the values name: id -> `name`, `href` and `picture`."""
    return await named(view, _named(facts, "entity_ref"), _named(facts, "asset_ref"))


def _named(facts: Facts, kind: str) -> list[str]:
    values = [fact["value"] for fact in facts.nodes if facts.field(fact).kind == kind]
    return [value for value in values if isinstance(value, str)]
