"""Lists: a function that says *what* becomes a connection that pages, sorts and counts, at the root or below a type."""

from __future__ import annotations

import base64
import hashlib
import inspect
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

import strawberry
from sqlalchemy import ColumnElement, Select

from faceforge_schema.batching import add_field
from faceforge_schema.context import Info, Reader, frozen
from faceforge_schema.operation import Errors, Operation, given_to, operation
from faceforge_schema.record import Record, computes, says
from faceforge_storage import paging
from faceforge_storage.errors import Fault, InvalidCursor, InvalidInput
from faceforge_storage.gateway import AnyRow

T = TypeVar("T")


@strawberry.enum(description="Which way a list is sorted.")
class SortOrder(Enum):
    ASC = "asc"
    DESC = "desc"


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = says("Whether there is more after this page.")
    has_previous_page: bool = says("Whether the page was asked for by a cursor.")
    start_cursor: str | None = says("The cursor of the first item.")
    end_cursor: str | None = says("The cursor of the last item: give it as `after` for the next page.")


@strawberry.type(description="An item of a list with its cursor.")
class Edge(Generic[T]):
    node: T = says("The item.")
    cursor: str = says("Where the item stands in this list.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    nodes: list[T] = says("The items of this page.")
    cursors: strawberry.Private[Callable[[int], str]]
    count: strawberry.Private[Callable[[], Awaitable[int]]]
    page_info: PageInfo = says("Where this page stands.")

    @computes("The items of this page, each with its cursor.")
    def edges(self) -> list[Edge[T]]:
        return [Edge(node=node, cursor=self.cursors(place)) for place, node in enumerate(self.nodes)]

    @computes("How many items the whole list has; counted only when asked.")
    async def total_count(self) -> int:
        return await self.count()


@dataclass(frozen=True)
class Children:
    """What `collection` wants: the rows below all parents, and the column that tells the parent's `row_id`."""

    rows: Select[Any]
    parent: ColumnElement[int]


def listing(
    rest: str,
    node: type[Record],
    *,
    sort: type[Enum],
    needs: str,
    errors: Errors = (),
    order: SortOrder = SortOrder.DESC,
) -> Callable[[Callable[..., Select[Any]]], Operation]:
    """A root list: `function(**filters)` answers the statement for all of it. `sort` is the allow-list of columns."""

    def declare(function: Callable[..., Select[Any]]) -> Operation:
        given = given_to(function)

        async def resolve(
            info: Info,
            first: int,
            sort_by: Enum,
            sort_order: SortOrder,
            after: str | None = None,
            **filters: Any,
        ) -> Any:
            context, read = info.context, info.context.core.database.read
            mark = _mark(function.__name__, filters, sort_by, sort_order)
            page = _page(mark, first, after, sort_by, sort_order)

            def whole(db: Reader) -> Select[Any]:
                return function(**given(db, context), **filters)

            rows = await read(lambda db: paging.fetch(db, whole(db), page))
            return _connection(node, rows, page, mark, lambda: read(lambda db: paging.count(db, whole(db))))

        return operation(
            "query",
            function,
            resolve,
            rest,
            200,
            needs,
            (*errors, InvalidCursor, InvalidInput),
            _arguments(sort, order),
            Connection[node],  # type: ignore[valid-type]  # a type made at run time
        )

    return declare


def collection(
    owner: type[Record], node: type[Record], *, sort: type[Enum], name: str | None = None
) -> Callable[[Callable[..., Children]], Callable[..., Children]]:
    """A list below `owner`: `function(**filters)` answers its `Children`; one statement serves a level of a query."""

    def declare(function: Callable[..., Children]) -> Callable[..., Children]:
        async def resolve(
            self: Record,
            info: Info,
            first: int,
            sort_by: Enum,
            sort_order: SortOrder,
            after: str | None = None,
            **filters: Any,
        ) -> Any:
            mark = _mark(f"{owner.__name__}.{function.__name__}", filters, sort_by, sort_order)
            page = _page(mark, first, after, sort_by, sort_order)
            database, key = info.context.core.database, (function, frozen(filters.items()))

            async def load(parents: list[int]) -> list[Sequence[AnyRow]]:
                below = function(**filters)
                found = await database.read(paging.fetch_by_parent, below.rows, below.parent, parents, page)
                return [found.get(parent, []) for parent in parents]

            async def load_counts(parents: list[int]) -> list[int]:
                below = function(**filters)
                found = await database.read(paging.count_by_parent, below.rows, below.parent, parents)
                return [found.get(parent, 0) for parent in parents]

            async def count() -> int:
                counted: int = await info.context.loader((*key, "count"), load_counts).load(self.row_id)
                return counted

            rows = await info.context.loader((*key, page), load).load(self.row_id)
            return _connection(node, rows, page, mark, count)

        add_field(owner, function, resolve, Connection[node], _arguments(sort), name)  # type: ignore[valid-type]  # a type made at run time
        return function

    return declare


def _arguments(sort: type[Enum], order: SortOrder = SortOrder.DESC) -> list[inspect.Parameter]:
    given = (
        ("first", int, paging.DEFAULT_LIMIT),
        ("after", str | None, None),
        ("sort_by", sort, next(iter(sort))),
        ("sort_order", SortOrder, order),
    )
    return [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)
        for name, kind, default in given
    ]


def _connection(
    node: type[Record],
    rows: Sequence[AnyRow],
    page: paging.Page,
    mark: str,
    count: Callable[[], Awaitable[int]],
) -> Any:
    shown = rows[: page.limit]

    def cursor(place: int) -> str:
        row = shown[place]
        return _encode([mark, row._mapping[page.order.column], row.row_id])

    return Connection(
        nodes=[node.of(row) for row in shown],
        cursors=cursor,
        count=count,
        page_info=PageInfo(
            has_next_page=len(rows) > page.limit,
            has_previous_page=page.after is not None,
            start_cursor=cursor(0) if shown else None,
            end_cursor=cursor(len(shown) - 1) if shown else None,
        ),
    )


def _page(mark: str, first: int, after: str | None, sort_by: Enum, sort_order: SortOrder) -> paging.Page:
    if not 1 <= first <= paging.MAX_LIMIT:
        raise InvalidInput(
            f"A page has 1 to {paging.MAX_LIMIT} items, not {first}.",
            errors=(Fault("/first", f"must lie between 1 and {paging.MAX_LIMIT}", "out_of_range", "query"),),
        )
    order = paging.Order(sort_by.value, descending=sort_order is SortOrder.DESC)
    return paging.Page(order, first, None if after is None else _decode(after, mark))


def _mark(name: str, filters: dict[str, Any], sort_by: Enum, sort_order: SortOrder) -> str:
    """What a cursor belongs to: this list with these filters and this sort."""
    told = repr(
        (
            name,
            sorted((key, value) for key, value in filters.items() if value is not None),
            sort_by.value,
            sort_order.value,
        )
    )
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _encode(parts: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


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
