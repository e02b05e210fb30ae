"""The page of permissions: which operations each one allows, and which records it lets a nested query reach."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLNamedType

from faceforge_codegen.reference.markdown import code_list
from faceforge_codegen.reference.other_routes import OtherRoute
from faceforge_codegen.reference.root_fields import root_fields
from faceforge_schema import Contract, permissions_of
from faceforge_schema.actors import with_reads
from faceforge_schema.directives import OperationDirective, Resource, directive_of

INTRODUCTION = """# Permissions

A permission is `noun:verb`. `noun:write` includes `noun:read`: whoever changes a record is answered with it. The
install token has all of them; a token made for a tool has those it was given, with what they include:

```
python3 dev.py token create --name ComfyUI --permission assets:read --permission entities:read
```

Each token may ask what it is called and what it may do: `currentToken`, `GET /v1/tokens/current`. With
`FACEFORGE_TOKEN` in its environment, `python3 dev.py token` makes, lists, rotates and revokes with that token instead
of the install token.

A token can neither give more than it has nor change a token that has more. Without a permission, every operation
that needs it answers 403 `forbidden`, in both faces. In a nested GraphQL query each kind of record that is reached
needs its own read permission, and this is checked before anything runs: a token with only `entities:read` cannot
ask for `entities { nodes { assets { nodes { id } } } }`.

| permission | what it allows |
|---|---|
"""


def page(contract: Contract, others: list[OtherRoute]) -> str:
    return INTRODUCTION + "".join(_rows(contract, others))


def _rows(contract: Contract, others: list[OtherRoute]) -> Iterator[str]:
    allowed: dict[str, list[str]] = {}
    for permission, operation in _needs(contract, others):
        allowed.setdefault(permission, []).append(operation)
    for permission in sorted(permissions_of(contract.graphql)):
        records = [
            name for name, kind in contract.graphql.type_map.items() if _needed_to_read(kind) == permission
        ]
        reaching = f"; reaching {code_list(records)} in a nested query" if records else ""
        included = sorted(with_reads((permission,)) - {permission})
        including = f"; all that {code_list(included)} allows" if included else ""
        yield f"| `{permission}` | {code_list(allowed.get(permission, []))}{reaching}{including} |\n"


def _needs(contract: Contract, others: list[OtherRoute]) -> Iterator[tuple[str, str]]:
    """(permission, name of an operation that needs it)."""
    for root, name, field in root_fields(contract):
        directive = directive_of(field, OperationDirective)
        if directive is not None and directive.needs:
            yield directive.needs, f"{name} (subscription)" if root == "subscription" else name
    for route in others:
        for permission in route.needs:
            yield permission, route.name


def _needed_to_read(kind: GraphQLNamedType) -> str | None:
    directive = directive_of(kind, Resource)
    return directive.needs if directive is not None else None
