"""Runs a query or a mutation of either face, for as long as it may take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import ExecutionResult, GraphQLSchema, OperationType
from graphql.execution import VariableValues
from strawberry.utils.await_maybe import await_maybe

from faceforge_schema.context import Context
from faceforge_schema.execute.admission import admit
from faceforge_schema.execute.deadline import stopped_after
from faceforge_schema.execute.documents import Document
from faceforge_schema.execute.execution import Execution

ANSWERED_ONCE = (OperationType.QUERY, OperationType.MUTATION)
"""What has one answer; a subscription has many, and a socket to send them."""


async def run(
    schema: GraphQLSchema,
    document: Document,
    variables: Mapping[str, Any] | None,
    context: Context,
    name: str | None = None,
) -> ExecutionResult:
    """Admit a document and execute it within `limits.query_seconds`; raises what `admit` raises, and QueryTimeout."""
    return await execute(admit(schema, document, variables, context, name, ANSWERED_ONCE))


async def execute(execution: Execution) -> ExecutionResult:
    """Execute what was admitted within `limits.query_seconds`; raises QueryTimeout."""
    context = execution.context_value
    context.repeatable = execution.repeatable
    try:
        async with stopped_after(context.core.settings.limits.query_seconds):
            result: ExecutionResult = await await_maybe(execution.execute_operation())
    finally:
        # An execution refers to itself, and would keep what was sent, such as a thousand items, until the collector
        # looks for it. What comes over a WebSocket Strawberry executes.
        execution.variable_values = VariableValues({}, {})
    return result
