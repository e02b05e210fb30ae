"""The executor: runs a plan level by level, and plugs into graphql-core and Strawberry in place of theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any, cast

from graphql import ExecutionResult, GraphQLError, GraphQLResolveInfo, OperationType
from graphql.error import located_error
from graphql.execution import Executor, get_argument_values

from faceforge_executor.batches import Level, ManyPerParent, OnePerParent
from faceforge_executor.cells import Cells, Group, Place
from faceforge_executor.completion import awaitable_places, complete, fill
from faceforge_executor.located_errors import located_errors
from faceforge_executor.objects import ObjectList
from faceforge_executor.plan import FieldPlan, ObjectPlan, plan_of
from faceforge_executor.run_sync import NeedEventLoop, run_until_event_loop


class BreadthFirstExecutor(Executor[Any]):
    """Executes an operation by levels; the answers are those of graphql-core's own executor.

    Of the errors below a value that became null one alone is told, the first in the order of the response. Middleware
    and batch functions do not go together: a TypeError says so. `@defer` and `@stream` are not offered.
    """

    _failures: list[tuple[Place, Exception]]
    _running = False

    @property
    def plan(self) -> ObjectPlan:
        """The plan of the operation; raises GraphQLError for an operation that the schema does not have."""
        kind = self.schema.get_root_type(self.operation.operation)
        if kind is None:
            said = f"Schema is not configured to execute {self.operation.operation.value} operation."
            raise GraphQLError(said, self.operation)
        return plan_of(self, kind)

    def execute_operation(self, serially: bool | None = None) -> Any:
        """The ExecutionResult, or an awaitable of it when something that was asked has to be awaited."""
        if self.abort_signal is not None and self.abort_signal.aborted:
            self.run_async_work_finished_hook()
            raise self.abort_error()
        self._failures, self._running = [], False
        try:
            plan = self.plan
        except GraphQLError as error:
            self.collected_errors.add(error, None)
            return self.build_response(None)
        one_by_one = self.operation.operation is OperationType.MUTATION if serially is None else serially
        result = run_until_event_loop(self._respond(plan, one_by_one))
        if self.abort_signal is None or isinstance(result, ExecutionResult):
            return self.finish(result)
        return self.with_aborted_execution_error(result)

    def before_level(self, groups: Sequence[Group]) -> None:
        """Called before each level with its objects. What it raises ends the execution."""
        if self.abort_signal is not None and self.abort_signal.aborted:
            raise self.abort_error()

    def add_failure(self, place: Place, error: Exception) -> None:
        """Note that there is no value at `place`."""
        self._failures.append((place, error))

    def info(self, group: Group, field: FieldPlan, index: int) -> GraphQLResolveInfo[Any]:
        """What a resolver is told of the field of one object."""
        path = group.field_path(field, index)
        return self.build_resolve_info(field.definition, field.nodes, field.parent, path)

    async def gathered(self, waiting: Sequence[Awaitable[Any]]) -> Sequence[Any]:
        """What all of them give, or the Exception that one raised."""
        if not self._running:
            self._running = True
            await NeedEventLoop()
        if self.abort_signal is not None:
            waiting = [self.with_abort_signal(each) for each in waiting]
        if len(waiting) == 1:
            try:
                return [await waiting[0]]
            except Exception as error:
                return [error]
        found = await asyncio.gather(*waiting, return_exceptions=True)
        for each in found:
            if isinstance(each, BaseException) and not isinstance(each, Exception):
                raise each
        return found

    async def collected(self, iterable: Any) -> list[Any]:
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

        (found,) = await self.gathered([read()])
        if isinstance(found, Exception):
            raise found
        return cast("list[Any]", found)

    async def _respond(self, plan: ObjectPlan, one_by_one: bool) -> ExecutionResult:
        data: dict[str, Any] | None = {}
        for part in [ObjectPlan(plan.kind, (each,)) for each in plan.fields] if one_by_one else [plan]:
            try:
                found = await self._run(part)
            except Exception as error:
                if not one_by_one:
                    raise
                # What ran before has had its effect, and perhaps this too: the answer must say where it ended.
                field = part.fields[0]
                self.collected_errors.errors.append(located_error(error, field.nodes, [field.key]))
                found = None
            if found is None:
                data = None
                break
            data = {**data, **found} if data else found
        self.collected_errors.errors.extend(located_errors(self._failures, self.error_propagation))
        return cast("ExecutionResult", self.build_response(data))

    async def _run(self, plan: ObjectPlan) -> dict[str, Any] | None:
        root = Group(plan, ObjectList([self.root_value]))
        await self.descend(await self.run_level([root]))
        groups = [root]
        for group in groups:
            groups += [each for cells in group.cells for each in cells.below]
        strict = self.error_propagation and bool(self._failures)
        for group in reversed(groups):
            group.answer(strict)
        return root.answers[0]

    async def descend(self, level: list[Group]) -> None:
        """Run everything below a level of groups that were reached."""
        while level:
            level = await self.run_level(level)

    async def run_level(self, level: list[Group]) -> list[Group]:
        """Run the fields of a level; answers the next one."""
        self.before_level(level)
        answers = []
        for group in level:
            for field in group.plan.fields:
                cells = Cells(group, field)
                group.cells.append(cells)
                answer = self._begin(cells)
                # Most of what is asked for are leaves that need no more doing.
                if not (field.is_leaf and type(answer) in (list, tuple) and fill(cells, answer)):
                    answers.append((cells, answer))
        for cells, answer in await self._awaited(answers):
            await complete(self, cells, answer)
        return [each for group in level for cells in group.cells for each in cells.below]

    def _begin(self, cells: Cells) -> Any:
        """What a field gives for all objects of its group, perhaps still to be awaited."""
        group, field, objects = cells.group, cells.field, cells.group.objects
        if field.is_typename:
            return [group.plan.kind.name] * len(objects)
        try:
            if field.column is not None or field.batch is not None:
                if self.middleware_manager is not None and self.middleware_manager.middlewares:
                    raise TypeError("middleware cannot wrap what is computed for many objects at once")
                if field.column is not None:
                    return objects.column(field.column)
            arguments = self._arguments(field)
            if field.batch is not None:
                level = Level(field, objects, arguments, self.context_value, group.shared)
                return field.batch.call(level)
        except Exception as error:
            return [error] * len(objects)
        resolve: Any = field.definition.resolve or self.field_resolver
        if self.middleware_manager is not None:
            resolve = self.middleware_manager.get_field_resolver(resolve)
        given = []
        for index, value in enumerate(objects.to_list()):
            try:
                given.append(resolve(value, self.info(group, field, index), **arguments))
            except Exception as error:
                given.append(error)
        return given

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

    async def _awaited(self, answers: list[tuple[Cells, Any]]) -> list[tuple[Cells, Any]]:
        """The same answers with all that is awaitable in them awaited: that of all fields of a level at once."""
        waiting: list[tuple[int, int | None, Any]] = []
        for at, (cells, answer) in enumerate(answers):
            if isinstance(answer, list):
                places = awaitable_places(self, answer)
                if places:
                    answers[at] = cells, list(answer)
                waiting += [(at, place, answer[place]) for place in places]
            elif not isinstance(answer, tuple | ManyPerParent | OnePerParent) and self.is_awaitable(answer):
                waiting.append((at, None, answer))
        if waiting:
            found = await self.gathered([each for _, _, each in waiting])
            for (at, place, _), value in zip(waiting, found, strict=True):
                cells, answer = answers[at]
                if place is not None:
                    answer[place] = value
                else:
                    size = len(cells.group.objects)
                    answers[at] = cells, [value] * size if isinstance(value, Exception) else value
        return answers
