"""Decides which object type each value of a field has, as graphql-core decides it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from graphql import GraphQLAbstractType, GraphQLObjectType, GraphQLResolveInfo, is_abstract_type
from graphql.execution.executor import invalid_return_type_error

from faceforge_executor.awaiting import settled
from faceforge_executor.cells import Cells

if TYPE_CHECKING:
    from faceforge_executor.executor import BreadthFirstExecutor

Types = list[GraphQLObjectType | Exception]


class RuntimeTypes:
    """The types of the values of one field that are not null at its last depth."""

    __slots__ = ("_cells", "_executor", "_values")

    def __init__(self, executor: BreadthFirstExecutor, cells: Cells, values: Sequence[Any]) -> None:
        self._executor, self._cells, self._values = executor, cells, values

    async def decide(self) -> Types | None:
        """The type of each value, or the error that deciding it raised; None if all are of the field's own type."""
        declared = self._cells.field.named_type
        types: Types
        if is_abstract_type(declared):
            types = await self._resolved(declared)
        elif cast("GraphQLObjectType", declared).is_type_of is None:
            return None
        else:
            types = [cast("GraphQLObjectType", declared)] * len(self._values)
        await self._check(types)
        return types

    async def _resolved(self, declared: GraphQLAbstractType) -> Types:
        """What `resolve_type` of an interface or a union makes of each value."""
        resolve, details = declared.resolve_type or self._executor.type_resolver, self._cells.field.details
        infos = [self._info(index) for index in range(len(self._values))]
        names = [
            _attempt(resolve, value, info, declared) for value, info in zip(self._values, infos, strict=True)
        ]
        valid = self._executor.ensure_valid_runtime_type
        return [
            name if isinstance(name, Exception) else _attempt(valid, name, declared, details, info, value)
            for name, info, value in zip(
                await settled(self._executor, names), infos, self._values, strict=True
            )
        ]

    async def _check(self, types: Types) -> None:
        """Put an error in place of a type whose `is_type_of` does not hold for the value."""
        checked, answers = [], []
        for index, kind in enumerate(types):
            if not isinstance(kind, Exception) and kind.is_type_of is not None:
                checked.append((index, kind))
                answers.append(_attempt(kind.is_type_of, self._values[index], self._info(index)))
        for (index, kind), answer in zip(checked, await settled(self._executor, answers), strict=True):
            if isinstance(answer, Exception):
                types[index] = answer
            elif not answer:
                types[index] = invalid_return_type_error(kind, self._values[index], self._cells.field.details)

    def _info(self, index: int) -> GraphQLResolveInfo[Any]:
        """What a resolver gets of the field whose value it is, or is in."""
        owner, _ = self._cells.position(index).unflattened()
        return self._executor.resolve_info(self._cells.group, self._cells.field, owner)


def _attempt(call: Callable[..., Any], *arguments: Any) -> Any:
    """What the call returns, or the Exception that it raises."""
    try:
        return call(*arguments)
    except Exception as error:
        return error
