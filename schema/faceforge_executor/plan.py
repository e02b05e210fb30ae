"""Plans: a document compiled once, so that running it again only runs its fields.

Fragments are spread, equal fields merged, `@skip` and `@include` decided: there is a plan for each combination of the
variables that those depend on. Selections below a field are compiled when they are first reached, for the type that
they are reached with. Plans are kept with their schema, the last used ones; they may be used by several threads.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    ExecutableDefinitionNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    TypeNameMetaFieldDef,
    VariableNode,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution import Executor, VariableValues
from graphql.execution.collect_fields import (
    CollectedFields,
    FieldDetailsList,
    FragmentDetails,
    collect_fields,
    collect_subfields,
)

from faceforge_executor.batches import BATCH, COLUMN, Batch

PARTS = 50_000
"""Fields in all plans that a schema keeps, at less than a kilobyte each."""
VARIANTS = 32
"""Plans kept of one document."""
TOO_DEEP = "Selections are nested too deeply. Execution aborted."
_PLANS = "breadth-first plans"


class FieldPlan:
    """A field of a selection: what it is called, how it is computed, and what its type is made of."""

    __slots__ = (
        "_below",
        "_origin",
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
    )

    def __init__(
        self,
        origin: _Origin,
        parent: GraphQLObjectType,
        key: str,
        order: int,
        details: FieldDetailsList,
        definition: GraphQLField,
    ) -> None:
        self._origin = origin
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
        self.parent_plan: ObjectPlan
        """All that is selected beside it, itself among them."""
        self.prepared: dict[Any, Any] = {}
        """Whatever the batch function wants to keep with the plan."""

    def plan_below(self, kind: GraphQLObjectType) -> ObjectPlan:
        """What is selected of the objects of this type that the field reaches."""
        found = self._below.get(kind)
        if found is None:
            found = self._below[kind] = self._origin.compile_below(self, kind)
        return found

    def plans_below(self) -> Iterator[ObjectPlan]:
        """What is selected of each type that the field can reach; nothing of a leaf."""
        if isinstance(self.named_type, GraphQLObjectType):
            yield self.plan_below(self.named_type)
        elif self.nodes[0].selection_set is not None:
            for kind in self._origin.schema.get_possible_types(self.named_type):  # type: ignore[arg-type]  # only abstract types are left
                yield self.plan_below(kind)


class ObjectPlan:
    """What is selected of objects of one type."""

    __slots__ = ("fields", "keys", "kind")

    def __init__(self, kind: GraphQLObjectType, fields: tuple[FieldPlan, ...]) -> None:
        self.kind, self.fields = kind, fields
        self.keys = tuple(each.key for each in fields)


class _Document:
    """The plans of one operation. It holds the operation, so that no other one can take its `id`."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: dict[str, FragmentDetails],
        operation: OperationDefinitionNode,
    ) -> None:
        self.schema, self.fragments, self.operation = schema, fragments, operation
        spread = [each.definition for each in fragments.values()]
        self.conditions = sorted({name for each in (*spread, operation) for name in _condition_names(each)})
        # Arguments of fragments become part of what is compiled, so such a document has no plan that lasts.
        self.lasts = not any(each.variable_definitions for each in spread)
        self.plans: OrderedDict[tuple[Any, ...], ObjectPlan] = OrderedDict()
        self.parts = 0
        """Fields compiled so far, in all plans."""
        self.stays = False


class _Origin:
    """What the parts of one plan are compiled from."""

    def __init__(self, plans: Plans, document: _Document, conditions: VariableValues) -> None:
        self.schema, self.fragments, self.operation = document.schema, document.fragments, document.operation
        self._plans, self._document, self._conditions = plans, document, conditions

    def compile_root(self, kind: GraphQLObjectType) -> ObjectPlan:
        return self._object_plan(
            kind,
            lambda: collect_fields(self.schema, self.fragments, self._conditions, kind, self.operation),
            self.operation,
        )

    def compile_below(self, field: FieldPlan, kind: GraphQLObjectType) -> ObjectPlan:
        return self._object_plan(
            kind,
            lambda: collect_subfields(
                self.schema, self.fragments, self._conditions, self.operation, kind, field.details
            ),
            field.nodes[0],
        )

    def _object_plan(
        self, kind: GraphQLObjectType, collect: Callable[[], CollectedFields], node: Node
    ) -> ObjectPlan:
        try:
            grouped = collect().grouped_field_set
        except RecursionError:
            grouped = None
        if grouped is None:  # said here, where the error does not keep all frames of the recursion
            raise GraphQLError(TOO_DEEP, node)
        fields: list[FieldPlan] = []
        for key, details in grouped.items():
            definition = self.schema.get_field(kind, details[0].node.name.value)
            if definition is not None:
                fields.append(FieldPlan(self, kind, key, len(fields), details, definition))
        made = ObjectPlan(kind, tuple(fields))
        for each in fields:
            each.parent_plan = made
        self._plans.grown(self._document, len(fields))
        return made


