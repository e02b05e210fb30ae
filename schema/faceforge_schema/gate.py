"""What every document passes before it runs, whichever way it came: parsing, validation, permissions, limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension

from faceforge_schema import limits
from faceforge_schema.context import Context
from faceforge_schema.documents import Checked, Documents
from faceforge_storage.errors import FaceForgeError, GraphqlInvalid


class Gate(SchemaExtension):
    """The hooks by which Strawberry sends each document through the checks; one for each execution."""

    _checked: Checked

    def __init__(self, documents: Documents) -> None:
        super().__init__()
        self._documents = documents

    def on_parse(self) -> Iterator[None]:
        execution = self.execution_context
        self._checked = self._documents.get(execution.query or "", self._context.core.settings.limits)
        execution.graphql_document = self._checked.document
        yield

    def on_validate(self) -> Iterator[None]:
        execution = self.execution_context
        # Strawberry validates only when nothing has said yet what is wrong.
        execution.pre_execution_errors = list(self._checked.errors)
        if not execution.pre_execution_errors:
            try:
                self._check_caller()
            except FaceForgeError as error:
                execution.pre_execution_errors = [GraphQLError(error.detail, original_error=error)]
        yield

    @property
    def _context(self) -> Context:
        return cast("Context", self.execution_context.context)

    def _check_caller(self) -> None:
        context, checked, name = self._context, self._checked, self.execution_context.operation_name
        if len(checked.operations) > 1 and not self.execution_context._provided_operation_name:
            # Strawberry would run the first; GraphQL says that which one is meant cannot be known.
            raise GraphqlInvalid(
                "The document has more than one operation.", hint="Name one in `operationName`."
            )
        context.actor.check(checked.needs[name])
        if not context.trusted:
            variables = self.execution_context.variables or {}
            bounds = context.core.settings.limits
            limits.check(
                self._documents.schema, checked.document, checked.operations[name], variables, bounds
            )
