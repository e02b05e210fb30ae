"""What a field of a schema may declare, so that it is computed for many objects in one call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faceforge_executor.objects import Objects
    from faceforge_executor.plan import FieldPlan

BATCH = "batch"
"""Key in the `extensions` of a GraphQLField: its `Batch`."""
COLUMN = "column"
"""Key in the `extensions` of a GraphQLField without arguments: the column of its object that is its value."""
UNCHANGED = "unchanged"
"""Key in the `extensions` of a GraphQLScalarType: the Python types whose values stand in the response as they are.

JSON that is text already is a `Fragment` of orjson: whoever encodes the response splices it in.
"""
ENCODE = "encode"
"""Key in the `extensions` of a GraphQLScalarType: what makes of any other value one that stands in the response.

In place of the scalar's own `serialize`, by which defaults are printed as well.
"""


@dataclass(frozen=True, slots=True)
class Level:
    """The one parameter of a batch function: its field, and all the objects to compute it for."""

    field: FieldPlan
    """The field as it stands in the document, with what is selected below."""
    parents: Objects
    arguments: dict[str, Any]
    """Coerced by graphql-core, under their names in the schema or their `out_name`."""
    context: Any
    shared: dict[Hashable, Any]
    """Empty at first, and the same for all fields of these parents: where fields share what they have read."""


@dataclass(frozen=True, slots=True)
class OnePerParent:
    """At most one object for each parent. `indexes` are those of the parents that have one; None: all have."""

    items: Objects
    indexes: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class ManyPerParent:
    """A list for each parent: all items one after the other, and how many of them belong to each parent."""

    items: Objects
    counts: Sequence[int]


BatchResult = Sequence[Any] | OnePerParent | ManyPerParent
"""One value for each parent in order, with an Exception where there is none; or the objects of all parents."""


@dataclass(frozen=True)
class Batch:
    """A field computed for all objects of a group at once.

    `call` returns the values of all parents, or is a coroutine that does. What it raises is the error of every parent.
    `reads` are the columns of the parents that it needs.
    """

    call: Callable[[Level], BatchResult | Awaitable[BatchResult]]
    reads: frozenset[str] = frozenset()
