"""Keyset paging: a page is what follows a row in an order, never what follows a count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, tuple_

from faceforge_storage.dialect import among
from faceforge_storage.gateway import AnyRow

MAX_LIMIT = 500
DEFAULT_LIMIT = 50


@dataclass(frozen=True)
class Order:
    """How a list is sorted: by one column that is never null, ties broken by `row_id`."""

    column: str
    descending: bool = False


@dataclass(frozen=True)
class Page:
    """Which part of a list: at most `limit` rows after the row whose sort key is `after` = (value, row_id)."""

    order: Order
    limit: int = DEFAULT_LIMIT
    after: tuple[Any, int] | None = None


def fetch(db: Connection, statement: Select[Any], page: Page) -> Sequence[AnyRow]:
    """The rows of the page and, when there are more, one row beyond it."""
    keys = _keys(statement, page.order)
    return db.execute(
        _following(statement, keys, page).order_by(*_directed(keys, page.order)).limit(page.limit + 1)
    ).all()


def fetch_by_parent(
    db: Connection, statement: Select[Any], parent: ColumnElement[int], parents: Sequence[int], page: Page
) -> dict[int, list[AnyRow]]:
    """The same page below each of several parents, in one statement: parent -> rows (one beyond if there are more)."""
    keys = _keys(statement, page.order)
    rank = func.row_number().over(partition_by=parent, order_by=_directed(keys, page.order)).label("rank_")
    ranked = (
        _following(statement, keys, page)
        .where(among(parent, parents))
        .add_columns(parent.label("parent_"), rank)
        .subquery()
    )
    found: dict[int, list[AnyRow]] = defaultdict(list)
    wanted = select(ranked).where(ranked.c.rank_ <= page.limit + 1).order_by(ranked.c.parent_, ranked.c.rank_)
    for row in db.execute(wanted):
        found[row.parent_].append(row)
    return found


def count(db: Connection, statement: Select[Any]) -> int:
    """How many rows the statement has."""
    return int(db.execute(select(func.count()).select_from(statement.subquery())).scalar_one())


def count_by_parent(
    db: Connection, statement: Select[Any], parent: ColumnElement[int], parents: Sequence[int]
) -> dict[int, int]:
    """How many rows the statement has below each parent that has any."""
    counted = statement.with_only_columns(parent, func.count()).where(among(parent, parents)).group_by(parent)
    return {row[0]: row[1] for row in db.execute(counted)}


def _keys(statement: Select[Any], order: Order) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    columns = statement.selected_columns
    return columns[order.column], columns["row_id"]


def _following(statement: Select[Any], keys: tuple[ColumnElement[Any], ...], page: Page) -> Select[Any]:
    if page.after is None:
        return statement
    here = tuple_(*keys)
    return statement.where(here < page.after if page.order.descending else here > page.after)


def _directed(keys: tuple[ColumnElement[Any], ...], order: Order) -> list[ColumnElement[Any]]:
    return [key.desc() if order.descending else key.asc() for key in keys]
