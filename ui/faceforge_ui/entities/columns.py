"""The columns that a list of entities can have: what every entity has, and the fields that are defined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from faceforge_ui.entities.listing import COLUMNS, Listing
from faceforge_ui.serving import View

USUAL_FIELDS = 2
"""How many fields are shown before anything was chosen."""
NUMBERS = frozenset({"INTEGER", "NUMBER"})
LONG = frozenset({"TEXT", "JSON", "ENTITY_REF", "ASSET_REF"})
"""Types whose values a line of a list cannot show well; they are offered, not usual."""


@dataclass(frozen=True)
class Column:
    """A column: its name in the address, its head, and how a value reads in it."""

    name: str
    label: str
    field: str = ""
    """The key of the field that it shows; empty for what every entity has."""
    kind: str = ""
    unit: str = ""
    usual: bool = True

    @property
    def right(self) -> bool:
        """Whether its values stand at the right: numbers."""
        return self.kind in NUMBERS or self.name == "files"

    def head(self, *, last: bool) -> dict[str, str]:
        """Its head, as the macro `table_head` takes it; on a phone only the last column is seen."""
        sort = self.name if self.name in {"created_at", "updated_at"} else ""
        classes = ["r"] * self.right + ["wide-only"] * (not last)
        return {"label": self.label, "sort": sort, "class": " ".join(classes)}

    @property
    def width(self) -> str:
        """The class that says how wide it is."""
        return "tags" if self.name == "tags" else "number" if self.right else "text"

    def text(self, fields: dict[str, Any]) -> str:
        """The value of its field, as a person reads it; empty where there is none."""
        value = fields.get(self.field)
        values = value if isinstance(value, list) else [] if value is None else [value]
        texts = [self._one(each) for each in values]
        return ", ".join(texts) + (f" {self.unit}" if texts and self.unit else "")

    def _one(self, value: Any) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, float) and value.is_integer():
            return f"{int(value)}"
        return f"{len(value)} parts" if isinstance(value, dict) else str(value)


async def columns_of(view: View, wished: Listing) -> list[Column]:
    """All columns, in the order they are shown."""
    definitions: list[dict[str, Any]] = []
    if view.may("field_defs:read"):
        definitions = (await view.ask("Columns"))["fieldDefinitions"]["nodes"]
    fields = [
        Column(
            name=f"field.{each['fieldKey']}",
            label=each["label"] or each["fieldKey"].replace("_", " ").capitalize(),
            field=each["fieldKey"],
            kind=each["fieldType"],
            unit=each["unit"] or "",
            usual=False,
        )
        for each in definitions
        if each["scope"] != "DESCRIPTOR"
        and (not each["deprecated"] or f"field.{each['fieldKey']}" in (wished.columns or ()))
    ]
    short = [each for each in fields if each.kind not in LONG][:USUAL_FIELDS]
    fields = [Column(**{**vars(each), "usual": each in short}) for each in fields]
    own = [Column(name, label, usual=name != "created_at") for name, label in COLUMNS.items()]
    if not view.may("assets:read"):
        own = [each for each in own if each.name != "files"]
    return [own[0], *fields, *own[1:]]
