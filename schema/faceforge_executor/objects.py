"""The objects of one level, seen as columns: Python objects, or the columns of a table as they were fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Objects(Protocol):
    """Some objects of one type, in order."""

    def __len__(self) -> int: ...

    def column(self, name: str) -> Sequence[Any]:
        """One value for each object; an Exception where there is none."""
        ...

    def to_list(self) -> Sequence[Any]:
        """The objects, as a resolver gets them."""
        ...

    def take(self, places: Sequence[int]) -> Objects:
        """The objects at these places, in this order."""
        ...


class ObjectList:
    """Python objects of any kind: a column is an attribute, or a key of a dict."""

    __slots__ = ("values",)

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    def column(self, name: str) -> Sequence[Any]:
        try:
            return [each.get(name) if isinstance(each, dict) else getattr(each, name) for each in self.values]
        except Exception:
            return [_held(each, name) for each in self.values]

    def to_list(self) -> Sequence[Any]:
        return self.values

    def take(self, places: Sequence[int]) -> ObjectList:
        return ObjectList([self.values[place] for place in places])


def _held(holder: Any, name: str) -> Any:
    """The value, or the error that looking for it raises: it is the fault of this object alone."""
    try:
        return holder.get(name) if isinstance(holder, dict) else getattr(holder, name)
    except Exception as error:
        return error


class ColumnTable:
    """Objects that were never made: name -> the values of all rows. An object of it is a dict.

    `kinds` names the type of each row where the field's own type is an interface or a union.
    """

    __slots__ = ("columns", "kinds", "size")

    def __init__(
        self, columns: Mapping[str, Sequence[Any]], size: int, kinds: Sequence[str] | None = None
    ) -> None:
        self.columns, self.size, self.kinds = columns, size, kinds

    def __len__(self) -> int:
        return self.size

    def column(self, name: str) -> Sequence[Any]:
        return self.columns[name]

    def to_list(self) -> Sequence[Any]:
        names = tuple(self.columns)
        if not names:
            return [{} for _ in range(self.size)]
        return [dict(zip(names, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]

    def take(self, places: Sequence[int]) -> ColumnTable:
        picked = {name: [values[place] for place in places] for name, values in self.columns.items()}
        kinds = None if self.kinds is None else [self.kinds[place] for place in places]
        return ColumnTable(picked, len(places), kinds)
