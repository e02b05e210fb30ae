"""The GraphQL documents of pages: one operation each, with the fragments of its folder and those above put in."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    Visitor,
    parse,
    print_ast,
    visit,
)


def documents_of(folder: Path, root: Path) -> dict[str, str]:
    """Each operation that `*.graphql` of a folder have, by its name; raises KeyError for an unknown fragment.

    Fragments come from the folder and from those above it, up to `root`.
    """
    fragments = {
        each.name.value: each
        for above in reversed([folder, *folder.parents])
        if above.is_relative_to(root)
        for each in _definitions(above)
        if isinstance(each, FragmentDefinitionNode)
    }
    operations = [each for each in _definitions(folder) if isinstance(each, OperationDefinitionNode)]
    found: dict[str, str] = {}
    for each in operations:
        if each.name is None or each.name.value in found:
            raise ValueError(f"{folder}: each operation has a name of its own")
        found[each.name.value] = print_ast(visit(each, _Inline(fragments)))
    return found


@cache
def _definitions(folder: Path) -> tuple[Any, ...]:
    documents: list[DocumentNode] = [
        parse(path.read_text("utf-8")) for path in sorted(folder.glob("*.graphql"))
    ]
    return tuple(each for document in documents for each in document.definitions)


class _Inline(Visitor):
    """Puts the selection of each fragment in the place of its name: Core's own documents have none."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        super().__init__()
        self._fragments = fragments

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> InlineFragmentNode:
        fragment = self._fragments[node.name.value]
        selections = visit(fragment.selection_set, self)
        return InlineFragmentNode(
            type_condition=fragment.type_condition, directives=node.directives, selection_set=selections
        )
