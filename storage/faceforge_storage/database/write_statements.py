"""The statements of the gateway, made once for each table: making one anew costs more than running it."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam, insert, update  # allow statement: the gateway alone runs these
from sqlalchemy.sql.selectable import TypedReturnsRows

from faceforge_storage.database import tables

GATEWAY = {"gateway": True}
"""The execution option by which the guard knows the statements of the gateway."""
ROW = "row_to_update"
"""The parameter that names the row of `update_row`; the others are columns."""

Returning = TypedReturnsRows[tuple[Any, ...]]


@cache
def insert_rows(table: Table, *, several: bool) -> Returning:
    """Inserts rows and returns them as stored; `several` in their order."""
    statement = insert(table).returning(table, sort_by_parameter_order=several)
    return statement.execution_options(**GATEWAY)


@cache
def update_row(table: Table) -> Returning:
    """Sets columns of one row, and returns it as stored."""
    statement = update(table).where(table.c.row_id == bindparam(ROW)).returning(table)
    return statement.execution_options(**GATEWAY)


NEW_CHANGESET = insert(tables.changesets).returning(tables.changesets.c.row_id).execution_options(**GATEWAY)
NEW_CHANGES = insert(tables.changes).execution_options(**GATEWAY)
