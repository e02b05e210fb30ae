"""Questions for one record by what names it: a function that says *among what* becomes an operation."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import Select
from strawberry import ID

from faceforge_executor import Batch, ColumnTable, Level, OnePerParent
from faceforge_schema.declare.operation import Operation, operation, stand_in
from faceforge_schema.declare.resources import Record
from faceforge_schema.declare.selected_columns import columns_below, kept, known
from faceforge_storage.database import records
from faceforge_storage.errors import NotFound


def lookup(
    rest: str, node: type[Record], *, needs: str, key: str = "id", argument: Any = ID
) -> Callable[[Callable[..., Select[Any]]], Operation]:
    """One record: `function(**filters)` answers the statement for all, the path's parameter is the `key` of one.

    `argument` is the type of that parameter. An unknown one is NotFound.
    """
    (name,) = re.findall(r"{(\w+)}", rest)
    asked = inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=argument)

    def declare(function: Callable[..., Select[Any]]) -> Operation:
        def answer(level: Level) -> OnePerParent:
            filters = dict(level.arguments)
            value = filters.pop(name)

            def make() -> Select[Any]:
                rows = function(**filters)
                return records.by_key(rows, known(rows, {"row_id", *columns_below(level.field)}), key)

            columns = kept(level.field, "lookup", filters, make)(level.context.snapshot, {"wanted": value})
            if not columns["row_id"]:
                raise NotFound(f"There is no record with {key} {str(value)[:80]!r}.")
            return OnePerParent(ColumnTable(columns, 1))

        return operation(
            "query",
            function,
            stand_in(),
            rest,
            200,
            needs,
            (NotFound,),
            first=[asked],
            returns=node,
            batch=Batch(answer),
        )

    return declare
