"""The objects of a group, seen as columns: Python objects, or the columns of a table as they were fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Objects(Protocol):
    """Some objects of one field, in order."""

    def __len__(self) -> int: ...

    def column(self, name: str) -> Sequence[Any]:
        """One value for each object; an Exception where there is none."""
        ...

    def to_list(self) -> Sequence[Any]:
        """The objects, as a resolver gets them."""
        ...

    def take(self, indexes: Sequence[int]) -> Objects:
        """The objects at these indexes, in this order."""
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
            return [_value_or_error(each, name) for each in self.values]

    def to_list(self) -> Sequence[Any]:
        return self.values

    def take(self, indexes: Sequence[int]) -> ObjectList:
        return ObjectList([self.values[index] for index in indexes])


def _value_or_error(owner: Any, name: str) -> Any:
    """The value, or the error that reading it raises, which is the error of this object alone."""
    try:
        return owner.get(name) if isinstance(owner, dict) else getattr(owner, name)
    except Exception as error:
        return error


class ColumnTable:
    """Objects that are never made: name -> the values of all rows. As a Python object each row is a dict.

    `type_names` has the type of each row where the field's own type is an interface or a union.
    """

    __slots__ = ("columns", "size", "type_names")

    def __init__(
        self, columns: Mapping[str, Sequence[Any]], size: int, type_names: Sequence[str] | None = None
    ) -> None:
        self.columns, self.size, self.type_names = columns, size, type_names

    def __len__(self) -> int:
        return self.size

    def column(self, name: str) -> Sequence[Any]:
        return self.columns[name]

    def to_list(self) -> Sequence[Any]:
        names = tuple(self.columns)
        if not names:
            return [{} for _ in range(self.size)]
        return [dict(zip(names, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]

    def take(self, indexes: Sequence[int]) -> ColumnTable:
        columns = {name: [values[index] for index in indexes] for name, values in self.columns.items()}
        type_names = None if self.type_names is None else [self.type_names[index] for index in indexes]
        return ColumnTable(columns, len(indexes), type_names)
