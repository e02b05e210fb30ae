"""Documents that were parsed and validated before: one that is sent again costs a look-up."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, specified_rules
from strawberry.schema.schema import validate_document

from faceforge_executor import compile_ahead
from faceforge_schema.execute import query_cost
from faceforge_schema.execute.needs import needs_of
from faceforge_storage.home.settings import Limits

MAX_CACHED = 500
"""How many documents of callers are cached."""


@dataclass(frozen=True)
class Document:
    """A document that was parsed, with what is wrong with it or the permissions that each of its operations needs."""

    node: DocumentNode
    errors: list[GraphQLError]
    operations: dict[str | None, OperationDefinitionNode]
    needs: dict[str | None, frozenset[str]]
    trusted: bool
    """Whether it is Core's own (a REST route): the limits of callers' queries spare it."""
    within_limits: set[str | None] = field(default_factory=set)
    """Its operations without variables that were found to be within the limits: they will be again."""


class Documents:
    """The documents of one schema; Core's own for good, callers' until others are used more."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._callers: OrderedDict[str, Document] = OrderedDict()
        self._own: dict[str, Document | None] = {}

    def keep(self, text: str) -> None:
        """Keep a document of Core's own for good."""
        self._own.setdefault(text, None)

    def compile(self) -> None:
        """Check Core's own documents and make their plans, so that no first request waits for it."""
        for text in self._own:
            compile_ahead(self.schema, self.own(text).node)

    def own(self, text: str) -> Document:
        """A document that was given to `keep`."""
        found = self._own[text]
        if found is None:
            found = self._own[text] = self._check(text, Limits(), trusted=True)
        return found

    def get(self, text: str, bounds: Limits) -> Document:
        """A document of a caller; raises QueryTooComplex, GraphqlSyntax, GraphQLSyntaxError."""
        found = self._callers.get(text)
        if found is not None:
            self._callers.move_to_end(text)
            return found
        found = self._callers[text] = self._check(text, bounds, trusted=False)
        if len(self._callers) > MAX_CACHED:
            self._callers.popitem(last=False)
        return found

    def _check(self, text: str, bounds: Limits, *, trusted: bool) -> Document:
        node = query_cost.read(text, bounds)
        errors = validate_document(self.schema, node, tuple(specified_rules))
        operations = {
            each.name.value if each.name else None: each
            for each in node.definitions
            if isinstance(each, OperationDefinitionNode)
        }
        if errors:
            return Document(node, errors, operations, {}, trusted)
        query_cost.check_size(node, bounds)
        needs = {name: needs_of(self.schema, node, each) for name, each in operations.items()}
        return Document(node, [], operations, needs, trusted)
