"""Admission: what every document passes before it is executed, whichever way it came."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast

from graphql import GraphQLError, GraphQLSchema, OperationType
from graphql.execution import VariableValues
from strawberry.extensions import SchemaExtension

from faceforge_executor import forget_plans
from faceforge_schema.context import Context
from faceforge_schema.execute import query_cost
from faceforge_schema.execute.documents import Document, Documents
from faceforge_schema.execute.execution import Execution
from faceforge_storage.errors import FaceForgeError, GraphqlInvalid, QueryTooComplex


class NotAdmitted(Exception):
    """A document or its variables do not fit the schema: `errors` are graphql-core's."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


def admit(
    schema: GraphQLSchema,
    document: Document,
    variables: Mapping[str, Any] | None,
    context: Context,
    name: str | None,
    kinds: Collection[OperationType],
) -> Execution:
    """The execution of a document's operation, ready to run.

    `kinds` are the operations that may run; the variables of a trusted document are coerced already. Raises
    NotAdmitted, Forbidden, GraphqlInvalid, QueryTooComplex, GraphQLError.
    """
    if document.errors:
        raise NotAdmitted(document.errors)
    if name is None and len(document.operations) > 1:
        raise GraphqlInvalid("The document has more than one operation.", hint="Name one in `operationName`.")
    key = name if name is not None else next(iter(document.operations), None)
    operation = document.operations.get(key)
    if operation is None or operation.operation not in kinds:
        raise GraphqlInvalid(
            "The document has no operation of that name that can be run here.",
            hint="Name one in `operationName`; subscriptions need a WebSocket.",
        )
    context.actor.check(document.needs[key])
    if document.trusted:
        return Execution.of_operation(schema, operation, context, VariableValues({}, dict(variables or {})))
    execution = Execution.build(schema, document.node, None, context, dict(variables or {}), name)
    if not isinstance(execution, Execution):
        raise NotAdmitted(cast("list[GraphQLError]", execution))
    if key not in document.within_limits:
        try:
            query_cost.check(execution.plan, context.core.settings.limits)
        except QueryTooComplex:
            forget_plans(execution)
            raise
        if not operation.variable_definitions:
            document.within_limits.add(key)
    return execution


REFUSALS = (NotAdmitted, FaceForgeError, GraphQLError)
"""What `admit` raises."""


def graphql_errors(refusal: Exception) -> list[GraphQLError]:
    """One of `REFUSALS` as the errors of an answer."""
    if isinstance(refusal, NotAdmitted):
        return list(refusal.errors)
    if isinstance(refusal, GraphQLError):
        return [refusal]
    return [GraphQLError(str(refusal), original_error=refusal)]


class Admission(SchemaExtension):
    """The hooks by which Strawberry sends a document that came over a WebSocket through the same checks."""

    def __init__(self, documents: Documents) -> None:
        super().__init__()
        self._documents = documents

    def on_parse(self) -> Iterator[None]:
        self.execution_context.graphql_document = self._document().node
        yield

    def on_validate(self) -> Iterator[None]:
        execution = self.execution_context
        # Strawberry validates only while nothing is known to be wrong.
        execution.pre_execution_errors = []
        try:
            admit(
                self._documents.schema,
                self._document(),
                execution.variables,
                self._context,
                execution._provided_operation_name,
                tuple(OperationType),
            )
        except REFUSALS as error:
            execution.pre_execution_errors = graphql_errors(error)
        yield

    def _document(self) -> Document:
        limits = self._context.core.settings.limits
        return self._documents.get(self.execution_context.query or "", limits)

    @property
    def _context(self) -> Context:
        return cast("Context", self.execution_context.context)
