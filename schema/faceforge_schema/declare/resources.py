"""How a row that was written becomes an object of the schema, and how the types of records are declared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, TypeVar, dataclass_transform

import strawberry
from sqlalchemy import Row
from strawberry.utils.str_converters import to_snake_case

from faceforge_executor import BATCH, Batch
from faceforge_schema.directives import DUPLICATE, EXAMPLE, PATTERN, RECORD, Resource

T = TypeVar("T", bound="Record")

NEVER_STORED = "never stored"
"""Key in the metadata of a field that is a secret."""


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

    def without_secrets(self) -> dict[str, Any]:
        """The values, None in place of each that is declared a secret."""
        fields = type(self).__strawberry_definition__.fields  # type: ignore[attr-defined]  # set by Strawberry
        secrets = {each.python_name for each in fields if NEVER_STORED in each.metadata}
        return {name: None if name in secrets else value for name, value in self.__dict__.items()}


def attribute(
    description: str,
    batch: Batch | None = None,
    *,
    example: Any = None,
    pattern: str | None = None,
    secret: bool = False,
    marks_duplicate: str | None = None,
) -> Any:
    """A field with its description: a value of its object, or what `batch` computes for a whole level.

    The `example` stands for it in every answer, and in the bodies and filters that have a key of the same name; without
    one its type has one, or it is null. A text fits the `pattern`, which describes and is not checked.
    A `secret` is answered once and stored nowhere. The value that `marks_duplicate` is true when there was nothing to
    do, such as for a record that was there already, which that text says; REST then answers 200 in place of 201 or 202.
    """
    metadata: dict[Any, Any] = {EXAMPLE: example, PATTERN: pattern}
    if secret:
        metadata[NEVER_STORED] = True
    if marks_duplicate is not None:
        metadata[DUPLICATE] = marks_duplicate
    if batch is not None:
        metadata[BATCH] = batch
    return strawberry.field(description=description, metadata=metadata)


@dataclass_transform(kw_only_default=True, field_specifiers=(attribute, strawberry.field))
def resource(id: str, *, needs: str, record: str | None = None) -> Callable[[type[T]], type[T]]:
    """Declare a record type. `id` is what REST calls its key, `needs` the permission to read it, `record` what the
    journal calls it, where that is not the name of the class."""

    def declare(cls: type[T]) -> type[T]:
        setattr(cls, RECORD, record or to_snake_case(cls.__name__))
        return strawberry.type(cls, description=cls.__doc__, directives=[Resource(id=id, needs=needs)])

    return declare
