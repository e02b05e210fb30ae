"""Which entities a list shows, and how: all of it stands in its address, so that copying that reproduces the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from faceforge_ui.serving import View

ORDERS = {
    "updated_at desc": "Recently changed",
    "created_at desc": "Newest first",
    "created_at asc": "Oldest first",
    "display_name asc": "Name, A to Z",
    "display_name desc": "Name, Z to A",
}
"""What a list can be sorted by -> words."""
USUAL = "updated_at desc"
SHOWN = {"": "Not in the trash", "include": "Also in the trash", "only": "Only in the trash"}
"""Whether what is in the trash is shown -> words."""
NOBODY = {"include": "Nobody is here, and nobody is in the trash.", "only": "Nobody is in the trash."}
COLUMNS = {"tags": "Tags", "files": "Files", "created_at": "Added", "updated_at": "Changed"}
"""Columns of the list that are no field -> words."""

NONE = "none"
"""What stands in the address for no column at all."""
PARTS = "#entities-head #entities-filter #entities-body"
"""The elements that show the list and how it is narrowed."""


@dataclass(frozen=True)
class Condition:
    """One thing that an entity must meet to be shown, and the address of the list without it."""

    words: str
    none: str
    """What is said when no entity meets it."""
    without: str


@dataclass(frozen=True)
class Listing:
    """A list of entities: what narrows it, how it is sorted and laid out."""

    path: str
    view: str
    q: str
    tags: tuple[str, ...]
    external_id: str
    deleted: str
    order: str
    columns: tuple[str, ...] | None
    """The chosen columns of the list; None for the usual ones."""

    def address(self, **changes: Any) -> str:
        """The address of this list with changes."""
        other = replace(self, **changes)
        query = urlencode(list(other._parameters()))
        return f"{self.path}?{query}" if query else self.path

    def after(self, cursor: str) -> str:
        """The address of what follows a cursor."""
        address = self.address()
        return f"{address}{'&' if '?' in address else '?'}cursor={cursor}"

    def sorted_by(self, column: str, direction: str) -> str:
        """The address of the list sorted otherwise."""
        return self.address(order=f"{column} {direction}")

    def _parameters(self) -> Iterator[tuple[str, str]]:
        if self.view != "gallery":
            yield "view", self.view
        if self.q:
            yield "q", self.q
        yield from (("tag", each) for each in self.tags)
        if self.external_id:
            yield "external_id", self.external_id
        if self.deleted:
            yield "deleted", self.deleted
        if self.order != USUAL:
            yield "sort_by", self.order.split(" ")[0]
            yield "sort_order", self.order.split(" ")[1]
        if self.columns is not None:
            yield from (("column", each) for each in self.columns or (NONE,))

    def without(self, *names: str) -> list[tuple[str, str]]:
        """What a form takes along that sends the parameters of these names itself."""
        return [each for each in self._parameters() if each[0] not in names]

    @property
    def is_table(self) -> bool:
        """Whether the entities are lines, not cells."""
        return self.view == "list"

    @property
    def parts(self) -> str:
        """What a change of the list replaces on the page."""
        return PARTS

    @property
    def conditions(self) -> list[Condition]:
        """What narrows the list, in words."""
        found = [
            Condition(
                each,
                f"No entity has the tag {each}.",
                self.address(tags=tuple(tag for tag in self.tags if tag != each)),
            )
            for each in self.tags
        ]
        if self.q:
            found.insert(0, Condition(self.q, f"No entity is called “{self.q}”.", self.address(q="")))
        if self.external_id:
            none = f"No entity is known elsewhere as {self.external_id}."
            found.append(Condition(self.external_id, none, self.address(external_id="")))
        if self.deleted:
            found.append(Condition(SHOWN[self.deleted], NOBODY[self.deleted], self.address(deleted="")))
        return found

    @property
    def plain(self) -> str:
        """The address of the list that nothing narrows."""
        return self.address(q="", tags=(), external_id="", deleted="")

    @property
    def asked(self) -> dict[str, Any]:
        """The variables of the query."""
        column, direction = self.order.split(" ")
        return {
            "q": self.q or None,
            "tag": list(self.tags) or None,
            "externalId": self.external_id or None,
            "deleted": (self.deleted or "exclude").upper(),
            "sortBy": column.upper(),
            "sortOrder": direction.upper(),
        }


def listing(view: View) -> Listing:
    """The list that the address of a request means; what it does not understand is left out."""
    query = view.query
    order = query.get("sort") or f"{query.get('sort_by', '')} {query.get('sort_order', 'desc')}"
    columns = query.getlist("column")
    return Listing(
        path="/entities",
        view="list" if query.get("view") == "list" else "gallery",
        q=query.get("q", "").strip(),
        tags=_texts(query, "tag"),
        external_id=query.get("external_id", "").strip(),
        deleted=query["deleted"] if query.get("deleted") in SHOWN else "",
        order=order if order in ORDERS else USUAL,
        columns=tuple(dict.fromkeys(each for each in columns if each != NONE)) if columns else None,
    )


def _texts(query: QueryParams, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.strip() for each in query.getlist(name) if each.strip()))
