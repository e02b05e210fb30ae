"""Lists: a function that answers a statement becomes a connection, paged and sorted, at the root or below a type."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from functools import cache
from itertools import accumulate, chain
from types import MappingProxyType
from typing import Annotated, Any, ParamSpec

from sqlalchemy import Select

from faceforge_executor import Batch, ColumnTable, FieldPlan, Level, OnePerParent
from faceforge_schema.context import Context, Reader, frozen
from faceforge_schema.declare.connection_types import (
    CURSOR,
    CURSOR_PATTERN,
    Connection,
    Pages,
    SortOrder,
    has_cursors,
    looks_beyond,
    page_from,
)
from faceforge_schema.declare.fields import add_field
from faceforge_schema.declare.filters import Filters, Readers, filters_of
from faceforge_schema.declare.operation import Errors, Operation, operation_field
from faceforge_schema.declare.resources import Record
from faceforge_schema.declare.selected_columns import (
    columns_below,
    existing_columns,
    outside_the_trash,
    prepared,
    siblings,
)
from faceforge_schema.declare.signatures import argument, placeholder, signature_of
from faceforge_storage.database import keyset
from faceforge_storage.database.keyset import Children, Page
from faceforge_storage.database.prepared_select import Columns
from faceforge_storage.errors import InvalidCursor, InvalidInput, NotFound

P = ParamSpec("P")

AFTER = argument("The cursor of the item that the page begins after.", CURSOR, pattern=CURSOR_PATTERN)
NO_READERS: Mapping[str, Any] = MappingProxyType({})
COUNTED = frozenset({"count_"})

SEEN_FROM = "seen_from"
"""A column of the items of a collection: the `row_id` of the parent that each is below."""


def listing(
    rest: str,
    node: type[Record],
    *,
    sort: type[Enum],
    needs: str,
    errors: Errors = (),
    order: SortOrder = SortOrder.DESC,
    readers: Readers = NO_READERS,
    of: Mapping[str, Callable[[Reader, Any], Any]] = NO_READERS,
    supplied: Mapping[str, Callable[[Context], Any]] = NO_READERS,
    volatile: bool = False,
) -> Callable[[Callable[P, Select[Any]]], Operation[P, Select[Any]]]:
    """A root list: `function(**filters)` answers the statement for all of it. `sort` is the allow-list of columns.

    The function is given parameters in place of callers' values: what has to look at a value is one of the `readers`.
    `of` are the filters without which there is no list: filter -> what raises NotFound for a value of it. The values of
    those that are `supplied` come from the context, and no caller can set them. For `volatile` see `query`.
    """

    def declare(function: Callable[P, Select[Any]]) -> Operation[P, Select[Any]]:
        signature = signature_of(function)
        asked = tuple(each for each in signature.arguments if each.name not in supplied)
        signature = replace(signature, arguments=asked)
        field = operation_field(
            "query",
            signature,
            placeholder(),
            rest,
            needs,
            (*errors, *([NotFound] if of else []), InvalidCursor, InvalidInput),
            extra=_arguments(sort, order),
            returns=Connection[node],  # type: ignore[valid-type]  # a type made at run time
            batch=Batch(lambda level: _root_page(level, signature.function, readers, of, supplied)),
            volatile=volatile,
        )
        return Operation("query", field, function)

    return declare


def _root_page(
    level: Level,
    among: Callable[..., Select[Any]],
    readers: Readers,
    of: Mapping[str, Callable[[Reader, Any], Any]],
    supplied: Mapping[str, Callable[[Context], Any]],
) -> OnePerParent:
    """The page of a root list that the arguments of the level ask for; it ends early where the budget does."""
    arguments, db = dict(level.arguments), level.context.snapshot
    page, mark = page_from(arguments, among.__name__)
    arguments |= {name: value(level.context) for name, value in supplied.items()}
    filters = _filters(level, arguments, readers)
    for name, find in of.items():
        find(db, arguments[name])
    following, wanted = page.after is not None, _wanted(level.field, page) | {"row_id"}

    def page_of() -> Select[Any]:
        rows = among(**filters.arguments())
        return keyset.page_of(rows, page.order, following=following, names=existing_columns(rows, wanted))

    def totals() -> Sequence[int]:
        counting = prepared(
            level, filters.key, COUNTED, lambda: keyset.count_of(among(**filters.arguments()))
        )
        return counting(db, filters.parameters(), level.context.budget)["count_"]

    columns: Columns = dict.fromkeys(wanted, ())
    all_read = True
    if page.limit or looks_beyond(level.field):  # whether there is more after a page of none takes one row
        reading = prepared(level, (page.order, following, filters.key), wanted, page_of)
        parameters = {**page.parameters(), **filters.parameters()}
        columns, all_read = reading.first_rows(db, parameters, level.context.budget)
    size = len(columns["row_id"])
    shown = min(size, page.limit)
    more = size > shown or not all_read
    items = ColumnTable({name: values[:shown] for name, values in columns.items()}, shown)
    return OnePerParent(Pages(items, [shown], [more], page, mark, totals))


def _filters(level: Level, arguments: Mapping[str, Any], readers: Readers) -> Filters:
    return filters_of(arguments, readers, level.context.core.settings.limits.filter_values)


def collection(
    owner: type[Record],
    node: type[Record],
    *,
    sort: type[Enum],
    name: str | None = None,
    by: str = "row_id",
    readers: Readers = NO_READERS,
    supplied: Mapping[str, Callable[[Context], Any]] = NO_READERS,
) -> Callable[[Callable[P, Children]], Callable[P, Children]]:
    """A list below `owner`: `function(**filters)` answers its `Children`; one statement serves a level of a query.

    `by` is the column of the owner that the children are below. What is in the trash has nothing below it. `readers`,
    `supplied` and what the function is given are as in `listing`.
    """
    fields = owner.__strawberry_definition__.fields  # type: ignore[attr-defined]  # owners are Strawberry types
    hides = any(each.python_name == "deleted_at" for each in fields)

    def declare(function: Callable[P, Children]) -> Callable[P, Children]:
        signature = signature_of(function)
        asked = tuple(each for each in signature.arguments if each.name not in supplied)

        def answer(level: Level) -> OnePerParent:
            arguments = dict(level.arguments)
            page, mark = page_from(arguments, f"{owner.__name__}.{function.__name__}")
            arguments |= {name: value(level.context) for name, value in supplied.items()}
            wanted = frozenset[str]().union(*(_wanted(each, page) for each in siblings(level.field)))
            # With the columns: of two fields with the same value, once as a literal and once by a variable, each reads
            # its own.
            key = (function, page, frozen(arguments.items()), wanted)
            if key not in level.shared:
                filters = _filters(level, arguments, readers)
                parents = outside_the_trash(level.parents, by) if hides else level.parents.column(by)
                level.shared[key] = _pages_below(
                    level, signature.function, filters, parents, page, mark, wanted
                )
            return OnePerParent(level.shared[key])

        reads = frozenset({by, "deleted_at"} if hides else {by})
        shown = replace(signature, arguments=asked)
        add_field(owner, shown, Batch(answer, reads), Connection[node], _arguments(sort), name)  # type: ignore[valid-type]  # a type made at run time
        return function

    return declare


def _pages_below(
    level: Level,
    below: Callable[..., Children],
    filters: Filters,
    parents: Sequence[Any],
    page: Page,
    mark: str,
    wanted: frozenset[str],
) -> Pages:
    """The same page below each of the parents; a parent that is None has an empty one."""
    unique = list(dict.fromkeys(each for each in parents if each is not None))
    columns, found = _read_below(level, below, filters, unique, page, wanted)
    numbers = {each: number for number, each in enumerate(unique)}
    at = [numbers.get(each) for each in parents]
    counts = [0 if number is None else min(found[number], page.limit) for number in at]
    if len(unique) < len(parents) or max(found, default=0) > page.limit:
        starts = [0, *accumulate(found)]
        begins = [0 if number is None else starts[number] for number in at]
        rows = [range(begin, begin + count) for begin, count in zip(begins, counts, strict=True)]
        columns = dict(ColumnTable(columns, sum(found)).take(list(chain.from_iterable(rows))).columns)

    @cache
    def totals() -> list[int]:
        counted = _counts_below(level, below, filters, unique) if unique else {}
        return [counted.get(each, 0) for each in parents]

    more = [number is not None and found[number] > page.limit for number in at]
    return Pages(ColumnTable(columns, sum(counts)), counts, more, page, mark, totals)


def _read_below(
    level: Level,
    below: Callable[..., Children],
    filters: Filters,
    parents: list[Any],
    page: Page,
    wanted: frozenset[str],
) -> tuple[Columns, list[int]]:
    """The items of the page below each of the parents, one after the other, and how many each parent has."""
    following = page.after is not None

    def make() -> Select[Any]:
        children = below(**filters.arguments())
        return keyset.pages_below(
            children, existing_columns(children.rows, wanted), page.order, following=following
        )

    if not parents or not (page.limit or any(map(looks_beyond, siblings(level.field)))):
        return dict.fromkeys(wanted, ()), [0] * len(parents)
    reading = prepared(level, (page.order, following, filters.key), wanted, make)
    parameters = {**page.parameters(), **filters.parameters(), "parents": parents}
    columns = reading(level.context.snapshot, parameters, level.context.budget)
    places = columns.pop("place_")
    if SEEN_FROM in wanted:
        columns[SEEN_FROM] = [parents[place] for place in places]
    counted = Counter(places)
    return columns, [counted[place] for place in range(len(parents))]


def _counts_below(
    level: Level, below: Callable[..., Children], filters: Filters, parents: list[Any]
) -> dict[Any, int]:
    """How many items each of the parents has below it; one without any is left out."""
    counting = prepared(
        level, filters.key, COUNTED, lambda: keyset.counts_below(below(**filters.arguments()))
    )
    parameters = {**filters.parameters(), "parents": parents}
    counted = counting(level.context.snapshot, parameters, level.context.budget)
    return {parents[place]: count for place, count in zip(counted["place_"], counted["count_"], strict=True)}


def _wanted(field: FieldPlan, page: Page) -> frozenset[str]:
    """The columns that are read for the items of a list, with those of the cursors when some are selected."""
    cursors: bool | None = field.prepared.get("cursors")
    if cursors is None:
        cursors = field.prepared["cursors"] = has_cursors(field)
    return columns_below(field) | {page.order.column, "row_id"} if cursors else columns_below(field)


def _arguments(sort: type[Enum], order: SortOrder = SortOrder.DESC) -> list[inspect.Parameter]:
    arguments = (
        (
            "first",
            Annotated[int, argument("How many items a page has at most.", keyset.DEFAULT_LIMIT)],
            keyset.DEFAULT_LIMIT,
        ),
        ("after", Annotated[str | None, AFTER], None),
        ("sort_by", Annotated[sort, argument("What the list is sorted by.")], next(iter(sort))),
        ("sort_order", Annotated[SortOrder, argument("Which way.")], order),
    )
    return [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)
        for name, kind, default in arguments
    ]
