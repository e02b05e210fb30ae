"""The indexes that lists are read by: one for each sort, and one for each plain filter with each sort.

A *plain filter* wants one value of one column. Where many rows may have that value (the column is marked `classifies`:
a kind, a type, who did something), they must come out of the index in the order of the list, for sorting would read
them all. Where a value names one thing (an id, a hash, a file name), its few rows are found by an index over the value
alone, and sorted. See docs/decisions/0017.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, ColumnElement, Index, Table

CLASSIFIES = {"classifies": True}
"""The `info` of a column whose values are shared by many rows."""


def index_lists(table: Table, *sorts: str) -> None:
    """Make the indexes that serve a list of `table` with each of `sorts`, in both directions."""
    in_trash = table.c.get("deleted_at")
    live = None if in_trash is None else in_trash.is_(None)
    for sort in sorts:
        # serves the whole list in this order
        _index(table, [sort], live)
        if in_trash is not None:
            # serves `deleted=only`, and the trash's part of `deleted=include`; live rows cost it nothing
            _index(table, [sort], in_trash.is_not(None), name=f"trash_{sort}")
        for column in classifying(table):
            if column.name != sort:
                # serves one kind, type, … in this order; in its own order the index over `column` serves it
                _index(table, [column.name, sort], live)


def classifying(table: Table) -> list[Column[object]]:
    """The columns of `table` that classify its rows."""
    return [column for column in table.c if column.info.get("classifies")]


def _index(table: Table, columns: Sequence[str], where: ColumnElement[bool] | None, name: str = "") -> None:
    keys = [table.c[column] for column in (*columns, "row_id")]
    Index(f"ix_{table.name}_{name or '_'.join(columns)}", *keys, sqlite_where=where)
