"""Keyset paging: a page is what follows a row in an order, never what follows a count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.sql.visitors import iterate

from faceforge_storage.database.dialects import json_rows
from faceforge_storage.database.dotted import Merge, merge_of, narrowed
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.database.prepared_select import only

MAX_LIMIT = 500
DEFAULT_LIMIT = 50
LIMIT = bindparam("limit_", type_=Integer) + literal_column("0", Integer)
"""The parameter of a page's size. As a sum, for SQLite plans a statement anew whenever another value is bound to a bare
parameter there."""
LEFT_OUT = "faceforge_left_out"
"""The execution option of a statement made by `leave_out`: what it was made from, and the condition."""


@dataclass(frozen=True)
class Order:
    """How a list is sorted: by one column that is never null, ties broken by `row_id`."""

    column: str
    descending: bool = False


@dataclass(frozen=True)
class Children:
    """Child rows: `rows` selects all of them, `below(parent)` is the condition for those of one parent."""

    rows: Select[Any]
    below: Callable[[ColumnElement[Any]], ColumnElement[bool]]


@dataclass(frozen=True)
class Page:
    """Which part of a list: at most `limit` rows after the row whose sort key is `after` = (value, row_id)."""

    order: Order
    limit: int = DEFAULT_LIMIT
    after: tuple[Any, int] | None = None

    def parameters(self) -> dict[str, Any]:
        """The parameters of the statement of a page, which reads one row beyond it to know whether there are more."""
        parameters: dict[str, Any] = {"limit_": self.limit + 1}
        if self.after is not None:
            parameters["after_value"], parameters["after_row"] = self.after
        return parameters


def fetch(db: Connection, statement: Select[Any], page: Page) -> Sequence[AnyRow]:
    """The rows of the page and, when there are more, one row beyond it."""
    whole = page_of(statement, page.order, following=page.after is not None)
    return db.execute(whole, page.parameters()).all()


def page_of(
    statement: Select[Any], order: Order, *, following: bool, names: Iterable[str] | None = None
) -> Select[Any]:
    """The statement of any page of a list in this order, or of any that follows a row; see `Page.parameters`.

    It has the columns `names`, or all. What is live and what is in the trash have indexes of their own: a list of both
    is merged from them, and has the columns of the order, too.
    """
    halves = _halves(statement)
    if len(halves) > 1:
        wanted = names if names is None else dict.fromkeys((*names, order.column, "row_id"))
        parts = [_part(half, order, wanted, following=following) for half in halves]
        whole = select(union_all(*parts).subquery())
        keys = _keys(whole, order)
    else:
        whole = _part(statement, order, names, following=following)
        keys = _keys(statement, order)
    return whole.order_by(*_directed(keys, order)).limit(LIMIT)


def _part(
    statement: Select[Any], order: Order, names: Iterable[str] | None, *, following: bool
) -> Select[Any]:
    """What a page is taken from."""
    merge = merge_of(statement)
    if merge is not None and merge.column.name != order.column:
        return _merged(statement, merge, order, names, following=following)
    chosen = statement if names is None else only(statement, names)
    return _following(chosen, _keys(statement, order), order, following=following)


def _merged(
    statement: Select[Any], merge: Merge, order: Order, names: Iterable[str] | None, *, following: bool
) -> Select[Any]:
    """What a page is taken from, of a statement that wants many values of a column: the first rows of each value."""
    values, keys = merge.values(), _keys(statement, order)
    own = statement.with_only_columns(keys[1], maintain_column_froms=True)
    own = own.where(merge.column == values.c.value)
    own = (
        _following(own, keys, order, following=following)
        .order_by(*_directed(keys, order))
        .limit(LIMIT)
        .correlate(values)
    )
    columns = statement.selected_columns
    return (
        select(*(columns if names is None else (columns[name] for name in names)))
        .join(values, true())
        .where(keys[1].in_(own))
    )


def _halves(statement: Select[Any]) -> list[Select[Any]]:
    """The rows that are live and those in the trash, where a statement has both; else the statement itself."""
    deleted_at = statement.selected_columns.get("deleted_at")
    conditions = iterate(statement.whereclause) if statement.whereclause is not None else ()
    if deleted_at is None or any(each is deleted_at for each in conditions):
        return [statement]
    return [narrowed(statement, deleted_at.is_(None)), narrowed(statement, deleted_at.is_not(None))]


def pages_below(children: Children, names: Iterable[str], order: Order, *, following: bool) -> Select[Any]:
    """The same page below each of several parents: the columns `names` and `place_`, sorted by it.

    The parameter `parents` is the JSON list of parent keys, `place_` the index in it. The rows of each parent are
    found by a subquery of their own, which reads no more of them than the page has.
    """
    rows, parents = children.rows, json_rows("parents")
    key = rows.selected_columns["row_id"]
    own = rows.with_only_columns(key, maintain_column_froms=True).where(children.below(parents.c.value))
    keys = _keys(rows, order)
    own = (
        _following(own, keys, order, following=following)
        .order_by(*_directed(keys, order))
        .limit(LIMIT)
        .correlate(parents)
    )
    wanted = [rows.selected_columns[name] for name in names]
    # The rows were chosen inside: other tables are joined again only for columns of theirs.
    own_table = all(getattr(each, "table", None) is key.table for each in wanted)
    return (
        (select(key) if own_table else rows)
        .join(parents, true())
        .with_only_columns(parents.c.key.label("place_"), *wanted, maintain_column_froms=True)
        .where(key.in_(own))
        .order_by(parents.c.key, *_directed(keys, order))
    )


def leave_out(statement: Select[Any], condition: ColumnElement[bool]) -> Select[Any]:
    """The statement without its rows where `condition` holds: few, which an index finds.

    To count, those are counted apart and subtracted: whether each of a million rows is one of them takes a second.
    Whatever else narrows the statement comes before.
    """
    return statement.where(~condition).execution_options(**{LEFT_OUT: (statement, condition)})


def count_of(statement: Select[Any]) -> Select[Any]:
    """How many rows the statement has, as its one column `count_`."""
    counted = func.count().label("count_")
    whole, condition = statement.get_execution_options().get(LEFT_OUT, (statement, None))
    number = select(counted).select_from(whole.subquery())
    if condition is None:
        return number
    less = select(counted).select_from(whole.where(condition).subquery())
    return select((number.scalar_subquery() - less.scalar_subquery()).label("count_"))


def counts_below(children: Children) -> Select[Any]:
    """How many rows there are below each parent that has any: `place_` and `count_`; parameters as `pages_below`."""
    parents = json_rows("parents")
    counted = func.count().label("count_")
    columns: list[ColumnElement[Any]] = [parents.c.key.label("place_"), counted]
    return (
        children.rows.join(parents, true())
        .with_only_columns(*columns, maintain_column_froms=True)
        .where(children.below(parents.c.value))
        .group_by(parents.c.key)
    )


def _keys(statement: Select[Any], order: Order) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    columns = statement.selected_columns
    return columns[order.column], columns["row_id"]


def _following(
    statement: Select[Any], keys: tuple[ColumnElement[Any], ...], order: Order, *, following: bool
) -> Select[Any]:
    if not following:
        return statement
    here = tuple_(*keys)
    there = tuple_(bindparam("after_value", type_=keys[0].type), bindparam("after_row", type_=Integer))
    return statement.where(here < there if order.descending else here > there)


def _directed(keys: tuple[ColumnElement[Any], ...], order: Order) -> list[ColumnElement[Any]]:
    return [key.desc() if order.descending else key.asc() for key in keys]
