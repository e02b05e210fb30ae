"""The whole contract: the operations of every noun, put together into one schema."""

from __future__ import annotations

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

from faceforge_schema import (
    assets,
    descriptors,
    downloads,
    entities,
    field_defs,
    journal,
    relation_types,
    relationships,
    system,
    tokens,
)
from faceforge_schema.context import Context
from faceforge_schema.documents import Documents
from faceforge_schema.execution import Execution, offer_levels
from faceforge_schema.gate import Gate, admit
from faceforge_schema.masking import mask
from faceforge_schema.operation import Kind, Operation
from faceforge_schema.scalars import SCALARS
from faceforge_schema.time_limit import stopped_after
from faceforge_storage.errors import FaceForgeError

ANSWERED = (OperationType.QUERY, OperationType.MUTATION)
"""What has one answer; a subscription has many, and a socket to send them."""

NOUNS: tuple[ModuleType, ...] = (
    entities,
    assets,
    downloads,
    field_defs,
    descriptors,
    relationships,
    relation_types,
    tokens,
    journal,
    system,
)


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


def build_schema(nouns: tuple[ModuleType, ...] = NOUNS) -> Contract:
    """The schema of all operations in the noun modules."""
    return Contract(
        query=_root("Query", "query", nouns),
        mutation=_root("Mutation", "mutation", nouns),
        subscription=_root("Subscription", "subscription", nouns),
        config=StrawberryConfig(
            default_resolver=_value_of, scalar_map=SCALARS, disable_field_suggestions=False
        ),
    )


def _root(name: str, kind: Kind, nouns: tuple[ModuleType, ...]) -> type:
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
