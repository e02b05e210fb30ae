"""Look-ups: a function that answers the statement for all records becomes a question for one of them, by its key."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, ParamSpec

from sqlalchemy import Select
from strawberry import ID

from faceforge_executor import Batch, ColumnTable, Level, OnePerParent
from faceforge_schema.context import Context
from faceforge_schema.declare.filters import filters_of
from faceforge_schema.declare.operation import Operation, operation_field
from faceforge_schema.declare.resources import Record
from faceforge_schema.declare.selected_columns import columns_below, existing_columns, prepared
from faceforge_schema.declare.signatures import placeholder, signature_of
from faceforge_storage.database import records
from faceforge_storage.errors import NotFound

P = ParamSpec("P")
NOTHING: Mapping[str, Any] = MappingProxyType({})


def lookup(
    rest: str,
    node: type[Record],
    *,
    needs: str,
    key: str = "id",
    argument: Any = ID,
    supplied: Mapping[str, Callable[[Context], Any]] = NOTHING,
    volatile: bool = False,
) -> Callable[[Callable[P, Select[Any]]], Operation[P, Select[Any]]]:
    """One record: `function(**filters)` answers the statement for all, the path's parameter is the `key` of one.

    `argument` is the type of that parameter. An unknown one is NotFound: in GraphQL the field is null then. `supplied`
    are parameters of the function that come from the context, as in `listing`. For `volatile` see `query`.
    """
    (name,) = re.findall(r"{(\w+)}", rest)
    in_path = inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=argument)

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
            (NotFound,),
            first=[in_path],
            returns=node | None,
            batch=Batch(lambda level: _found(level, signature.function, name, key, supplied)),
            volatile=volatile,
        )
        return Operation("query", field, function)

    return declare


def _found(
    level: Level,
    among: Callable[..., Select[Any]],
    name: str,
    key: str,
    supplied: Mapping[str, Callable[[Context], Any]],
) -> OnePerParent:
    """The record whose `key` is the argument `name`; raises NotFound."""
    arguments = dict(level.arguments)
    value = arguments.pop(name)
    arguments |= {each: give(level.context) for each, give in supplied.items()}
    filters = filters_of(arguments, {}, level.context.core.settings.limits.filter_values)
    wanted = columns_below(level.field) | {"row_id"}

    def make() -> Select[Any]:
        rows = among(**filters.arguments())
        return records.by_key(rows, existing_columns(rows, wanted), key)

    reading = prepared(level, filters.key, wanted, make)
    parameters = {"wanted": value, **filters.parameters()}
    columns = reading(level.context.snapshot, parameters, level.context.budget)
    if not columns["row_id"]:
        raise NotFound(f"There is no record with {key} {str(value)[:80]!r}.")
    return OnePerParent(ColumnTable(columns, 1))
