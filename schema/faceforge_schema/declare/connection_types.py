"""Lists as GraphQL shows them: connections with nodes, edges and cursors, each made for a whole level at once."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from enum import Enum
from itertools import accumulate
from typing import Any, Generic, TypeVar, cast

import strawberry
from pydantic_core import to_json

from faceforge_executor import Batch, ColumnTable, FieldPlan, Level, ManyPerParent, OnePerParent
from faceforge_schema.declare.resources import attribute
from faceforge_schema.directives import list_wrapper
from faceforge_storage.database import keyset
from faceforge_storage.errors import Fault, InvalidCursor, InvalidInput

T = TypeVar("T")


@strawberry.enum(description="Which way a list is sorted.")
class SortOrder(Enum):
    ASC = "asc"
    DESC = "desc"


CURSOR = "WyI1YjM4Y2QiLCIyMDI2LTAxLTMxVDA4OjA5OjEwLjAwMDAwMFoiLDQyXQ"
"""What a cursor looks like."""
CURSOR_PATTERN = "^[A-Za-z0-9_-]+$"
"""The characters of a cursor."""


class Pages(ColumnTable):
    """The pages below the parents of a level: all their items one after the other, and how many each page has."""

    __slots__ = ("counts", "items", "mark", "more", "page", "totals")

    def __init__(
        self,
        items: ColumnTable,
        counts: Sequence[int],
        more: Sequence[bool],
        page: keyset.Page,
        mark: str,
        totals: Callable[[], Sequence[int]],
    ) -> None:
        super().__init__({}, len(counts))
        self.items, self.counts, self.more, self.page, self.mark = items, counts, more, page, mark
        self.totals = totals

    def cursor(self, place: int) -> str:
        """The cursor of the item at `place`."""
        value, row_id = self.items.column(self.page.order.column)[place], self.items.column("row_id")[place]
        return _encode([self.mark, value, row_id])


CURSORS = frozenset({"cursor", "startCursor", "endCursor"})


def has_cursors(field: FieldPlan) -> bool:
    """Whether any cursor is selected of the list that a field reaches, or of its edges or pages."""
    return any(
        each.name in CURSORS or (each.name in {"edges", "pageInfo"} and has_cursors(each))
        for selection in field.plans_below()
        for each in selection.fields
    )


def looks_beyond(field: FieldPlan) -> bool:
    """Whether it is asked of the list that a field reaches if there is more after the page."""
    return any(
        each.name == "hasNextPage" or (each.name == "pageInfo" and looks_beyond(each))
        for selection in field.plans_below()
        for each in selection.fields
    )


def _pages(level: Level) -> Pages:
    return cast("Pages", level.parents)


def _nodes(level: Level) -> ManyPerParent:
    return ManyPerParent(_pages(level).items, _pages(level).counts)


def _edges(level: Level) -> ManyPerParent:
    pages, items = _pages(level), _pages(level).items
    if has_cursors(level.field):
        items = ColumnTable(
            {**items.columns, "cursor": list(map(pages.cursor, range(len(items))))}, len(items)
        )
    return ManyPerParent(items, pages.counts)


def _page_info(level: Level) -> OnePerParent:
    pages, size = _pages(level), len(level.parents)
    columns: dict[str, Sequence[Any]] = {
        "has_next_page": pages.more,
        "has_previous_page": [pages.page.after is not None] * size,
    }
    ends = [*accumulate(pages.counts)]
    wanted = {each.name for selection in level.field.plans_below() for each in selection.fields}
    for name, column, places in (
        ("startCursor", "start_cursor", [end - count for end, count in zip(ends, pages.counts, strict=True)]),
        ("endCursor", "end_cursor", [end - 1 for end in ends]),
    ):
        if name in wanted:
            columns[column] = [
                pages.cursor(place) if count else None
                for place, count in zip(places, pages.counts, strict=True)
            ]
    return OnePerParent(ColumnTable(columns, size))


def _total_count(level: Level) -> Sequence[int]:
    return _pages(level).totals()


def _node(level: Level) -> OnePerParent:
    return OnePerParent(level.parents)


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = attribute("Whether there is more after this page.")
    has_previous_page: bool = attribute("Whether the page was asked for by a cursor.")
    start_cursor: str | None = attribute("The cursor of the first item.", pattern=CURSOR_PATTERN)
    end_cursor: str | None = attribute("The cursor of the last item: give it as `after` for the next page.")


@list_wrapper(items="node")
@strawberry.type(description="An item of a list with its cursor.")
class Edge(Generic[T]):
    node: T = attribute("The item.", Batch(_node))
    cursor: str = attribute("Where the item stands in this list.", pattern=CURSOR_PATTERN)


@list_wrapper(items="nodes")
@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    nodes: list[T] = attribute("The items of this page.", Batch(_nodes))
    page_info: PageInfo = attribute("Where this page stands.", Batch(_page_info))
    edges: list[Edge[T]] = attribute("The items of this page, each with its cursor.", Batch(_edges))
    total_count: int = attribute(
        "How many items the whole list has; counted only when asked.", Batch(_total_count)
    )


def page_from(arguments: dict[str, Any], name: str) -> tuple[keyset.Page, str]:
    """Take the paging arguments out of all `arguments` of a list; answers the page and what its cursors belong to.

    A page of none is for who wants to know no more than how many there are. Raises InvalidInput, InvalidCursor.
    """
    first, after = arguments.pop("first"), arguments.pop("after", None)
    sort_by, sort_order = arguments.pop("sort_by"), arguments.pop("sort_order")
    if not 0 <= first <= keyset.MAX_LIMIT:
        raise InvalidInput(
            f"A page has 0 to {keyset.MAX_LIMIT} items, not {first}.",
            errors=(Fault("/first", f"must lie between 0 and {keyset.MAX_LIMIT}", "out_of_range", "query"),),
        )
    filters = sorted((key, value) for key, value in arguments.items() if value is not None)
    identity = repr((name, filters, sort_by.value, sort_order.value))
    mark = hashlib.sha256(identity.encode()).hexdigest()[:12]
    order = keyset.Order(sort_by.value, descending=sort_order is SortOrder.DESC)
    return keyset.Page(order, first, None if after is None else _decode(after, mark)), mark


def _encode(parts: list[Any]) -> str:
    return base64.urlsafe_b64encode(to_json(parts)).decode().rstrip("=")


def _decode(cursor: str, mark: str) -> tuple[Any, int]:
    try:
        belongs, value, row_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        str(value).encode()
    except (ValueError, TypeError, RecursionError):
        raise InvalidCursor("The cursor is damaged.") from None
    # A cursor is no secret, so anybody may write one; what no database holds must not reach it.
    held = isinstance(value, str) or (isinstance(value, int) and abs(value) < 2**63)
    if belongs != mark or not held or not isinstance(row_id, int) or abs(row_id) >= 2**63:
        raise InvalidCursor(
            "The cursor was given by another list, or by the same list with other filters or sorting."
        )
    return value, row_id
