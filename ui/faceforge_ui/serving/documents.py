"""The GraphQL documents of pages: one operation each, with the fragments of its folder and those above put in.

What needs a permission besides that of the page stands under `@include(if: $may_assets_read)`: whoever lacks it asks
for the rest, and the answer has no such field.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

from graphql import (
    REMOVE,
    SKIP,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

MAY = "may_"
"""What the name of a variable begins with that stands for a permission: `$may_assets_read`."""


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


@cache
def permissions_in(document: str) -> frozenset[str]:
    """The permissions that a document names: what they are needed for can be left out of it."""
    definitions = _operation(document).variable_definitions or ()
    return frozenset(filter(None, (_permission(each.variable) for each in definitions)))


@cache
def readable(document: str, held: frozenset[str]) -> str:
    """The document for whoever holds just these of the permissions that it names."""
    if not permissions_in(document):
        return document
    left = visit(parse(document), _LeaveOut(held))
    used = _Used()
    visit(left, used)
    return print_ast(visit(left, _Declared(used.names)))


def versions_of(document: str) -> list[str]:
    """The document for everybody: for each of the permissions that it names, with and without."""
    named = sorted(permissions_in(document))
    return [
        readable(document, frozenset(held))
        for number in range(len(named) + 1)
        for held in combinations(named, number)
    ]


def _operation(document: str) -> OperationDefinitionNode:
    (found,) = parse(document).definitions
    assert isinstance(found, OperationDefinitionNode)
    return found


def _permission(variable: VariableNode) -> str:
    """The permission that a variable stands for, or nothing."""
    noun, _, verb = variable.name.value.removeprefix(MAY).rpartition("_")
    return f"{noun}:{verb}" if variable.name.value.startswith(MAY) else ""


def _condition(directive: DirectiveNode) -> str:
    """The permission that a directive asks for, or nothing."""
    value = directive.arguments[0].value if directive.arguments else None
    return _permission(value) if directive.name.value == "include" and isinstance(value, VariableNode) else ""


class _LeaveOut(Visitor):
    """Takes out what is not held, and every mention of permissions."""

    def __init__(self, held: frozenset[str]) -> None:
        super().__init__()
        self._held = held

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        return self._left_out(node)

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: Any) -> Any:
        return self._left_out(node)

    def enter_directive(self, node: DirectiveNode, *_: Any) -> Any:
        return REMOVE if _condition(node) else None

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> Any:
        return REMOVE if _permission(node.variable) else None

    def _left_out(self, node: FieldNode | InlineFragmentNode) -> Any:
        needed = set(map(_condition, node.directives or ())) - {""}
        return None if needed <= self._held else REMOVE


class _Used(Visitor):
    """Collects the names of the variables that a document uses."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable_definition(self, *_: Any) -> Any:
        return SKIP

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.names.add(node.name.value)


class _Declared(Visitor):
    """Takes out the variables that nothing uses any more, which GraphQL refuses."""

    def __init__(self, used: set[str]) -> None:
        super().__init__()
        self._used = used

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> Any:
        return None if node.variable.name.value in self._used else REMOVE
