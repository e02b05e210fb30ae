"""The root fields of the GraphQL schema: queries, mutations, subscriptions."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLField

from faceforge_schema import Contract


def root_fields(contract: Contract) -> Iterator[tuple[str, str, GraphQLField]]:
    """(`query`, `mutation` or `subscription`, name, field) of each."""
    schema = contract.graphql
    for root in (schema.query_type, schema.mutation_type, schema.subscription_type):
        if root is not None:
            for name, field in root.fields.items():
                yield root.name.lower(), name, field
