"""What a run builds: groups of objects, the cells of their fields, and positions in them.

A `Group` is like a table, with a row for each of its objects and a column for each field that is selected of them.
`Cells` is such a column, with all lists in it laid flat: a type such as `[[T!]]!` has three depths. At each depth some
values are null; the others are lists, whose items are the values of the next depth, or the values at the end.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple

from graphql.pyutils import Path

from faceforge_executor.objects import ObjectList, Objects
from faceforge_executor.plan import FieldPlan, ObjectPlan


class Depth(NamedTuple):
    """One depth of the values of a field."""

    size: int
    """How many values there are, null or not."""
    indexes: Sequence[int] | None
    """Which of them are not null; None: all."""
    counts: Sequence[int] | None
    """How many items each of those has; None at the last depth, where they are no lists."""


@dataclass(slots=True)
class Position:
    """Where one value of a field is: its index among all values of a depth."""

    cells: Cells
    depth: int
    index: int

    def parent(self) -> Position | None:
        """The list or the object that holds the value; None for a root field."""
        if self.depth:
            return Position(self.cells, self.depth - 1, self.cells.list_of(self.depth, self.index)[0])
        return self.cells.group.position(self.index)

    @property
    def non_null(self) -> bool:
        return self.cells.field.non_null[self.depth]

    def unflattened(self) -> tuple[int, list[int]]:
        """The object of the group whose value it is, or is in, and the index in each list from there."""
        index, in_lists = self.index, []
        for depth in range(self.depth, 0, -1):
            index, in_list = self.cells.list_of(depth, index)
            in_lists.append(in_list)
        return index, in_lists[::-1]

    def path(self) -> Path:
        """Where it is in the response."""
        index, in_lists = self.unflattened()
        path = self.cells.group.field_path(self.cells.field, index)
        for in_list in in_lists:
            path = path.add_key(in_list, None)
        return path

    def order(self) -> tuple[int, ...]:
        """What sorts positions as they stand in the response."""
        index, in_lists = self.unflattened()
        parent = self.cells.group.position(index)
        return (*(parent.order() if parent is not None else ()), self.cells.field.order, *in_lists)


class Cells:
    """The values of one field for all objects of a group."""

    __slots__ = ("_starts", "depths", "field", "group", "groups", "leaves")

    def __init__(self, group: Group, field: FieldPlan) -> None:
        self.group, self.field = group, field
        self.depths: list[Depth] = []
        self.leaves: Sequence[Any] = ()
        """What stands in the response for each value of the last depth that is not null; None for an object.

        Of a leaf that needed no completion: for each object of the group, and then there are no depths.
        """
        self.groups: Sequence[Group] = ()
        """Those objects, a group for each type."""
        self._starts: dict[int, list[int]] | None = None

    def list_of(self, depth: int, index: int) -> tuple[int, int]:
        """The list that a value is in, by its index one depth up, and the index in that list."""
        lists = self.depths[depth - 1]
        if self._starts is None:
            self._starts = {}
        starts = self._starts.get(depth)
        if starts is None:
            starts = self._starts[depth] = [0, *accumulate(lists.counts or ())]
        found = bisect_right(starts, index) - 1
        return (found if lists.indexes is None else lists.indexes[found]), index - starts[found]

    def position(self, index: int) -> Position:
        """Where a value of the last depth is, by its index among those that are not null."""
        indexes = self.depths[-1].indexes
        return Position(self, len(self.depths) - 1, index if indexes is None else indexes[index])

    def response_values(self, propagate_nulls: bool) -> Sequence[Any]:
        """What stands in the response for each object of the group, once the groups below have their response.

        With `propagate_nulls` a null where none may be makes the list around it null.
        """
        values = self._values_at_the_end()
        for depth in range(len(self.depths) - 1, -1, -1):
            size, indexes, counts = self.depths[depth]
            if counts is not None:
                values = _as_lists(values, counts, propagate_nulls and self.field.non_null[depth + 1])
            if indexes is not None:
                with_nulls: list[Any] = [None] * size
                for index, value in zip(indexes, values, strict=True):
                    with_nulls[index] = value
                values = with_nulls
        return values

    def _values_at_the_end(self) -> Sequence[Any]:
        if not self.groups:
            return self.leaves
        if self.groups[0].indexes is None:
            return self.groups[0].response
        values = list(self.leaves)
        for group in self.groups:
            for index, value in zip(group.indexes or (), group.response, strict=True):
                values[index] = value
        return values


def _as_lists(items: Sequence[Any], counts: Sequence[int], propagate_nulls: bool) -> list[Any]:
    lists: list[Any] = []
    start = 0
    for count in counts:
        part = list(items[start : start + count])
        lists.append(None if propagate_nulls and any(each is None for each in part) else part)
        start += count
    return lists


class Group:
    """Objects of one type that one field leads to: all that is selected of them runs for all of them together."""

    __slots__ = ("_paths", "cells", "indexes", "objects", "plan", "reached_by", "response", "shared")

    def __init__(
        self,
        plan: ObjectPlan,
        objects: Objects,
        reached_by: Cells | None = None,
        indexes: Sequence[int] | None = None,
    ) -> None:
        self.plan, self.objects = plan, objects
        self.reached_by = reached_by
        """The cells whose values the objects are; None for the root."""
        self.indexes = indexes
        """Which values of those cells they are, of those at the last depth that are not null; None: all."""
        self.cells: list[Cells] = []
        """For each field of the plan its cells."""
        self.response: Sequence[dict[str, Any] | None] = ()
        """What stands in the response for each object."""
        self.shared: dict[Any, Any] = {}
        self._paths: dict[int, Path | None] = {}

    def build_response(self, propagate_nulls: bool) -> None:
        """Make a dict of each object, when all groups below have done so.

        With `propagate_nulls` an object is null if a field of it is that may not be.
        """
        keys = self.plan.keys
        columns = [
            each.response_values(propagate_nulls) if each.depths else each.leaves for each in self.cells
        ]
        size = len(self.objects)
        response: list[dict[str, Any] | None]
        if size <= len(keys):
            response = [dict(zip(keys, values, strict=True)) for values in zip(*columns, strict=True)]
        else:  # column by column takes a third of the time
            objects: list[dict[str, Any]] = [{} for _ in range(size)]
            for key, column in zip(keys, columns, strict=True):
                for each, value in zip(objects, column, strict=True):
                    each[key] = value
            response = [*objects]
        if propagate_nulls:
            for cells, column in zip(self.cells, columns, strict=True):
                if cells.field.non_null[0]:
                    for index, value in enumerate(column):
                        if value is None:
                            response[index] = None
        self.response = response

    def clear(self) -> None:
        """Let go of everything, once the response is built."""
        self.cells, self.response, self.objects, self.reached_by = [], (), ObjectList(()), None
        self.shared.clear()

    def position(self, index: int) -> Position | None:
        """Where the object at `index` is; None for the root."""
        if self.reached_by is None:
            return None
        return self.reached_by.position(index if self.indexes is None else self.indexes[index])

    def field_path(self, field: FieldPlan, index: int) -> Path:
        """Where a field of the object at `index` is in the response."""
        if index not in self._paths:
            position = self.position(index)
            self._paths[index] = None if position is None else position.path()
        return Path(self._paths[index], field.key, self.plan.kind.name)
