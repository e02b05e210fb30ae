"""The fields of an entity in the order they are shown, with what they hold and whom they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from faceforge_ui.forms.fields import FormField
from faceforge_ui.serving import View

ALIASES = FormField(
    "aliases", "string", "Other names", "Spellings, nicknames, names in other scripts.", multiple=True
)
KEY = re.compile(r"[a-z][a-z0-9_]*")
MOST_NAMES = 100
"""As many ids as a list can be asked for at once."""


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


async def names_of(view: View, values: Iterable[Value]) -> dict[str, dict[str, Any]]:
    """Whom and what the values name: id -> `name`, `href` and `picture`."""
    wanted: dict[str, list[str]] = {"entity_ref": [], "asset_ref": []}
    for each in values:
        if each.field.kind in wanted:
            wanted[each.field.kind].extend(_ids(each.value))
    known: dict[str, dict[str, Any]] = {}
    if wanted["entity_ref"]:
        found = await view.ask("NamesOfEntities", ids=wanted["entity_ref"][:MOST_NAMES])
        known |= {each["id"]: _known(each, "entities", "displayName") for each in found["entities"]["nodes"]}
    if wanted["asset_ref"] and view.may("assets:read"):
        found = await view.ask("NamesOfFiles", ids=wanted["asset_ref"][:MOST_NAMES])
        known |= {each["id"]: _known(each, "assets", "filename") for each in found["assets"]["nodes"]}
    return known


def _known(node: Mapping[str, Any], place: str, name: str) -> dict[str, Any]:
    picture = node["thumbnail"]["small"] if node["thumbnail"] else ""
    return {"name": node[name], "href": f"/{place}/{node['id']}", "picture": picture}


def _ids(value: Any) -> Iterator[str]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            yield each
