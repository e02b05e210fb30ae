"""The values of one field for all objects of a group, flattened: lists are taken apart, done at once, and put together.

A type such as `[[T!]]!` has three depths. At each depth some values are there and some are null; those that are there
are lists, whose items are the values of the next depth. What is at the last depth is done as one column.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from graphql.pyutils import Path

from faceforge_executor.objects import Objects
from faceforge_executor.plan import FieldPlan, ObjectPlan


class Layer(NamedTuple):
    """One depth: how many values there are, the places of those that are not null (None: of all), the lengths."""

    size: int
    present: Sequence[int] | None
    counts: Sequence[int] | None


class Place(NamedTuple):
    """One value of a field: the value `at` this index of the depth `depth`."""

    cells: Cells
    depth: int
    at: int

    def above(self) -> Place | None:
        """The list or the object that holds it; None for a root field."""
        if self.depth:
            return Place(self.cells, self.depth - 1, self.cells.list_of(self.depth, self.at)[0])
        return self.cells.group.place(self.at)

    @property
    def non_null(self) -> bool:
        return self.cells.field.non_null[self.depth]

    def steps(self) -> tuple[int, list[int]]:
        """The object of the group whose value it is, or is in, and the places in its lists."""
        index, inside = self.at, []
        for depth in range(self.depth, 0, -1):
            index, offset = self.cells.list_of(depth, index)
            inside.append(offset)
        return index, inside[::-1]

    def path(self) -> Path:
        """Where it is in the response."""
        index, inside = self.steps()
        path = self.cells.group.field_path(self.cells.field, index)
        for offset in inside:
            path = path.add_key(offset, None)
        return path

    def order(self) -> tuple[int, ...]:
        """What sorts places as they stand in the response."""
        index, inside = self.steps()
        holder = self.cells.group.place(index)
        return (*(holder.order() if holder is not None else ()), self.cells.field.order, *inside)


class Cells:
    """The values of `field` for the objects of `group`."""

    __slots__ = ("_starts", "below", "field", "group", "layers", "leaves")

    def __init__(self, group: Group, field: FieldPlan) -> None:
        self.group, self.field = group, field
        self.layers: list[Layer] = []
        self.leaves: Sequence[Any] = ()
        """What is answered at the last depth, one for each value there that is not null; None for objects."""
        self.below: list[Group] = []
        """Those objects, a group for each type."""
        self._starts: dict[int, list[int]] = {}

    def list_of(self, depth: int, index: int) -> tuple[int, int]:
        """The list that the value at `index` of `depth` is in, by its index one depth up, and the place in it."""
        layer = self.layers[depth - 1]
        starts = self._starts.get(depth)
        if starts is None:
            starts = self._starts[depth] = [0, *accumulate(layer.counts or ())]
        which = bisect_right(starts, index) - 1
        return (which if layer.present is None else layer.present[which]), index - starts[which]

    def column(self, spread_nulls: bool) -> Sequence[Any]:
        """The answered value for each object of the group, once all below is answered.

        With `spread_nulls` a null where none may be makes the list around it null.
        """
        values = self._last()
        for depth in range(len(self.layers) - 1, -1, -1):
            size, present, counts = self.layers[depth]
            if counts is not None:
                strict = spread_nulls and self.field.non_null[depth + 1]
                values = _parted(values, counts, strict)
            if present is not None:
                whole: list[Any] = [None] * size
                for place, value in zip(present, values, strict=True):
                    whole[place] = value
                values = whole
        return values

    def _last(self) -> Sequence[Any]:
        if not self.below:
            return self.leaves
        if len(self.below) == 1 and self.below[0].places is None:
            return self.below[0].answers
        whole = list(self.leaves)
        for group in self.below:
            for place, value in zip(group.places or (), group.answers, strict=True):
                whole[place] = value
        return whole


def _parted(items: Sequence[Any], counts: Sequence[int], strict: bool) -> list[Any]:
    lists: list[Any] = []
    start = 0
    for count in counts:
        part = list(items[start : start + count])
        lists.append(None if strict and any(each is None for each in part) else part)
        start += count
    return lists


class Group:
    """Objects of one type that one field reached: they run through the selection together."""

    __slots__ = ("_paths", "answers", "cells", "holder", "objects", "places", "plan", "shared")

    def __init__(
        self,
        plan: ObjectPlan,
        objects: Objects,
        holder: Cells | None = None,
        places: Sequence[int] | None = None,
    ) -> None:
        self.plan, self.objects, self.holder, self.places = plan, objects, holder, places
        self.cells: list[Cells] = []
        self.answers: Sequence[dict[str, Any] | None] = ()
        self.shared: dict[Any, Any] = {}
        self._paths: dict[int, Path | None] = {}

    def answer(self, spread_nulls: bool) -> None:
        """Put the answers together, all below being answered; with `spread_nulls` see which of them are null."""
        keys, columns = self.plan.keys, [each.column(spread_nulls) for each in self.cells]
        size = len(self.objects)
        made: list[dict[str, Any] | None]
        if size <= len(keys):
            made = [dict(zip(keys, values, strict=True)) for values in zip(*columns, strict=True)]
        else:  # column by column takes a third of the time
            told: list[dict[str, Any]] = [{} for _ in range(size)]
            for key, column in zip(keys, columns, strict=True):
                for each, value in zip(told, column, strict=True):
                    each[key] = value
            made = [*told]
        if spread_nulls:
            for cells, column in zip(self.cells, columns, strict=True):
                if cells.field.non_null[0]:
                    for place, value in enumerate(column):
                        if value is None:
                            made[place] = None
        self.answers = made

    def place(self, index: int) -> Place | None:
        """What the object at `index` is the value of; None for the root."""
        if self.holder is None:
            return None
        depth = len(self.holder.layers) - 1
        present = self.holder.layers[depth].present
        index = index if self.places is None else self.places[index]
        return Place(self.holder, depth, index if present is None else present[index])

    def field_path(self, field: FieldPlan, index: int) -> Path:
        """Where a field of the object at `index` is in the response."""
        if index not in self._paths:
            place = self.place(index)
            self._paths[index] = None if place is None else place.path()
        return Path(self._paths[index], field.key, self.plan.kind.name)
