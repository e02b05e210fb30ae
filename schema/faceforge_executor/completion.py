"""Completes what a field returned: takes lists apart, serializes leaves, groups objects by their type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from graphql import GraphQLError, GraphQLLeafType, Undefined
from graphql.pyutils import is_iterable

from faceforge_executor.awaiting import PLAIN_TYPES, settled
from faceforge_executor.batches import ManyPerParent, OnePerParent
from faceforge_executor.cells import Cells, Depth, Group, Position
from faceforge_executor.leaves import complete_leaves
from faceforge_executor.objects import ColumnTable, ObjectList
from faceforge_executor.runtime_types import RuntimeTypes

if TYPE_CHECKING:
    from faceforge_executor.executor import BreadthFirstExecutor


class Completion:
    """Fills the cells of one field from what the field returned, depth by depth."""

    __slots__ = ("_cells", "_executor", "_field", "_last")

    def __init__(self, executor: BreadthFirstExecutor, cells: Cells) -> None:
        self._executor, self._cells, self._field = executor, cells, cells.field
        self._last = len(cells.field.non_null) - 1
        """The depth at which the values are no lists."""

    async def complete(self, result: Any) -> None:
        """Fill the cells: `result` is what a `Batch` may return, or one Exception for all objects of the group."""
        values = self._unpacked(result)
        if not isinstance(values, ColumnTable):
            values = await self._flattened(values)
        if self._field.is_leaf:
            self._complete_leaves(cast("Sequence[Any]", values))
        else:
            self._cells.leaves = [None] * len(values)
            if len(values):
                self._cells.groups = await self._grouped(values)

    def _unpacked(self, result: Any) -> Sequence[Any] | ColumnTable:
        """The values of the first depth that is not done: a value for each object, or the items of a list for each.

        The rows of a table are there without doubt, so with them all depths are done.
        """
        size = len(self._cells.group.objects)
        if isinstance(result, OnePerParent):
            return self._one_per_parent(result, size)
        if isinstance(result, ManyPerParent):
            return self._many_per_parent(result, size)
        if isinstance(result, Exception):
            return [result] * size
        if not isinstance(result, Sequence) or len(result) != size:
            return self._refused(f"did not return {size} values, one for each parent", size)
        return result

    def _one_per_parent(self, result: OnePerParent, size: int) -> Sequence[Any] | ColumnTable:
        indexes = range(size) if result.indexes is None else result.indexes
        if self._last != 0 or len(result.items) != len(indexes):
            return self._refused("did not return one object for each parent that has one", size)
        if isinstance(result.items, ColumnTable):
            if self._field.non_null[0]:
                for index in set(range(size)).difference(indexes):
                    self._fail(0, index, self._null_error())
            self._cells.depths.append(Depth(size, result.indexes, None))
            return result.items
        values: list[Any] = [None] * size
        for index, value in zip(indexes, result.items.to_list(), strict=True):
            values[index] = value
        return values

    def _many_per_parent(self, result: ManyPerParent, size: int) -> Sequence[Any] | ColumnTable:
        items, counts = result.items, result.counts
        if self._last != 1 or len(counts) != size or sum(counts) != len(items):
            return self._refused("did not return one list for each parent", size)
        self._cells.depths.append(Depth(size, None, counts))
        if isinstance(items, ColumnTable):
            self._cells.depths.append(Depth(len(items), None, None))
            return items
        return items.to_list()

    def _refused(self, why: str, size: int) -> Sequence[Any]:
        return [TypeError(f"The batch function of {self._field.parent}.{self._field.name} {why}.")] * size

    async def _flattened(self, values: Sequence[Any]) -> Sequence[Any]:
        """Do all depths that are left: those values of the last one that are not null."""
        depths = self._cells.depths
        while True:
            depth, size = len(depths), len(values)
            if depth:  # at depth 0 the executor has done it for all fields of the level together
                values = await settled(self._executor, values)
            values, indexes = self._without_nulls(depth, values)
            if depth == self._last:
                depths.append(Depth(size, indexes, None))
                return values
            values, indexes, counts = await self._items_of(depth, values, indexes)
            depths.append(Depth(size, indexes, counts))

    def _without_nulls(self, depth: int, values: Sequence[Any]) -> tuple[Sequence[Any], Sequence[int] | None]:
        """The values that are neither null nor errors, and their indexes if they are not all."""
        types = set(map(type, values))
        if type(None) not in types and not any(
            kind is type(Undefined) or issubclass(kind, Exception) for kind in types - PLAIN_TYPES
        ):
            return values, None
        found, indexes = [], []
        for index, value in enumerate(values):
            if value is None or value is Undefined:
                if self._field.non_null[depth]:
                    self._fail(depth, index, self._null_error())
            elif isinstance(value, Exception):
                self._fail(depth, index, value)
            else:
                found.append(value)
                indexes.append(index)
        return found, indexes

    async def _items_of(
        self, depth: int, lists: Sequence[Any], indexes: Sequence[int] | None
    ) -> tuple[Sequence[Any], Sequence[int] | None, list[int]]:
        """The items of all lists one after the other, the indexes of the lists that were read, and their lengths."""
        items: list[Any] = []
        counts: list[int] = []
        readable: list[int] = []
        for index, value in zip(range(len(lists)) if indexes is None else indexes, lists, strict=True):
            try:
                more = value if type(value) in {list, tuple} else await self._items(value)
            except Exception as error:
                self._fail(depth, index, error)
                continue
            items.extend(more)
            counts.append(len(more))
            readable.append(index)
        return items, indexes if len(readable) == len(lists) else readable, counts

    async def _items(self, value: Any) -> Sequence[Any]:
        if self._executor.is_async_iterable(value):
            return await self._executor.collect(value)
        if not is_iterable(value):
            where = f"{self._field.parent}.{self._field.name}"
            raise GraphQLError(f"Expected Iterable, but did not find one for field '{where}'.")
        return list(value)

    def _complete_leaves(self, values: Sequence[Any]) -> None:
        kind = cast("GraphQLLeafType", self._field.named_type)
        self._cells.leaves, errors = complete_leaves(kind, values)
        for index, error in errors.items():
            self._executor.add_failure(self._cells.position(index), error)

    async def _grouped(self, values: Sequence[Any] | ColumnTable) -> list[Group]:
        """The objects that the field leads to, a group for each type."""
        cells, objects = self._cells, values if isinstance(values, ColumnTable) else ObjectList(values)
        groups = []
        for kind, indexes in (await self._by_type(values)).items():
            try:
                plan = self._field.plan_below(kind)
            except GraphQLError as error:
                for index in indexes:
                    self._executor.add_failure(cells.position(index), error)
                continue
            if len(indexes) == len(values):
                groups.append(Group(plan, objects, cells))
            else:
                groups.append(Group(plan, objects.take(indexes), cells, indexes))
        return groups

    async def _by_type(self, values: Sequence[Any] | ColumnTable) -> dict[Any, Sequence[int]]:
        """Type -> the indexes of its objects."""
        types: Sequence[Any] | None
        if not isinstance(values, ColumnTable):
            types = await RuntimeTypes(self._executor, self._cells, values).decide()
        elif values.type_names is not None:
            types = [self._executor.schema.get_type(name) for name in values.type_names]
        else:
            types = None
        if types is None:
            return {self._field.named_type: range(len(values))}
        found: dict[Any, list[int]] = {}
        for index, kind in enumerate(types):
            if isinstance(kind, Exception):
                self._executor.add_failure(self._cells.position(index), kind)
            else:
                found.setdefault(kind, []).append(index)
        return cast("dict[Any, Sequence[int]]", found)

    def _fail(self, depth: int, index: int, error: Exception) -> None:
        self._executor.add_failure(Position(self._cells, depth, index), error)

    def _null_error(self) -> TypeError:
        where = f"{self._field.parent}.{self._field.name}"
        return TypeError(f"Cannot return null for non-nullable field {where}.")
