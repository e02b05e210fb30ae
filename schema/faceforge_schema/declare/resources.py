"""How a row that was written becomes an object of the schema, and how the types of records are declared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, TypeVar, dataclass_transform

import strawberry
from sqlalchemy import Row

from faceforge_executor import BATCH, Batch
from faceforge_schema.directives import Resource

T = TypeVar("T", bound="Record")


class Record:
    """An object whose plain fields are the columns of a row, under the same names."""

    row_id: strawberry.Private[int]

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """The object of a row; columns that the type does not declare come along unseen."""
        return cls.of_values(row._mapping)  # type: ignore[arg-type]  # a RowMapping is a mapping of str here

    @classmethod
    def of_values(cls, values: dict[str, Any]) -> Self:
        """The object of stored values."""
        made = cls.__new__(cls)
        made.__dict__.update(values)
        return made

    def remembered(self) -> dict[str, Any]:
        """What an idempotency key keeps of the first answer: everything but secrets."""
        return {name: None if name == "secret" else value for name, value in self.__dict__.items()}


def says(description: str, batch: Batch | None = None) -> Any:
    """A field with its description: a value that is there, or what `batch` computes for a whole level."""
    return strawberry.field(description=description, metadata={BATCH: batch} if batch is not None else None)


@dataclass_transform(kw_only_default=True, field_specifiers=(says, strawberry.field))
def resource(id: str, *, needs: str) -> Callable[[type[T]], type[T]]:
    """Declare a record type. `id` is what REST calls its key, `needs` the permission to read it."""

    def declare(cls: type[T]) -> type[T]:
        return strawberry.type(cls, description=cls.__doc__, directives=[Resource(id=id, needs=needs)])

    return declare
