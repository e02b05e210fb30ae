"""The fields of an entity in the order they are shown, with what they hold and whom they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from faceforge_ui.entity.named import named
from faceforge_ui.forms.fields import FormField
from faceforge_ui.serving import View

ALIASES = FormField(
    "aliases", "string", "Other names", "Spellings, nicknames, names in other scripts.", multiple=True
)
KEY = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Value:
    """A field and what the entity holds under its key; None for nothing."""

    field: FormField
    value: Any

    @property
    def id(self) -> str:
        """The id of its place on the page: the key, which can be anything where there is no definition."""
        known = self.field.declared and KEY.fullmatch(self.field.key)
        return self.field.key if known else "other-" + sha256(self.field.key.encode()).hexdigest()[:12]

    @property
    def edit(self) -> str:
        """What the address says to have it changed."""
        return f"field.{self.field.key}"


def values_of(definitions: Iterable[FormField], fields: Mapping[str, Any], also: str = "") -> list[Value]:
    """Those with a definition first; of the ones that are no longer used only what is filled.

    `also` is a key that is shown in any case: the one that was emptied just now.
    """
    declared = {each.key: each for each in definitions}
    wanted = {*fields, also} | {key for key, each in declared.items() if not each.deprecated}
    shown = [Value(each, fields.get(key)) for key, each in declared.items() if key in wanted]
    others = sorted({*fields, *([also] if also else [])} - set(declared))
    return [*shown, *(Value(FormField.undeclared(key, fields.get(key)), fields.get(key)) for key in others)]


async def names_of(view: View, values: Iterable[Value]) -> dict[str, dict[str, str]]:
    """Whom and what the values name: id -> `name`, `href` and `picture`."""
    wanted: dict[str, list[str]] = {"entity_ref": [], "asset_ref": []}
    for each in values:
        if each.field.kind in wanted:
            held = each.value if isinstance(each.value, list) else [each.value]
            wanted[each.field.kind].extend(one for one in held if isinstance(one, str))
    return await named(view, wanted["entity_ref"], wanted["asset_ref"])
