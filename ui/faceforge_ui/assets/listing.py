"""What a list of files shows: its filters and its order, as the address of a page has them in the API's own names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

ORDERS: Mapping[str, str] = MappingProxyType(
    {
        "created_at": "Added",
        "updated_at": "Changed",
        "taken_at": "Taken",
        "filename": "Name",
        "size_bytes": "Size",
        "kind": "Kind",
        "mime_type": "Type",
    }
)
"""What files can be sorted by, and the word for it."""
FALLING = frozenset({"created_at", "updated_at", "taken_at", "size_bytes"})
"""What is sorted from the newest or largest, unless the address says otherwise."""

TYPES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "images": ("Images", "image/*"),
        "audio": ("Audio", "audio/*"),
        "video": ("Video", "video/*"),
        "models": ("Models", "application/x-safetensors"),
        "pdf": ("PDF", "application/pdf"),
        "text": ("Text", "text/*"),
    }
)
"""What a list may show alone: its name in an address -> the word for it, and the media types."""

TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "q": "q",
        "kind": "kind",
        "mime_type": "mimeType",
        "content_hash": "contentHash",
        "filename": "filename",
        "entity_id": "entityId",
        "derived_from_asset_id": "derivedFromAssetId",
    }
)
"""Filters that are a text: parameter of the address -> variable of a document."""
DATES: Mapping[str, str] = MappingProxyType({"taken_since": "takenSince", "taken_before": "takenBefore"})
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"linked": ("none", "some"), "deleted": ("only", "include")}
)
FILTERS = (*TEXTS, "tag", *DATES, *CHOICES)


@dataclass(frozen=True)
class Listing:
    """The filters and the order of one list. What an address has that is none of them is left out."""

    query: QueryParams

    @property
    def sort_by(self) -> str:
        """By what it is sorted, in the API's name."""
        wished = self.query.get("sort_by", "")
        return wished if wished in ORDERS else "created_at"

    @property
    def sort_order(self) -> str:
        """`asc` or `desc`."""
        usual = "desc" if self.sort_by in FALLING else "asc"
        wished = self.query.get("sort_order", "")
        return wished if wished in ("asc", "desc") else usual

    @property
    def trash(self) -> bool:
        """Whether it shows nothing but what is in the trash."""
        return self.query.get("deleted") == "only"

    @property
    def filters(self) -> list[tuple[str, str]]:
        """(parameter, text) of each filter that is set; a tag is one filter each."""
        return [(name, text) for name, text in self.query.multi_items() if _holds(name, text)]

    @property
    def variables(self) -> dict[str, Any]:
        """The same as variables of a document that lists files."""
        found: dict[str, Any] = {
            "sortBy": self.sort_by.upper(),
            "sortOrder": self.sort_order.upper(),
        }
        for name, text in self.filters:
            if name == "tag":
                found.setdefault("tag", []).append(text)
            elif name in TEXTS:
                found[TEXTS[name]] = text
            elif name in DATES:
                found[DATES[name]] = f"{text}T00:00:00Z"
            else:
                found[name] = text.upper()
        return found

    def address(self, path: str = "/assets", **changes: str | None) -> str:
        """The address of the same list with other parameters; None takes one away."""
        kept = [(name, text) for name, text in self._parameters() if name not in changes]
        kept += [(name, text) for name, text in changes.items() if text]
        return f"{path}?{urlencode(kept)}" if kept else path

    def without(self, name: str, text: str) -> str:
        """The address of the same list without one of its filters."""
        kept = [each for each in self._parameters() if each != (name, text)]
        return f"/assets?{urlencode(kept)}" if kept else "/assets"

    def _parameters(self) -> list[tuple[str, str]]:
        order = [(name, self.query[name]) for name in ("sort_by", "sort_order") if name in self.query]
        return [*self.filters, *order]


def _holds(name: str, text: str) -> bool:
    """Whether a parameter of an address is a filter with a text that it can have."""
    if not text.strip() or name not in FILTERS:
        return False
    if name in DATES:
        return DAY.fullmatch(text) is not None
    return name not in CHOICES or text in CHOICES[name]
