"""The whole contract: the operations of every noun, put together into one schema."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLSchema
from graphql.execution import VariableValues, get_variable_values
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import create_type
from strawberry.types.execution import ExecutionContext, ExecutionResult

import faceforge_schema
from faceforge_schema.context import ANSWERING, Context
from faceforge_schema.declare.operation import Kind, Operation
from faceforge_schema.declared_jobs import JobType
from faceforge_schema.execute.admission import REFUSALS, Admission, admitted, graphql_errors
from faceforge_schema.execute.documents import Documents
from faceforge_schema.execute.execution import Execution
from faceforge_schema.execute.masking import expected_of, mask
from faceforge_schema.execute.preparation import prepare
from faceforge_schema.execute.run import ANSWERED_ONCE, execute, run
from faceforge_schema.values.scalars import SCALARS
from faceforge_storage.database.read_budget import ReadBudget, released_on_error

MACHINERY = frozenset(
    {"actors", "context", "contract", "declare", "declared_jobs", "directives", "execute", "values"}
)
"""What stands beside the nouns and is none."""


def noun_modules() -> list[ModuleType]:
    """Every module of every noun, in the order of their names: a new noun is a new module, and no line here."""
    top = [each.name for each in iter_modules(faceforge_schema.__path__) if each.name not in MACHINERY]
    found = [import_module(f"faceforge_schema.{name}") for name in top]
    return [module for noun in found for module in (noun, *_submodules(noun))]


def _submodules(noun: ModuleType) -> list[ModuleType]:
    names = [each.name for each in iter_modules(getattr(noun, "__path__", ()))]
    return [import_module(f"{noun.__name__}.{name}") for name in names]


class Contract(strawberry.Schema):
    """The schema, with the documents that were checked against it."""

    def __init__(self, job_types: Mapping[str, JobType], **options: Any) -> None:
        super().__init__(execution_context_class=Execution, **options)
        self.job_types = job_types
        prepare(self.graphql)
        self.documents = Documents(self.graphql)

    @property
    def graphql(self) -> GraphQLSchema:
        """The schema as graphql-core knows it."""
        return self._schema

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any = None,
        root_value: Any = None,
        operation_name: str | None = None,
        *_: Any,
        **__: Any,
    ) -> ExecutionResult:
        """Answer a caller's query or mutation; what goes wrong stands in its errors, translated."""
        context: Context = context_value
        data: dict[str, Any] | None = None
        try:
            result = await execute(
                await admitted(
                    self.documents, query or "", variable_values, context, operation_name, ANSWERED_ONCE
                )
            )
            data, errors = result.data, result.errors or []
        except REFUSALS as refusal:
            errors = graphql_errors(refusal)
        mask(errors)
        return ExecutionResult(data=data, errors=errors or None)

    async def answer(self, text: str, values: dict[str, Any], context: Context) -> Any:
        """What the one field of a document of Core's own gives; raises the error of our tree.

        `values` are its variables as the schema coerces them: an enum's member, an input's model.
        """
        result = await run(self.graphql, self.documents.own(text), values, context)
        if result.errors:
            raise expected_of(result.errors[0])
        assert result.data is not None
        (answer,) = result.data.values()
        return answer

    async def data(self, text: str, variables: dict[str, Any], context: Context) -> dict[str, Any]:
        """What all fields of a document of Core's own give; raises the error of our tree for the first that fails.

        `variables` are JSON values, as a caller would send them.
        """
        document = self.documents.own(text)
        (operation,) = document.operations.values()
        values = get_variable_values(self.graphql, operation.variable_definitions or (), variables)
        if not isinstance(values, VariableValues):
            raise expected_of(values[0])
        result = await run(self.graphql, document, values.coerced, context)
        if result.errors:
            raise expected_of(result.errors[0])
        assert result.data is not None
        return result.data

    async def stream(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any = None,
        root_value: Any = None,
        operation_name: str | None = None,
        *further: Any,
        **named: Any,
    ) -> Any:
        """Answer whatever a socket asks, event by event; each answer is held until the next one is asked for.

        The budget of the answer is `ANSWERING` of the task that sends it.
        """
        budget = context_value.core.read_budget(context_value.actor)
        ANSWERING.set(budget)
        context = replace(context_value, budget=budget, freed=[])
        with released_on_error(budget):
            answers = await super().stream(
                query or " ",  # Strawberry takes an empty document for no document at all
                variable_values,
                context,
                root_value,
                operation_name,
                *further,
                **named,
            )
        return _held(answers, budget)

    def get_extensions(self, sync: bool = False) -> list[SchemaExtension]:
        """The checks that an execution goes through which Strawberry begins: those of WebSockets."""
        return [Admission(self.documents)]

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Translate errors in place, on every way out."""
        mask(errors)


async def _held(answers: AsyncGenerator[Any, None], budget: ReadBudget) -> AsyncGenerator[Any, None]:
    try:
        async with aclosing(answers):
            async for each in answers:
                yield each
                budget.renew()
    finally:
        budget.release()


def build_schema(nouns: Sequence[ModuleType] | None = None) -> Contract:
    """The schema of all operations in the modules of the nouns; of those given, in a test."""
    nouns = noun_modules() if nouns is None else nouns
    return Contract(
        _job_types(nouns),
        query=_root("Query", "query", nouns),
        mutation=_root("Mutation", "mutation", nouns),
        subscription=_root("Subscription", "subscription", nouns),
        config=StrawberryConfig(
            default_resolver=_value_of, scalar_map=SCALARS, disable_field_suggestions=False
        ),
    )


def _root(name: str, kind: Kind, nouns: Sequence[ModuleType]) -> type:
    found = [each for noun in nouns for each in vars(noun).values() if isinstance(each, Operation)]
    return create_type(name, [each.field for each in found if each.kind == kind])


def _job_types(nouns: Sequence[ModuleType]) -> dict[str, JobType]:
    found = [each for noun in nouns for each in vars(noun).values() if isinstance(each, JobType)]
    return {each.name: each for each in sorted(found, key=lambda each: each.name)}


def _value_of(holder: Any, name: str) -> Any:
    """A plain field's value: an attribute of an object, a key of a JSON value."""
    return holder.get(name) if isinstance(holder, dict) else getattr(holder, name)