class Plans:
    """The plans of one schema: of the documents used last, as many as have `PARTS` fields together.

    Those compiled ahead stay, whatever others ask.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._documents: OrderedDict[int, _Document] = OrderedDict()
        self._parts = 0

    @classmethod
    def of(cls, schema: GraphQLSchema) -> Plans:
        """Those of a schema, which keeps them."""
        found: Plans = schema.extensions.setdefault(_PLANS, cls())
        return found

    def document(
        self,
        schema: GraphQLSchema,
        fragments: dict[str, FragmentDetails],
        operation: OperationDefinitionNode,
    ) -> _Document:
        """What is kept of an operation."""
        key = id(operation)
        with self._lock:
            found = self._documents.get(key)
            if found is None:
                found = self._documents[key] = _Document(schema, fragments, operation)
            else:
                self._documents.move_to_end(key)
        return found

    def plan(self, document: _Document, root: GraphQLObjectType, values: VariableValues) -> ObjectPlan:
        """The plan of an operation for these variables."""
        # A variable may hold anything, and may be missing: what is neither is decided as graphql-core decides it.
        decided = tuple(values.coerced.get(name) for name in document.conditions)
        if not (document.lasts and all(isinstance(each, bool) for each in decided)):
            return _Origin(self, document, values).compile_root(root)
        with self._lock:
            found = document.plans.get(decided)
            if found is None:
                known = VariableValues(
                    {name: values.sources[name] for name in document.conditions if name in values.sources},
                    {name: values.coerced[name] for name in document.conditions},
                )
                found = document.plans[decided] = _Origin(self, document, known).compile_root(root)
                if len(document.plans) > VARIANTS:
                    document.plans.popitem(last=False)
        return found

    def grown(self, document: _Document, parts: int) -> None:
        """Note that so many fields were compiled, and let go of what was not used for longest."""
        with self._lock:
            if self._documents.get(id(document.operation)) is not document or document.stays:
                return
            document.parts += parts
            self._parts += parts
            for each in list(self._documents.values()):
                if self._parts <= PARTS or each is document:
                    return
                if not each.stays:
                    self.forget(each.operation)

    def forget(self, operation: OperationDefinitionNode) -> None:
        """Let go of the plans of an operation, but those that stay."""
        with self._lock:
            found = self._documents.get(id(operation))
            if found is not None and not found.stays:
                del self._documents[id(operation)]
                self._parts -= found.parts


def plan_of(executor: Executor[Any], root: GraphQLObjectType) -> ObjectPlan:
    """The plan of the executor's operation; raises GraphQLError when it nests too deeply to be read."""
    plans = Plans.of(executor.schema)
    document = plans.document(executor.schema, executor.fragments, executor.operation)
    return plans.plan(document, root, executor.variable_values)


def forget_plans(executor: Executor[Any]) -> None:
    """Let go of the plans of an operation that is not to run."""
    Plans.of(executor.schema).forget(executor.operation)


def compile_ahead(schema: GraphQLSchema, document: DocumentNode) -> None:
    """Make the plans of a valid document before anybody asks, down to the last field, and keep them for good.

    There is one for each way in which its `@skip` and `@include` can be decided: it is for documents that have few.
    """
    fragments: dict[str, FragmentDetails] = {}
    operations = []
    for node in document.definitions:
        if isinstance(node, FragmentDefinitionNode):
            fragments[node.name.value] = FragmentDetails(node)
        elif isinstance(node, OperationDefinitionNode):
            operations.append(node)
    plans = Plans.of(schema)
    for operation in operations:
        root = schema.get_root_type(operation.operation)
        assert root is not None  # the document is valid
        kept = plans.document(schema, fragments, operation)
        kept.stays = True
        for decided in product((True, False), repeat=len(kept.conditions)):
            values = VariableValues({}, dict(zip(kept.conditions, decided, strict=True)))
            waiting = [plans.plan(kept, root, values)]
            for plan in waiting:
                waiting += [below for field in plan.fields for below in field.plans_below()]


def _condition_names(definition: ExecutableDefinitionNode) -> Iterator[str]:
    """The variables in the directives of a definition's selections."""
    waiting: list[Node] = [definition.selection_set]
    while waiting:
        node = waiting.pop()
        for selection in getattr(node, "selections", ()):
            waiting.append(selection)
            for directive in selection.directives or ():
                yield from _variables_of(directive)
        below = getattr(node, "selection_set", None)
        if below is not None:
            waiting.append(below)


def _variables_of(directive: DirectiveNode) -> Iterator[str]:
    for argument in directive.arguments or ():
        if isinstance(argument.value, VariableNode):
            yield argument.value.name.value


def _non_null(kind: Any) -> Iterator[bool]:
    while True:
        certain = is_non_null_type(kind)
        yield certain
        kind = kind.of_type if certain else kind
        if not is_list_type(kind):
            return
        kind = kind.of_type
