"""What a field of a schema may offer, so that a whole level of it is one call."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faceforge_executor.plan import FieldPlan
    from faceforge_executor.sources import Source

BATCH = "batch"
"""Key in the `extensions` of a GraphQLField: its `Batch`."""
COLUMN = "column"
"""Key in the `extensions` of a GraphQLField without arguments: the column of its object that is its value."""
UNCHANGED = "unchanged"
"""Key in the `extensions` of a GraphQLScalarType: true when every value it has is answered as it is."""


@dataclass(frozen=True)
class Batch:
    """A field computed for all objects of a level at once.

    `call(level)` answers, or is a coroutine that answers, one value for each parent in order (an Exception where one
    failed; what it raises is the error of each parent), or the values of all parents in one `Lists` or `Ones`.
    `reads` are the columns of the parents that it asks for.
    """

    call: Callable[[Level], Any]
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Level:
    """What a batch function is called with."""

    field: FieldPlan
    """The field as the document asks for it, with what is selected below."""
    parents: Source
    arguments: dict[str, Any]
    """Coerced by graphql-core, under their names in the schema or their `out_name`."""
    context: Any
    shared: dict[Hashable, Any]
    """Empty at first, and the same for all fields of these parents: what siblings share is kept here."""


@dataclass(frozen=True, slots=True)
class Lists:
    """A list for each parent: all items one after the other, and how many belong to each parent."""

    items: Source
    counts: Sequence[int]


@dataclass(frozen=True, slots=True)
class Ones:
    """At most one object for each parent. `present` are the places of the parents that have one; None: all have."""

    items: Source
    present: Sequence[int] | None = None
