"""What a field definition asks of a person: its label, its control, and its rules in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from faceforge_ui.forms import dates
from faceforge_ui.serving.words import within

LONG_LINE = 120
"""A text with more characters than this is written in several lines."""

FACETS = {
    "boolean": "yes or no",
    "url": "an address that begins with https:// or http://",
    "date": "a day, such as 1990-05-31",
    "datetime": "a day and a time, such as 1990-05-31 18:30",
    "entity_ref": "one of your entities",
    "asset_ref": "one of your files",
    "json": 'JSON, such as {"left": 2}',
}
"""Kind -> what it is, for the kinds that have no bounds of their own."""


@dataclass(frozen=True)
class FormField:
    """One field as a form shows it; `kind` is the type of its definition in lower case."""

    key: str
    kind: str
    label: str
    description: str = ""
    required: bool = False
    multiple: bool = False
    deprecated: bool = False
    declared: bool = True
    options: tuple[str, ...] = ()
    regex: str = ""
    least: float | None = None
    most: float | None = None
    unit: str = ""
    default: Any = None

    @classmethod
    def of(cls, definition: Mapping[str, Any]) -> FormField:
        """From a `FieldDefinition` as GraphQL answers it; what was not asked for counts as absent."""
        key = definition["fieldKey"]
        return cls(
            key=key,
            kind=definition["fieldType"].lower(),
            label=definition.get("label") or in_words(key),
            description=definition.get("description") or "",
            required=bool(definition.get("required")),
            multiple=bool(definition.get("multiple")),
            deprecated=bool(definition.get("deprecated")),
            options=tuple(definition.get("options") or ()),
            regex=definition.get("regex") or "",
            least=definition.get("min"),
            most=definition.get("max"),
            unit=definition.get("unit") or "",
            default=definition.get("default"),
        )

    @classmethod
    def undeclared(cls, key: str, value: Any = None) -> FormField:
        """For a key without a definition: its kind is what fits `value`."""
        many = isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)
        kind = "string" if many else kind_of(value)
        return cls(key=key, kind=kind, label=in_words(key), multiple=many, declared=False)

    @property
    def single(self) -> FormField:
        """The same for one value of the list, as a fact holds it."""
        return replace(self, multiple=False) if self.multiple else self

    @property
    def within(self) -> str:
        """The label as it stands within a sentence: `height`, but `LoRA`."""
        return within(self.label)

    @property
    def rule(self) -> str:
        """What may be written, in words without a subject: `a number between 20 and 320`."""
        if self.kind == "enum":
            return "one of " + listed(self.options)
        if self.kind in {"integer", "number"}:
            noun = "a whole number" if self.kind == "integer" else "a number"
            return noun + between(self.least, self.most, "", "of at least", "of at most")
        if self.kind in {"string", "text"}:
            size = between(self.least, self.most, " characters", "with at least", "with at most")
            return "a text" + size.replace(" between", " with between")
        return FACETS[self.kind]

    @property
    def hint(self) -> str:
        """What stands beside the control: the bounds, where there are some."""
        bounded = self.least is not None or self.most is not None
        if self.kind in {"integer", "number"} and bounded:
            return between(self.least, self.most, "", "at least", "at most").strip()
        if self.kind in {"string", "text"} and bounded:
            return between(self.least, self.most, " characters", "at least", "at most").strip()
        return "UTC" if self.kind == "datetime" else ""

    @property
    def sentence(self) -> str:
        """What to say when a value does not fit."""
        each = "Each value of " if self.multiple else ""
        example = f", such as {self.example}" if self.kind in {"integer", "number"} else ""
        pattern = f" that fits {self.regex}" if self.regex else ""
        return f"{each}{self.label} is {self.rule}{pattern}{example}."

    @property
    def example(self) -> str:
        """A number that fits."""
        if isinstance(self.default, int | float) and not isinstance(self.default, bool):
            return number(self.default)
        if self.least is not None and self.most is not None:
            middle = (self.least + self.most) / 2
            return number(round(middle) if self.most - self.least >= 2 else middle)
        known = self.least if self.least is not None else self.most
        return number(known) if known is not None else "12"

    def texts(self, value: Any, sent: str | Sequence[str] | None = None) -> list[str]:
        """What stands in the controls: what was `sent`, else the present value; an empty list for none."""
        if sent is not None:
            return [sent] if isinstance(sent, str) else list(sent)
        if value is None:
            return []
        values = value if self.multiple and isinstance(value, list) else [value]
        return [self.written(each) for each in values]

    def written(self, value: Any) -> str:
        """One value as its control has it."""
        if self.kind == "json" or isinstance(value, dict | list):
            return json.dumps(value, ensure_ascii=False, indent=2)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return number(value)
        return value[:16] if self.kind == "datetime" else str(value)

    def shown(self, value: Any) -> str:
        """One value as a person reads it, without its unit."""
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, int | float):
            return f"{value:,}" if abs(value) >= 10_000 else number(value)
        if self.kind == "date" and isinstance(value, str):
            return dates.words(value)
        if self.kind == "datetime" and isinstance(value, str):
            return f"{dates.words(value[:10])}, {value[11:16]} UTC"
        return self.written(value)


def in_words(key: str) -> str:
    """A key as a label: `hair_colour` is `Hair colour`."""
    words = key.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def kind_of(value: Any) -> str:
    """The kind of control that can hold a value that no definition speaks of."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if value is None or isinstance(value, str):
        return "text" if value and (len(value) > LONG_LINE or "\n" in value) else "string"
    return "json"


def number(value: float) -> str:
    """A number as people write it: `171`, not `171.0`."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else str(value)


def between(least: float | None, most: float | None, noun: str, at_least: str, at_most: str) -> str:
    """Bounds in words, with a blank before them; nothing when there are none."""
    if least is not None and most is not None:
        return f" between {number(least)} and {number(most)}{noun}"
    if least is not None:
        return f" {at_least} {number(least)}{noun}"
    return f" {at_most} {number(most)}{noun}" if most is not None else ""


def listed(words: Sequence[str], shown: int = 8) -> str:
    """`red, green or blue`; a long list ends early."""
    if len(words) > shown:
        return ", ".join(words[:shown]) + " and others"
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))
