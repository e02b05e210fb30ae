"""Admission: what every document passes before it is executed, whichever way it came."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from typing import Any, cast

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationType, parse
from graphql.execution import VariableValues
from strawberry.extensions import SchemaExtension

from faceforge_executor import forget_plans
from faceforge_schema.context import Context
from faceforge_schema.execute import query_cost
from faceforge_schema.execute.deadline import stopped_after
from faceforge_schema.execute.documents import Document, Documents
from faceforge_schema.execute.execution import Execution
from faceforge_schema.values.small_json import is_small
from faceforge_storage.errors import FaceForgeError, GraphqlInvalid, QueryTooComplex

QUICK_TOKENS = 1000
"""How many tokens a document may have whose admission holds nobody up once it is known."""
REFUSED = parse("{ __typename }")
"""What stands in the place of a document that is refused."""


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
            forget_plans(schema, operation)
            raise
        if not operation.variable_definitions:
            document.within_limits.add(key)
    return execution


async def admitted(
    documents: Documents,
    text: str,
    variables: Mapping[str, Any] | None,
    context: Context,
    name: str | None,
    kinds: Collection[OperationType],
) -> Execution:
    """What `admit` answers for the text of a document; raises what that and `Documents.get` do, Busy, QueryTimeout.

    What takes long, a document that is not known yet or a large one or large variables, is done beside the event loop.
    """

    def work() -> Execution:
        document = documents.get(text, context.core.settings.limits, context.actor.check)
        return admit(documents.schema, document, variables, context, name, kinds)

    known = documents.find(text)
    if known is not None and known.tokens <= QUICK_TOKENS and is_small(variables):
        return work()
    light = len(text) <= QUICK_TOKENS and is_small(variables)
    async with stopped_after(context.core.settings.limits.query_seconds):
        return await context.core.computing.run(context.turn._replace(light=light), work)


REFUSALS = (NotAdmitted, FaceForgeError, GraphQLError)
"""What `admit` and `admitted` raise."""


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
        self._errors: list[GraphQLError] = []

    async def on_parse(self) -> AsyncIterator[None]:
        await self._admit()
        yield

    def on_validate(self) -> Iterator[None]:
        # Strawberry validates only while nothing is known to be wrong.
        self.execution_context.pre_execution_errors = self._errors
        yield

    async def _admit(self) -> None:
        execution = self.execution_context
        try:
            admitted_execution = await admitted(
                self._documents,
                execution.query or "",
                execution.variables,
                self._context,
                execution._provided_operation_name,
                tuple(OperationType),
            )
        except REFUSALS as error:
            self._errors = graphql_errors(error)
            # Strawberry is to come as far as the validation: to a document whose one operation it finds.
            execution.graphql_document, execution._provided_operation_name = REFUSED, None
        else:
            execution.graphql_document = DocumentNode(
                definitions=(
                    admitted_execution.operation,
                    *(each.definition for each in admitted_execution.fragments.values()),
                )
            )

    @property
    def _context(self) -> Context:
        return cast("Context", self.execution_context.context)
