"""The whole contract: the operations of every noun, put together into one schema."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import strawberry
from graphql import (
    GraphQLArgument,
    GraphQLDefaultInput,
    GraphQLError,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationType,
    Undefined,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import create_type
from strawberry.types.execution import ExecutionContext, ExecutionResult
from strawberry.utils.await_maybe import await_maybe

import faceforge_schema
from faceforge_schema.context import Context
from faceforge_schema.declare.operation import Kind, Operation
from faceforge_schema.execute.admission import Gate, admit
from faceforge_schema.execute.deadline import stopped_after
from faceforge_schema.execute.documents import Documents
from faceforge_schema.execute.masking import mask
from faceforge_schema.execute.run import Execution, offer_levels
from faceforge_schema.values.scalars import SCALARS
from faceforge_storage.errors import FaceForgeError

ANSWERED = (OperationType.QUERY, OperationType.MUTATION)
"""What has one answer; a subscription has many, and a socket to send them."""

MACHINERY = frozenset({"actors", "context", "contract", "declare", "directives", "execute", "values"})
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

    def __init__(self, **options: Any) -> None:
        super().__init__(execution_context_class=Execution, **options)
        _make_defaults_readable(self.graphql)
        offer_levels(self.graphql)
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
        """Run a query or mutation, for as long as `limits.query_seconds` allows."""
        context: Context = context_value
        admitted = admit(self.documents, query or "", variable_values, context, operation_name, ANSWERED)
        errors = admitted if isinstance(admitted, list) else []
        data: dict[str, Any] | None = None
        if not isinstance(admitted, list):
            try:
                async with stopped_after(context.core.settings.limits.query_seconds):
                    result = await await_maybe(admitted.execute_operation())
                data, errors = result.data, result.errors or []
            except FaceForgeError as error:
                errors = [GraphQLError(error.detail, original_error=error)]
        mask(errors)
        return ExecutionResult(data=data, errors=errors or None)

    def get_extensions(self, sync: bool = False) -> list[SchemaExtension]:
        """The checks that an execution goes through which Strawberry begins: those of WebSockets."""
        return [Gate(self.documents)]

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Translate errors in place, on every way out."""
        mask(errors)


def build_schema(nouns: Sequence[ModuleType] | None = None) -> Contract:
    """The schema of all operations in the modules of the nouns; of those given, in a test."""
    nouns = noun_modules() if nouns is None else nouns
    return Contract(
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


def _make_defaults_readable(schema: GraphQLSchema) -> None:
    """Leave `= null` unsaid: for a nullable argument it means what saying nothing means. Objects are told in the
    newer of graphql-core's two ways, because introspection fails at them in the older one."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            takers: list[GraphQLArgument | GraphQLInputField] = list(kind.fields.values())
        elif isinstance(kind, GraphQLObjectType):
            takers = [argument for field in kind.fields.values() for argument in field.args.values()]
        else:
            continue
        for taker in takers:
            if taker.default_value is None:
                taker.default_value = Undefined
            elif isinstance(taker.default_value, dict):
                taker.default = GraphQLDefaultInput(taker.default_value)


def _value_of(holder: Any, name: str) -> Any:
    """A plain field's value: an attribute of an object, a key of a JSON value."""
    return holder.get(name) if isinstance(holder, dict) else getattr(holder, name)
