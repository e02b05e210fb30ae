"""What every document passes before it is executed, whichever way it came: parsing, validation, permissions, limits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast

from graphql import GraphQLError, OperationType
from strawberry.extensions import SchemaExtension

from faceforge_schema.context import Context
from faceforge_schema.execute.documents import Documents
from faceforge_schema.execute.run import Execution
from faceforge_storage.errors import FaceForgeError, GraphqlInvalid


def admit(
    documents: Documents,
    text: str,
    variables: Mapping[str, Any] | None,
    context: Context,
    name: str | None,
    kinds: Collection[OperationType],
) -> Execution | list[GraphQLError]:
    """The execution of a document's operation, ready to run, or why it is not to run. `kinds` are those that may."""
    try:
        checked = documents.get(text, context.core.settings.limits)
        if checked.errors:
            return list(checked.errors)
        if name is None and len(checked.operations) > 1:
            raise GraphqlInvalid(
                "The document has more than one operation.", hint="Name one in `operationName`."
            )
        key = name if name is not None else next(iter(checked.operations), None)
        operation = checked.operations.get(key)
        if operation is None or operation.operation not in kinds:
            raise GraphqlInvalid(
                "The document has no operation of that name that can be run here.",
                hint="Name one in `operationName`; subscriptions need a WebSocket.",
            )
        context.actor.check(checked.needs[key])
        return Execution.admitted(documents.schema, checked.document, context, variables, name)
    except FaceForgeError as error:
        return [GraphQLError(error.detail, original_error=error)]
    except GraphQLError as error:
        return [error]


class Gate(SchemaExtension):
    """The hooks by which Strawberry sends a document that came by a WebSocket through the same checks."""

    def __init__(self, documents: Documents) -> None:
        super().__init__()
        self._documents = documents

    def on_parse(self) -> Iterator[None]:
        execution = self.execution_context
        bounds = self._context.core.settings.limits
        execution.graphql_document = self._documents.get(execution.query or "", bounds).document
        yield

    def on_validate(self) -> Iterator[None]:
        execution = self.execution_context
        admitted = admit(
            self._documents,
            execution.query or "",
            execution.variables,
            self._context,
            execution._provided_operation_name,
            tuple(OperationType),
        )
        # Strawberry validates only when nothing has said yet what is wrong.
        execution.pre_execution_errors = admitted if isinstance(admitted, list) else []
        yield

    @property
    def _context(self) -> Context:
        return cast("Context", self.execution_context.context)
