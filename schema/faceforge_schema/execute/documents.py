"""Documents that were parsed and found valid: one that is sent again costs a look-up."""

from __future__ import annotations

import gc
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from sys import getsizeof

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from faceforge_executor import bound_plans, compile_ahead, forget_plans
from faceforge_schema.execute import query_cost
from faceforge_schema.execute.needs import needs_of, needs_of_roots
from faceforge_storage.home.settings import Limits

TOKEN_BYTES = 700
"""What a token of a parsed document takes, its nodes and its place included; 190 to 610 were measured."""
TEXT_COPIES = 2
"""How often the text of a document may be there: names and texts in it are copies."""
COLLECTED_BYTES = 16 * 1024 * 1024
"""How much may have been dropped, and wait for the garbage collector."""
MAX_ERRORS = 20
"""How many faults of one document are reported."""
MAX_PLACES = 10
"""How many places the report of a fault names."""

RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)

Check = Callable[[frozenset[str]], None]
"""Raises Forbidden unless all of these permissions are held."""


@dataclass(frozen=True)
class Document:
    """A document that was parsed, with what is wrong with it or the permissions that each of its operations needs."""

    node: DocumentNode
    tokens: int
    errors: list[GraphQLError]
    operations: dict[str | None, OperationDefinitionNode]
    needs: dict[str | None, frozenset[str]]
    trusted: bool
    """Whether it is Core's own (a REST route): the limits of callers' queries spare it."""
    within_limits: set[str | None] = field(default_factory=set)
    """Its operations without variables that were found to be within the limits: they will be again."""

    @property
    def kept_bytes(self) -> int:
        """What keeping it takes, about."""
        text = self.node.loc.source.body if self.node.loc is not None else ""
        return self.tokens * TOKEN_BYTES + TEXT_COPIES * getsizeof(text)


class Documents:
    """The documents of one schema; Core's own for good, callers' until others are used more.

    Of callers' those are kept that are valid, within half of `limits.document_cache_bytes`; the other half is for their
    plans. Any thread may use it.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._lock = threading.Lock()
        self._callers: OrderedDict[str, Document] = OrderedDict()
        self._bytes = self._dropped_bytes = 0
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
            found = self._own[text] = self._checked(query_cost.read(text, Limits()), Limits(), trusted=True)
        return found

    def find(self, text: str) -> Document | None:
        """A valid document of a caller that is kept."""
        with self._lock:
            found = self._callers.get(text)
            if found is not None:
                self._callers.move_to_end(text)
        return found

    def get(self, text: str, bounds: Limits, check: Check) -> Document:
        """A document of a caller, valid or not, which takes long for a large one that is not kept.

        `check` is asked first for what its root fields need: a stranger's documents are not worth validating. Raises
        QueryTooComplex, GraphqlSyntax, GraphQLSyntaxError and what `check` does.
        """
        found = self.find(text)
        if found is None:
            node = query_cost.read(text, bounds)
            check(needs_of_roots(self.schema, node))
            found = self._checked(node, bounds, trusted=False)
            if not found.errors:
                self._keep(text, found, bounds.document_cache_bytes // 2)
        return found

    def _keep(self, text: str, document: Document, most: int) -> None:
        bound_plans(self.schema, most)
        if document.kept_bytes > most:
            return
        with self._lock:
            if text in self._callers:
                return
            self._callers[text] = document
            self._bytes += document.kept_bytes
            while self._bytes > most:
                _, dropped = self._callers.popitem(last=False)
                self._bytes -= dropped.kept_bytes
                self._dropped_bytes += dropped.kept_bytes
                for operation in dropped.operations.values():
                    forget_plans(self.schema, operation)
            collect = self._dropped_bytes > COLLECTED_BYTES
            if collect:
                self._dropped_bytes = 0
        if (
            collect
        ):  # plans are circles, few and with much in them: the collector would not come for them in time
            gc.collect()

    def _checked(self, node: DocumentNode, bounds: Limits, *, trusted: bool) -> Document:
        tokens = query_cost.unlink_tokens(node)
        errors = [_shortened(each) for each in validate(self.schema, node, RULES, max_errors=MAX_ERRORS)]
        operations = {
            each.name.value if each.name else None: each
            for each in node.definitions
            if isinstance(each, OperationDefinitionNode)
        }
        if errors:
            return Document(node, tokens, errors, operations, {}, trusted)
        query_cost.check_size(node, bounds)
        needs = {name: needs_of(self.schema, node, each) for name, each in operations.items()}
        return Document(node, tokens, [], operations, needs, trusted)


def _shortened(error: GraphQLError) -> GraphQLError:
    """The error with few places: each is looked up in the text, and there may be thousands."""
    return GraphQLError(error.message, (error.nodes or [])[:MAX_PLACES])
