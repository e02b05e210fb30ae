"""Documents that were parsed and validated before: one that is sent again costs a look-up."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, specified_rules
from strawberry.schema.schema import validate_document

from faceforge_executor import compile_ahead
from faceforge_schema.execute import needs, query_cost
from faceforge_storage.home.settings import Limits

MAX_CACHED = 500
"""How many documents of callers are cached."""


@dataclass(frozen=True)
class Checked:
    """A parsed document, what is wrong with it, and its operations, each with what it needs."""

    document: DocumentNode
    errors: list[GraphQLError]
    operations: dict[str | None, OperationDefinitionNode]
    needs: dict[str | None, frozenset[str]]


class Documents:
    """The checked documents of one schema; Core's own for good, callers' until others are used more."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._cached: OrderedDict[str, Checked] = OrderedDict()
        self._own: dict[str, Checked | None] = {}

    def keep(self, text: str) -> None:
        """Keep a document of Core's own for good."""
        self._own.setdefault(text, None)

    def compile(self) -> None:
        """Check Core's own documents and make their plans, so that no first request waits for it."""
        for text in self._own:
            compile_ahead(self.schema, self.get(text, Limits()).document)

    def get(self, text: str, bounds: Limits) -> Checked:
        """The checked document; raises QueryTooComplex, GraphQLSyntaxError."""
        found = self._own.get(text) or self._cached.get(text)
        if found is None and text in self._own:
            found = self._own[text] = self._check(text, Limits())
        elif found is None:
            found = self._cached[text] = self._check(text, bounds)
            if len(self._cached) > MAX_CACHED:
                self._cached.popitem(last=False)
        elif text in self._cached:
            self._cached.move_to_end(text)
        return found

    def _check(self, text: str, bounds: Limits) -> Checked:
        document = query_cost.read(text, bounds)
        errors = validate_document(self.schema, document, tuple(specified_rules))
        if not errors:
            query_cost.check_size(document, bounds)
        operations = {
            node.name.value if node.name else None: node
            for node in document.definitions
            if isinstance(node, OperationDefinitionNode)
        }
        needed = (
            {}
            if errors
            else {name: needs.needs_of(self.schema, document, node) for name, node in operations.items()}
        )
        return Checked(document, errors, operations, needed)
