"""How documents are executed here: by levels, each document on one snapshot, within limits that its plan is held to."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    OperationType,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.field import StrawberryField

from faceforge_executor import BATCH, COLUMN, UNCHANGED, BreadthFirstExecutor, Group, forget_plans, run_sync
from faceforge_schema.context import Context
from faceforge_schema.directives import Resource, directive_of
from faceforge_schema.execute import query_cost
from faceforge_schema.values.scalars import SCALARS
from faceforge_storage.errors import QueryTimeout, QueryTooComplex

T = TypeVar("T")


class Execution(BreadthFirstExecutor, StrawberryGraphQLCoreExecutionContext):
    """One execution of a document.

    Queries and the events of subscriptions run in a thread of a reader. The root fields of a mutation are
    transactions, one after the other; what is selected below each is read on a snapshot taken after it.
    """

    context_value: Context
    _end = float("inf")

    @classmethod
    def admitted(
        cls,
        schema: GraphQLSchema,
        document: DocumentNode,
        context: Context,
        variables: Mapping[str, Any] | None,
        name: str | None,
    ) -> Execution | list[GraphQLError]:
        """The execution of an operation, or what is wrong with its variables; raises QueryTooComplex, GraphQLError.

        What a stranger may ask for is held to the limits here, before anything runs.
        """
        made = cls.build(schema, document, None, context, dict(variables or {}), name)
        if not isinstance(made, Execution):
            return cast("list[GraphQLError]", made)
        if not context.trusted:
            try:
                query_cost.check(made.plan, made.variable_values.coerced, context.core.settings.limits)
            except QueryTooComplex:
                forget_plans(made)
                raise
        return made

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
        most = self.context_value.core.settings.limits.query_objects
        if sum(len(each.objects) for each in groups) > most:
            raise QueryTooComplex(f"One level of the query has more than {most} objects.")

    async def _on_snapshot(self, work: Callable[[], T]) -> T:
        context = self.context_value

        def run(db: Any) -> T:
            self.context_value = replace(context, db=db)
            try:
                return work()
            finally:
                self.context_value = context

        return await context.core.database.read(run)


def offer_levels(schema: GraphQLSchema) -> None:
    """Tell the executor which fields it can ask for whole levels, as their declarations say.

    Raises TypeError for what it would pass by: permission classes and extensions of single fields; and for a field of
    a record that is neither a column nor computed for a level, since records are not made into objects.
    """
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLScalarType) and kind.name in {each.name for each in SCALARS.values()}:
            kind.extensions[UNCHANGED] = True
        for field in kind.fields.values() if isinstance(kind, GraphQLObjectType) else ():
            declared = field.extensions.get("strawberry-definition")
            if not isinstance(declared, StrawberryField):
                continue
            where = f"{kind.name}.{declared.python_name}"
            if declared.permission_classes or declared.extensions:
                raise TypeError(f"{where} has permission classes or extensions, which would not be asked")
            if BATCH in declared.metadata:
                field.extensions[BATCH] = declared.metadata[BATCH]
                for argument, own in zip(field.args.values(), declared.arguments, strict=True):
                    argument.out_name = own.python_name
            elif declared.is_basic_field:
                field.extensions[COLUMN] = declared.python_name
            elif directive_of(kind, Resource) is not None:
                raise TypeError(f"{where} is a field of a record: a column, or computed for a whole level")
