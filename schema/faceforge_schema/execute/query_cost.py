"""What a caller's query may cost, as far as it is read off the document and its plan before anything runs."""

from __future__ import annotations

import re
from functools import cache

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from faceforge_executor import ObjectPlan
from faceforge_schema.directives import is_list, items_field
from faceforge_storage.errors import GraphqlSyntax, QueryTooComplex
from faceforge_storage.home.settings import Limits

SHORTER = "Ask in several queries, or raise `limits.query_tokens`."

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
            raise QueryTooComplex(
                f"The document has more than {limits.query_tokens} tokens.", hint=SHORTER
            ) from None
        if "nested too deeply" in error.message:
            raise QueryTooComplex("The document nests too deeply to be read.") from None
        raise
    except RecursionError:
        raise QueryTooComplex("The document nests too deeply to be read.") from None


def unlink_tokens(document: DocumentNode) -> int:
    """Take the tokens of a parsed document apart; answers how many there were, comments included.

    Linked to one another they would keep comments, and as a circle the whole text, longer than anybody needs them.
    """
    token, count = document.loc.start_token if document.loc is not None else None, 0
    while token is not None:
        following = token.next
        token.prev = token.next = None
        token, count = following, count + 1
    return count


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
                f"Written without fragments, the query has over {limits.query_tokens} parts.", hint=SHORTER
            )


def check(plan: ObjectPlan, limits: Limits) -> None:
    """Raise QueryTooComplex when a plan is too deep or has too many aliases.

    Lists are no levels: their items are. Introspection is held by graphql-core's own rule and is not counted. How many
    objects there are is counted while they are read, by a `ReadBudget`.
    """
    aliases = 0

    def walk(selection: ObjectPlan, depth: int) -> None:
        nonlocal aliases
        if depth > limits.query_depth:
            raise QueryTooComplex(
                f"The query nests deeper than {limits.query_depth} levels.",
                hint="Ask for fewer levels at once, or raise `limits.query_depth`.",
            )
        for each in selection.fields:
            aliases += sum(node.alias is not None for node in each.nodes)
            if aliases > limits.query_aliases:
                raise QueryTooComplex(
                    f"The query has more than {limits.query_aliases} aliases.",
                    hint="Ask in several queries, or raise `limits.query_aliases`.",
                )
            if each.is_leaf or each.name.startswith("__"):
                continue
            items = each.name == items_field(selection.kind)
            listed = is_list(selection.kind) or is_list(each.named_type)
            for below in each.plans_below():
                walk(below, depth + (items or not listed))

    walk(plan, 1)
