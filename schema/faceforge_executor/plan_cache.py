"""Keeps the plans of a schema's documents, those used last, with the schema. Several threads may use it.

An operation has a plan for each combination of the variables that its `@skip` and `@include` depend on.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from functools import partial
from itertools import product
from sys import getsizeof
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    ExecutableDefinitionNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    VariableNode,
)
from graphql.execution import Executor, VariableValues
from graphql.execution.collect_fields import FragmentDetails

from faceforge_executor.plan import ObjectPlan
from faceforge_executor.plan_compiler import PlanCompiler

MOST_BYTES = 32 * 1024 * 1024
"""What the plans that are kept for a schema may take, unless `bound_plans` says otherwise."""
OPERATION_BYTES, SELECTION_BYTES, FIELD_BYTES = 2048, 512, 1024
"""What an operation, a selection and a field take in plans, about: 860 to 2250 bytes were measured for a field with its
share of the others. The text of the document, which a plan holds, is counted beside them."""
MAX_PLANS = 32
"""Plans kept of one operation."""
_CACHE = "breadth-first plans"


class CachedOperation:
    """The plans of one operation. It holds the operation, so that no other one can take its `id`."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: dict[str, FragmentDetails],
        operation: OperationDefinitionNode,
    ) -> None:
        self.schema, self.fragments, self.operation = schema, fragments, operation
        definitions = [each.definition for each in fragments.values()]
        self.conditions = sorted(
            {name for each in (*definitions, operation) for name in _condition_names(each)}
        )
        """The variables that its `@skip` and `@include` depend on."""
        # Arguments of fragments become part of what is compiled, so such a plan serves one execution only.
        self.reusable = not any(each.variable_definitions for each in definitions)
        self.plans: OrderedDict[tuple[Any, ...], ObjectPlan] = OrderedDict()
        text = operation.loc.source.body if operation.loc is not None else ""
        self.bytes = OPERATION_BYTES + getsizeof(text)
        """What it takes with all plans compiled so far, about."""
        self.permanent = False


class PlanCache:
    """The plans of one schema: of the operations used last, as many as take `most_bytes` together.

    Permanent ones stay, however many others are run.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._operations: OrderedDict[int, CachedOperation] = OrderedDict()
        self._bytes = 0
        self.most_bytes = MOST_BYTES

    @classmethod
    def of(cls, schema: GraphQLSchema) -> PlanCache:
        """The cache of a schema, which holds it."""
        found: PlanCache | None = schema.extensions.get(_CACHE)
        # Of two threads that find none one alone puts its own there.
        return schema.extensions.setdefault(_CACHE, cls()) if found is None else found

    def operation(
        self,
        schema: GraphQLSchema,
        fragments: dict[str, FragmentDetails],
        operation: OperationDefinitionNode,
    ) -> CachedOperation:
        """What is kept of an operation, which is then the one used last."""
        key = id(operation)
        with self._lock:
            found = self._operations.get(key)
            if found is None:
                found = self._operations[key] = CachedOperation(schema, fragments, operation)
                self._bytes += found.bytes
                self._drop_oldest()
            else:
                self._operations.move_to_end(key)
        return found

    def plan(self, cached: CachedOperation, root: GraphQLObjectType, variables: VariableValues) -> ObjectPlan:
        """The plan of an operation for these variables; raises GraphQLError if it is nested too deeply."""
        # A variable may hold anything, and may be missing: what is no boolean is decided as graphql-core decides it.
        decided = tuple(variables.coerced.get(name) for name in cached.conditions)
        if not (cached.reusable and all(isinstance(each, bool) for each in decided)):
            return self._compile(cached, root, variables)
        with self._lock:
            found = cached.plans.get(decided)
        if found is not None:
            return found
        known = VariableValues(
            {name: variables.sources[name] for name in cached.conditions if name in variables.sources},
            {name: variables.coerced[name] for name in cached.conditions},
        )
        compiled = self._compile(cached, root, known)  # not under the lock: a large one takes long
        with self._lock:
            found = cached.plans.setdefault(decided, compiled)
            if len(cached.plans) > MAX_PLANS:
                cached.plans.popitem(last=False)
        return found

    def forget(self, operation: OperationDefinitionNode) -> None:
        """Drop the plans of an operation, unless they are permanent."""
        with self._lock:
            found = self._operations.get(id(operation))
            if found is not None and not found.permanent:
                del self._operations[id(operation)]
                self._bytes -= found.bytes

    def _compile(
        self, cached: CachedOperation, root: GraphQLObjectType, variables: VariableValues
    ) -> ObjectPlan:
        count = partial(self._count, cached)
        return PlanCompiler(cached.schema, cached.fragments, cached.operation, variables, count).compile_root(
            root
        )

    def _count(self, cached: CachedOperation, fields: int) -> None:
        """Count fields that were compiled, and drop what was not used for longest."""
        with self._lock:
            if self._operations.get(id(cached.operation)) is not cached or cached.permanent:
                return
            count = SELECTION_BYTES + fields * FIELD_BYTES
            cached.bytes += count
            self._bytes += count
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        """Drop what was not used for longest while all takes too much; in the end what was used just now, too."""
        while self._bytes > self.most_bytes:
            oldest = next((each for each in self._operations.values() if not each.permanent), None)
            if oldest is None:
                return
            self.forget(oldest.operation)


def plan_of(executor: Executor[Any], root: GraphQLObjectType) -> ObjectPlan:
    """The plan of the executor's operation; raises GraphQLError if it is nested too deeply."""
    cache = PlanCache.of(executor.schema)
    cached = cache.operation(executor.schema, executor.fragments, executor.operation)
    return cache.plan(cached, root, executor.variable_values)


def forget_plans(schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
    """Drop the plans of an operation that is not to run, or not again."""
    PlanCache.of(schema).forget(operation)


def bound_plans(schema: GraphQLSchema, most_bytes: int) -> None:
    """Say how many bytes the plans that are kept for a schema may take, about; permanent ones are not counted."""
    PlanCache.of(schema).most_bytes = most_bytes


def compile_ahead(schema: GraphQLSchema, document: DocumentNode) -> None:
    """Compile a valid document before it is first run, down to the last field, and keep its plans for good.

    There is one for each way in which its `@skip` and `@include` can be decided: it is for documents that have few.
    """
    fragments: dict[str, FragmentDetails] = {}
    operations = []
    for node in document.definitions:
        if isinstance(node, FragmentDefinitionNode):
            fragments[node.name.value] = FragmentDetails(node)
        elif isinstance(node, OperationDefinitionNode):
            operations.append(node)
    cache = PlanCache.of(schema)
    for operation in operations:
        root = schema.get_root_type(operation.operation)
        assert root is not None  # the document is valid
        cached = cache.operation(schema, fragments, operation)
        cached.permanent = True
        for decided in product((True, False), repeat=len(cached.conditions)):
            variables = VariableValues({}, dict(zip(cached.conditions, decided, strict=True)))
            plans = [cache.plan(cached, root, variables)]
            for plan in plans:  # grows while it is walked
                plans += [below for field in plan.fields for below in field.plans_below()]


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
