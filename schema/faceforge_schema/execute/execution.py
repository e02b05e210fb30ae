"""How an operation is executed here: by levels, all of it on one snapshot, within its limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    default_field_resolver,
    default_type_resolver,
)
from graphql.execution import VariableValues
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from faceforge_executor import BreadthFirstExecutor, FieldPlan, Group, run_sync
from faceforge_schema.context import Context
from faceforge_schema.directives import VOLATILE, is_list
from faceforge_schema.execute.weight import is_light
from faceforge_storage.errors import QueryTimeout

T = TypeVar("T")


class Execution(BreadthFirstExecutor, StrawberryGraphQLCoreExecutionContext):
    """One execution of an operation.

    Queries and the events of subscriptions run in a thread of a reader. The root fields of a mutation are
    transactions, one after the other; what is selected below each is read on a snapshot taken after it.
    """

    context_value: Context
    _end = float("inf")

    @classmethod
    def of_operation(
        cls,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        context: Context,
        variables: VariableValues,
    ) -> Execution:
        """The execution of an operation of a valid document without fragments; its variables are coerced already."""
        return cls(
            schema,
            {},
            {},
            None,
            context,
            operation,
            variables,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
            False,
            None,
        )

    @property
    def repeatable(self) -> bool:
        """Whether it has the same answer until something is stored: it only reads, and nothing but what is stored."""
        reads = self.operation.operation is OperationType.QUERY
        return reads and not any(map(_is_volatile, self.plan.fields))

    def execute_operation(self, serially: bool | None = None) -> Any:
        if self.operation.operation is OperationType.MUTATION:
            return super().execute_operation(serially)
        self._end = time.monotonic() + self.context_value.core.settings.limits.query_seconds
        return self._answered(serially)

    async def _answered(self, serially: bool | None) -> ExecutionResult:
        try:
            return await self._on_snapshot(lambda: super(Execution, self).execute_operation(serially))
        except Exception as error:  # of no field: the answer says so, and a subscription goes on
            return ExecutionResult(None, [GraphQLError(str(error), original_error=error)])

    async def descend(self, level: list[Group]) -> None:
        if self.context_value.db is not None:
            await super().descend(level)
            return
        while level and not any(field.batch for group in level for field in group.plan.fields):
            level = await self.run_level(level)  # values that are there need no snapshot
        if level:
            await self._on_snapshot(lambda: run_sync(super(Execution, self).descend(level)))

    def before_level(self, groups: Sequence[Group]) -> None:
        if time.monotonic() > self._end:
            raise QueryTimeout("The query took longer than is allowed.")
        # A list is no object: its items are.
        objects = sum(len(each.objects) for each in groups if not is_list(each.plan.kind))
        self.context_value.budget.count_objects(objects)

    async def _on_snapshot(self, work: Callable[[], T]) -> T:
        context = self.context_value

        def run(db: Any) -> T:
            self.context_value = replace(context, db=db)
            try:
                return work()
            finally:
                self.context_value = context

        turn = context.turn._replace(light=is_light(self.plan))
        return await context.core.database.read(turn, run)


def _is_volatile(field: FieldPlan) -> bool:
    """Whether the value of a field, or of any selected below it, depends on more than what is stored."""
    found: bool | None = field.prepared.get(VOLATILE)
    if found is None:
        below = (each for selection in field.plans_below() for each in selection.fields)
        found = bool(field.definition.extensions.get(VOLATILE)) or any(map(_is_volatile, below))
        field.prepared[VOLATILE] = found
    return found
