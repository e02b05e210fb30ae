"""The executor: runs a plan level by level, and plugs into graphql-core and Strawberry in place of theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any, cast

from graphql import ExecutionResult, GraphQLError, GraphQLResolveInfo, OperationType
from graphql.error import located_error
from graphql.execution import Executor, get_argument_values

from faceforge_executor.awaiting import settle_results
from faceforge_executor.batches import Level
from faceforge_executor.cells import Cells, Group, Position
from faceforge_executor.completion import Completion
from faceforge_executor.leaves import are_unchanged
from faceforge_executor.located_errors import located_errors
from faceforge_executor.objects import ObjectList
from faceforge_executor.plan import FieldPlan, ObjectPlan
from faceforge_executor.plan_cache import plan_of
from faceforge_executor.run_sync import NeedEventLoop, run_until_event_loop


class BreadthFirstExecutor(Executor[Any]):
    """Executes an operation by levels; the answers are those of graphql-core's own executor.

    Of the errors below a value that became null only one is in the response, the first in its order. Middleware and
    batch functions do not go together: the error is a TypeError. `@defer` and `@stream` are not offered.
    """

    _failures: list[tuple[Position, Exception]]
    _groups: list[Group]
    _has_event_loop = False

    @property
    def plan(self) -> ObjectPlan:
        """The plan of the operation; raises GraphQLError for an operation that the schema does not have."""
        operation = self.operation.operation
        kind = self.schema.get_root_type(operation)
        if kind is None:
            raise GraphQLError(
                f"Schema is not configured to execute {operation.value} operation.", self.operation
            )
        return plan_of(self, kind)

    def execute_operation(self, serially: bool | None = None) -> Any:
        """The ExecutionResult, or an awaitable of it if something has to be awaited."""
        if self.abort_signal is not None and self.abort_signal.aborted:
            self.run_async_work_finished_hook()
            raise self.abort_error()
        self._failures, self._groups, self._has_event_loop = [], [], False
        try:
            plan = self.plan
        except GraphQLError as error:
            self.collected_errors.add(error, None)
            return self.build_response(None)
        if serially is None:
            serially = self.operation.operation is OperationType.MUTATION
        result = run_until_event_loop(self._respond(plan, serially))
        if self.abort_signal is None or isinstance(result, ExecutionResult):
            return self.finish(result)
        return self.with_aborted_execution_error(result)

    def before_level(self, groups: Sequence[Group]) -> None:
        """Called with the groups of each level before it runs. What it raises ends the execution."""
        if self.abort_signal is not None and self.abort_signal.aborted:
            raise self.abort_error()

    def add_failure(self, position: Position, error: Exception) -> None:
        """Note that an error took the place of the value at `position`."""
        self._failures.append((position, error))

    def release_groups(self) -> None:
        """Let go of what was read: groups refer to each other, and would stay until the collector looks for them."""
        for group in self._groups:
            group.clear()

    def resolve_info(self, group: Group, field: FieldPlan, index: int) -> GraphQLResolveInfo[Any]:
        """What a resolver gets beside the object at `index` of the group."""
        path = group.field_path(field, index)
        return self.build_resolve_info(field.definition, field.nodes, field.parent, path)

    async def gather(self, waiting: Sequence[Awaitable[Any]]) -> Sequence[Any]:
        """The result of each awaitable, or the Exception that it raised."""
        if not self._has_event_loop:
            self._has_event_loop = True
            await NeedEventLoop()
        if self.abort_signal is not None:
            waiting = [self.with_abort_signal(each) for each in waiting]
        if len(waiting) == 1:
            try:
                return [await waiting[0]]
            except Exception as error:
                return [error]
        results = await asyncio.gather(*waiting, return_exceptions=True)
        for each in results:
            if isinstance(each, BaseException) and not isinstance(each, Exception):
                raise each
        return results

    async def collect(self, iterable: Any) -> list[Any]:
        """The items of an async iterable, which is closed when it fails."""

        async def read() -> list[Any]:
            items = []
            iterator = self.cancellable_iterable(iterable).__aiter__()
            try:
                async for each in iterator:
                    items.append(each)
            except Exception:
                close = getattr(iterator, "aclose", None)
                if close is not None:
                    await close()
                raise
            return items

        (items,) = await self.gather([read()])
        if isinstance(items, Exception):
            raise items
        return cast("list[Any]", items)

    async def _respond(self, plan: ObjectPlan, serially: bool) -> ExecutionResult:
        try:
            data = await (self._run_serially(plan) if serially else self._run(plan))
            self.collected_errors.errors.extend(located_errors(self._failures, self.error_propagation))
            return cast("ExecutionResult", self.build_response(data))
        finally:
            self.release_groups()

    async def _run_serially(self, plan: ObjectPlan) -> dict[str, Any] | None:
        """Run the root fields one after the other, each with all that is below it, until one has no response."""
        data: dict[str, Any] = {}
        for field in plan.fields:
            try:
                found = await self._run(ObjectPlan(plan.kind, (field,)))
            except Exception as error:
                # What ran before has had its effect, and perhaps this too: the response must show where it ended.
                self.collected_errors.errors.append(located_error(error, field.nodes, [field.key]))
                return None
            if found is None:
                return None
            data.update(found)
        return data

    async def _run(self, plan: ObjectPlan) -> dict[str, Any] | None:
        """Run a plan from the root down, level by level; then build the response from the last level up."""
        root = Group(plan, ObjectList([self.root_value]))
        await self.descend(await self.run_level([root]))
        groups = [root]
        for group in groups:  # grows while it is walked
            groups += [below for cells in group.cells for below in cells.groups]
        self._groups += groups
        propagate_nulls = self.error_propagation and bool(self._failures)
        for group in reversed(groups):
            group.build_response(propagate_nulls)
        return root.response[0]

    async def descend(self, level: list[Group]) -> None:
        """Run a level and everything below it."""
        while level:
            level = await self.run_level(level)

    async def run_level(self, level: list[Group]) -> list[Group]:
        """Run the fields of the groups of a level; the groups that they lead to are the next level."""
        self.before_level(level)
        incomplete: list[Cells] = []
        results: list[Any] = []
        for group in level:
            size = len(group.objects)
            for field in group.plan.fields:
                cells = Cells(group, field)
                group.cells.append(cells)
                result = self._result(cells)
                if field.is_leaf and _is_complete(field, result, size):
                    cells.leaves = result
                else:
                    incomplete.append(cells)
                    results.append(result)
        await settle_results(self, results)
        for cells, result in zip(incomplete, results, strict=True):
            await Completion(self, cells).complete(result)
        return [below for group in level for cells in group.cells for below in cells.groups]

    def _result(self, cells: Cells) -> Any:
        """What a field returns for all objects of its group, perhaps an awaitable; or one Exception for all."""
        group, field = cells.group, cells.field
        if field.is_typename:
            return [group.plan.kind.name] * len(group.objects)
        try:
            if field.column is not None or field.batch is not None:
                if self.middleware_manager is not None and self.middleware_manager.middlewares:
                    raise TypeError("middleware cannot wrap what is computed for many objects at once")
                if field.column is not None:
                    return group.objects.column(field.column)
            arguments = self._arguments(field)
            if field.batch is not None:
                level = Level(field, group.objects, arguments, self.context_value, group.shared)
                return field.batch.call(level)
        except Exception as error:
            return error
        return self._resolve_each(group, field, arguments)

    def _resolve_each(self, group: Group, field: FieldPlan, arguments: dict[str, Any]) -> list[Any]:
        """What the resolver of a field returns for each object, or the Exception that it raises."""
        resolve: Any = field.definition.resolve or self.field_resolver
        if self.middleware_manager is not None:
            resolve = self.middleware_manager.get_field_resolver(resolve)
        results = []
        for index, value in enumerate(group.objects.to_list()):
            try:
                results.append(resolve(value, self.resolve_info(group, field, index), **arguments))
            except Exception as error:
                results.append(error)
        return results

    def _arguments(self, field: FieldPlan) -> dict[str, Any]:
        first = field.details[0]
        if not (field.definition.args or first.node.arguments):
            return {}
        return get_argument_values(
            field.definition,
            first.node,
            self.variable_values,
            first.fragment_variable_values,
            self.hide_suggestions,
        )


def _is_complete(field: FieldPlan, result: Any, size: int) -> bool:
    """Whether what a leaf returned stands in the response as it is; most of it does."""
    if not isinstance(result, (list, tuple)) or len(result) != size:
        return False
    if field.unchanged_types is not None:
        return field.unchanged_types.issuperset(map(type, result))
    return are_unchanged(field.named_type, field.non_null, result)
