"""Plans: what a document selects, compiled once, so that running it again only runs its fields.

An `ObjectPlan` is the fields selected of one object type, a `FieldPlan` one of them; below a field that leads to
objects there is an `ObjectPlan` for each of their types, compiled when it is first reached.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    TypeNameMetaFieldDef,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetailsList

from faceforge_executor.batches import BATCH, COLUMN, Batch
from faceforge_executor.leaves import takes_json_text, unchanged_types

if TYPE_CHECKING:
    from faceforge_executor.plan_compiler import PlanCompiler


class FieldPlan:
    """A field of a selection: its name in the response, how it is computed, and what its type is made of."""

    __slots__ = (
        "_below",
        "_compiler",
        "batch",
        "column",
        "definition",
        "details",
        "is_leaf",
        "is_typename",
        "key",
        "name",
        "named_type",
        "nodes",
        "non_null",
        "order",
        "parent",
        "parent_plan",
        "prepared",
        "takes_json_text",
        "unchanged_types",
    )

    def __init__(
        self,
        compiler: PlanCompiler,
        parent: GraphQLObjectType,
        key: str,
        order: int,
        details: FieldDetailsList,
        definition: GraphQLField,
    ) -> None:
        self._compiler = compiler
        self._below: dict[GraphQLObjectType, ObjectPlan] = {}
        self.parent, self.key, self.order, self.details = parent, key, order, details
        self.nodes = [each.node for each in details]
        self.name = self.nodes[0].name.value
        self.definition = definition
        self.is_typename = definition is TypeNameMetaFieldDef
        self.batch: Batch | None = definition.extensions.get(BATCH)
        self.column: str | None = definition.extensions.get(COLUMN)
        self.named_type: GraphQLNamedType = get_named_type(definition.type)
        self.is_leaf = is_leaf_type(self.named_type)
        self.non_null = tuple(_non_null(definition.type))
        """Whether the value is non-null, whether its items are, and so on: one for each list, and one for the end."""
        self.unchanged_types = unchanged_types(self.named_type, self.non_null) if self.is_leaf else None
        """See `leaves.unchanged_types`."""
        self.takes_json_text = self.is_leaf and takes_json_text(self.named_type, self.non_null)
        """See `leaves.takes_json_text`."""
        self.parent_plan: ObjectPlan
        """The selection that the field is part of."""
        self.prepared: dict[Any, Any] = {}
        """Whatever the batch function wants to keep with the plan."""

    def plan_below(self, kind: GraphQLObjectType) -> ObjectPlan:
        """What is selected of the objects of this type that the field reaches.

        Raises GraphQLError if the selections are nested too deeply to be compiled.
        """
        found = self._below.get(kind)
        if found is None:
            found = self._below[kind] = self._compiler.compile_below(self, kind)
        return found

    def plans_below(self) -> Iterator[ObjectPlan]:
        """What is selected of each type that the field can reach; nothing for a leaf."""
        if isinstance(self.named_type, GraphQLObjectType):
            yield self.plan_below(self.named_type)
        elif self.nodes[0].selection_set is not None:
            for kind in self._compiler.schema.get_possible_types(self.named_type):  # type: ignore[arg-type]  # only abstract types are left
                yield self.plan_below(kind)


class ObjectPlan:
    """What is selected of objects of one type."""

    __slots__ = ("fields", "keys", "kind")

    def __init__(self, kind: GraphQLObjectType, fields: tuple[FieldPlan, ...]) -> None:
        self.kind, self.fields = kind, fields
        self.keys = tuple(each.key for each in fields)


def _non_null(kind: Any) -> Iterator[bool]:
    while True:
        certain = is_non_null_type(kind)
        yield certain
        kind = kind.of_type if certain else kind
        if not is_list_type(kind):
            return
        kind = kind.of_type
