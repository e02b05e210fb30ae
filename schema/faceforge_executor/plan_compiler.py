"""Compiles the selections of an operation into plans: spreads fragments, merges fields, decides `@skip` and `@include`.

graphql-core collects the fields, so all of that is done as it does it.
"""

from __future__ import annotations

from collections.abc import Callable

from graphql import (
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
)
from graphql.execution import VariableValues
from graphql.execution.collect_fields import (
    CollectedFields,
    FragmentDetails,
    collect_fields,
    collect_subfields,
)

from faceforge_executor.plan import FieldPlan, ObjectPlan

TOO_DEEP = "Selections are nested too deeply. Execution aborted."


class PlanCompiler:
    """Compiles one plan, now its root and later what is below, with the same values of the conditions' variables.

    `on_compiled` is called with the number of fields after each selection.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: dict[str, FragmentDetails],
        operation: OperationDefinitionNode,
        variables: VariableValues,
        on_compiled: Callable[[int], None],
    ) -> None:
        self.schema, self._fragments, self._operation = schema, fragments, operation
        self._variables, self._on_compiled = variables, on_compiled

    def compile_root(self, kind: GraphQLObjectType) -> ObjectPlan:
        """The plan of the whole operation; raises GraphQLError if it is nested too deeply."""
        return self._compile(
            kind,
            lambda: collect_fields(self.schema, self._fragments, self._variables, kind, self._operation),
            self._operation,
        )

    def compile_below(self, field: FieldPlan, kind: GraphQLObjectType) -> ObjectPlan:
        """What is selected of the objects of one type below a field; raises GraphQLError if it is nested too deeply."""
        return self._compile(
            kind,
            lambda: collect_subfields(
                self.schema, self._fragments, self._variables, self._operation, kind, field.details
            ),
            field.nodes[0],
        )

    def _compile(
        self, kind: GraphQLObjectType, collect: Callable[[], CollectedFields], node: Node
    ) -> ObjectPlan:
        try:
            collected = collect().grouped_field_set
        except RecursionError:
            collected = None
        if collected is None:  # raised out here, where the error does not keep all frames of the recursion
            raise GraphQLError(TOO_DEEP, node)
        fields: list[FieldPlan] = []
        for key, details in collected.items():
            definition = self.schema.get_field(kind, details[0].node.name.value)
            if definition is not None:
                fields.append(FieldPlan(self, kind, key, len(fields), details, definition))
        plan = ObjectPlan(kind, tuple(fields))
        for field in fields:
            field.parent_plan = plan
        self._on_compiled(len(fields))
        return plan
