"""What a document needs, read off it before anything runs.

A root field needs what its operation declares; every field below it that reaches another resource needs that resource's
own read permission, so no path through the graph goes round a permission.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
)

from faceforge_schema.directives import (
    OperationDirective,
    Resource,
    directive_of,
    holds_items,
    is_list,
    item_type,
    record_of,
)
from faceforge_storage.database.tables import RECORDS
from faceforge_storage.events.event import LINKS


def permissions_of(schema: GraphQLSchema) -> frozenset[str]:
    """Every permission there is: what some operation needs, or reading some record."""
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    fields = (field for root in roots if root is not None for field in root.fields.values())
    return frozenset().union(*map(needs_of_field, fields), *map(needs_of_type, schema.type_map.values()))


def needs_of_records(schema: GraphQLSchema) -> dict[str, str]:
    """Record type, as the journal has it -> what reading it needs; a link needs what its first end does.

    A record that no type of the schema shows is internal, and not in here.
    """
    found: dict[str, str] = {}
    for kind in schema.type_map.values():
        name, directive = record_of(kind), directive_of(kind, Resource)
        if name is not None and name in RECORDS and directive is not None:
            found[name] = directive.needs
    return found | {link: found[end] for link, end in LINKS.items() if end in found}


def needs_of(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> frozenset[str]:
    """Every permission that the operation needs, whatever its variables are."""
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    root = schema.get_root_type(operation.operation)

    def walk(parent: Any, selections: SelectionSetNode) -> Iterator[str]:
        for node in selections.selections:
            if isinstance(node, FragmentSpreadNode):
                # Each fragment once: fragments that spread others twice would be walked exponentially often.
                fragment = fragments.pop(node.name.value, None)
                if fragment is None:
                    continue
                yield from walk(schema.type_map[fragment.type_condition.name.value], fragment.selection_set)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                yield from walk(
                    schema.type_map[condition.name.value] if condition else parent, node.selection_set
                )
            elif isinstance(node, FieldNode) and not node.name.value.startswith("__"):
                field = parent.fields[node.name.value]
                result = get_named_type(field.type)
                if parent is root:
                    yield from needs_of_field(field)
                elif not holds_items(parent, node.name.value, field):
                    yield from needs_of_type(result)
                if node.selection_set is not None:
                    yield from walk(result, node.selection_set)

    return frozenset(walk(root, operation.selection_set))


def needs_of_roots(schema: GraphQLSchema, document: DocumentNode) -> frozenset[str]:
    """What the root fields of a document need whichever of its operations runs, which may not be valid yet.

    Of fragments only those within an operation are looked into: the others wait for the validation.
    """
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]

    def roots(parent: Any, selections: SelectionSetNode) -> Iterator[str]:
        waiting = [selections]
        for each in waiting:  # grows while it is walked
            for node in each.selections:
                if isinstance(node, InlineFragmentNode):
                    waiting.append(node.selection_set)
                elif (
                    isinstance(node, FieldNode) and (field := parent.fields.get(node.name.value)) is not None
                ):
                    yield from needs_of_field(field)

    needed = [
        frozenset(roots(root, each.selection_set))
        for each in operations
        if (root := schema.get_root_type(each.operation)) is not None
    ]
    return frozenset.intersection(*needed) if needed else frozenset()


def needs_of_field(field: GraphQLField) -> frozenset[str]:
    """What the operation behind a root field needs."""
    directive = directive_of(field, OperationDirective)
    return frozenset((directive.needs,)) if directive is not None and directive.needs else frozenset()


def needs_of_type(type_: GraphQLNamedType) -> frozenset[str]:
    """What reading a resource, or a list of one, needs."""
    directive = directive_of(item_type(type_) if is_list(type_) else type_, Resource)
    return frozenset((directive.needs,)) if directive is not None else frozenset()
