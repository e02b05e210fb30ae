"""What a caller's query may cost, read off its plan and its variables before anything runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    parse,
)

from faceforge_executor import FieldPlan, ObjectPlan
from faceforge_schema.directives import is_list, items_field
from faceforge_storage.database.keyset import DEFAULT_LIMIT, MAX_LIMIT
from faceforge_storage.errors import GraphqlSyntax, QueryTooComplex
from faceforge_storage.home.settings import Limits

CEILING = 10**12
_NUL = re.compile(r"\\u(0000|\{0+\})")
"""GraphQL lets a text hold U+0000 by an escape; no database does."""


def read(text: str, limits: Limits) -> DocumentNode:
    """Parse a document of at most `limits.query_tokens` tokens; raises QueryTooComplex, GraphqlSyntax,
    GraphQLSyntaxError."""
    if _NUL.search(text):
        raise GraphqlSyntax("The document has an escaped U+0000 in it.", hint="Leave that character out.")
    try:
        return parse(text, max_tokens=limits.query_tokens)
    except GraphQLError as error:
        if "tokens" in error.message and str(limits.query_tokens) in error.message:
            raise QueryTooComplex(f"The document has more than {limits.query_tokens} tokens.") from None
        if "nested too deeply" in error.message:
            raise QueryTooComplex("The document nests too deeply to be read.") from None
        raise
    except RecursionError:
        raise QueryTooComplex("The document nests too deeply to be read.") from None


def check_size(document: DocumentNode, limits: Limits) -> None:
    """Raise QueryTooComplex for a valid document that is too large once its fragments are spread.

    Fragments that spread others twice make a small document exponentially large; its parts are counted without
    spreading them.
    """
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }

    @cache
    def spread(name: str) -> int:
        return parts(fragments[name].selection_set)

    def parts(selections: SelectionSetNode | None) -> int:
        count = 0
        for node in selections.selections if selections is not None else ():
            count += 1
            if isinstance(node, FragmentSpreadNode):
                count += spread(node.name.value)
            elif isinstance(node, FieldNode | InlineFragmentNode):
                count += parts(node.selection_set)
        return count

    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode) and parts(node.selection_set) > limits.query_tokens:
            raise QueryTooComplex(
                f"Written without fragments, the query has over {limits.query_tokens} parts."
            )


def check(plan: ObjectPlan, variables: Mapping[str, Any], limits: Limits) -> None:
    """Raise QueryTooComplex when a plan is too deep, has too many aliases, or may answer too many objects.

    The objects are counted at worst: a list of `first` items under one of `first` items multiplies. Introspection is
    held by graphql-core's own rule and is not counted.
    """
    aliases = 0

    def walk(selection: ObjectPlan, depth: int, times: int) -> int:
        if depth > limits.query_depth:
            raise QueryTooComplex(f"The query nests deeper than {limits.query_depth} levels.")
        objects = 0
        for each in selection.fields:
            objects += field(selection, each, depth, times)
            if objects > limits.query_objects:
                raise QueryTooComplex(f"The query may answer more than {limits.query_objects} objects.")
        return objects

    def field(selection: ObjectPlan, each: FieldPlan, depth: int, times: int) -> int:
        nonlocal aliases
        aliases += sum(node.alias is not None for node in each.nodes)
        if aliases > limits.query_aliases:
            raise QueryTooComplex(f"The query has more than {limits.query_aliases} aliases.")
        if each.is_leaf or each.name.startswith("__"):
            return 0
        if "first" in each.definition.args:
            # The connection itself is no level and no object: its items are.
            return below(each, depth, min(times * _first(each.nodes[0], variables), CEILING))
        if is_list(selection.kind) or is_list(each.named_type):
            objects = times if each.name == items_field(selection.kind) else 0
            return objects + below(each, depth + (objects > 0), times)
        return times + below(each, depth + 1, times)

    def below(each: FieldPlan, depth: int, times: int) -> int:
        return max((walk(selection, depth, times) for selection in each.plans_below()), default=0)

    walk(plan, 1, 1)


def _first(node: FieldNode, variables: Mapping[str, Any]) -> int:
    first = next((each.value for each in node.arguments or () if each.name.value == "first"), None)
    if isinstance(first, IntValueNode):
        wanted: Any = int(first.value)
    elif isinstance(first, VariableNode):
        # A variable left out may have a default of its own: take the worst.
        wanted = variables.get(first.name.value, MAX_LIMIT)
    else:
        wanted = DEFAULT_LIMIT
    return min(max(wanted, 1), MAX_LIMIT) if isinstance(wanted, int) else MAX_LIMIT
