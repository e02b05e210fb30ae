"""The reference pages that are read off the schema: operations, records and their inputs, permissions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)

from faceforge_schema import Contract, build_schema, permissions_of
from faceforge_schema.directives import OperationDirective, Resource, directive_of, is_list, item_type
from faceforge_server.files.paths import BYTE_PATHS
from faceforge_server.rest import RestOperation, rest_operations
from faceforge_server.rest.documents import shown_fields
from faceforge_server.rest.models import model_schemas
from faceforge_server.rest.openapi import EVERYWHERE, EVERYWHERE_RARE, WITH_BODY

OPERATIONS = """# Operations

Everything FaceForge can be asked, in both of its faces. The REST path is what a program calls at the address of
Core; the name is the field of the same operation in GraphQL, where arguments and fields are written in camelCase.
Both run the same code: same answer, same permission, same error codes. `/docs` of a running Core shows the REST
face with forms to try it, `/graphql` is a console for the other.

Any operation may also answer {everywhere}; those with a body {with_body}. [errors.md](errors.md) says what each
means. Lists take `limit`, `cursor`, `sort_by`, `sort_order` and `include_total` besides what is told here: see
[lists.md](lists.md).
"""
RECORDS = """# Records and inputs

What REST sends and takes, name by name. GraphQL has the same in camelCase, except that a record's own id is called
`id` there. **Inputs** are the bodies of REST and the argument `input` of GraphQL; an unknown key is refused. In a
*Patch*, an absent key keeps what is there and null clears it, where null is allowed.

An *id* is 64 lower-case hex digits; a *moment* is RFC 3339 in UTC, such as `2026-01-31T08:09:10.000000Z`; a *whole
number* may have 64 bits.
"""
PERMISSIONS = """# Permissions

A permission is `noun:verb`. The install token has all of them; a token made for a tool has those it was given:

```
faceforge token create --name ComfyUI --permission assets:read --permission entities:read
```

A token can neither give more than it has nor change a token that has more. Without a permission, every operation
that needs it answers 403 `forbidden`, in both faces. In a nested GraphQL query each kind of record that is reached
needs its own read permission, and this is checked before anything runs: a token with only `entities:read` cannot
ask for `entities { nodes { assets { nodes { id } } } }`.

| permission | what it allows |
|---|---|
"""
PLAIN = {
    "BigInt": "whole number",
    "Boolean": "true or false",
    "DateTime": "moment",
    "Float": "number",
    "ID": "id",
    "Int": "whole number",
    "JSON": "any JSON value",
    "JSONObject": "JSON object",
    "String": "text",
}
"""What a reader who is no programmer may call a scalar."""


def pages() -> dict[str, str]:
    """What each page must hold, by its name in docs/reference."""
    contract = build_schema()
    operations = rest_operations(contract)
    return {
        "operations.md": _operations(contract, operations),
        "records.md": RECORDS + "".join(_types(operations)),
        "permissions.md": PERMISSIONS + "".join(_permissions(contract)),
    }


def _operations(contract: Contract, operations: list[RestOperation]) -> str:
    nouns: dict[str, list[str]] = {}
    for operation in operations:
        nouns.setdefault(_noun(operation.path), []).append(_operation(operation))
    for path, methods in BYTE_PATHS.items():
        nouns[_noun(path)] += [_bytes(path, method, told) for method, told in methods.items()]
    text = OPERATIONS.format(everywhere=_codes((*EVERYWHERE, *EVERYWHERE_RARE)), with_body=_codes(WITH_BODY))
    for noun, sections in nouns.items():
        text += f"\n## {noun.replace('-', ' ').capitalize()}\n" + "".join(sections)
    return text + "\n## Only in GraphQL\n" + "".join(_without_route(contract))


def _noun(path: str) -> str:
    return path.removeprefix("/v1/").removeprefix("admin/").partition("/")[0]


def _operation(operation: RestOperation) -> str:
    told = [f"Needs {_codes(sorted(operation.needs))}.", f"Answers {operation.status}{_answered(operation)}."]
    if operation.body_model is not None:
        may = "" if operation.body_required else ", which may be left out"
        told.append(f"Body: {_link(operation.body_model.__name__)}{may}.")
    asked = [name for name in operation.arguments if name not in operation.path_names and not _pages(name)]
    if asked:
        told.append(f"Query: {_codes(asked)}.")
    if sorts := _sorts(operation):
        told.append(f"Sorts by {_codes(sorts)}.")
    if operation.takes_version:
        told.append("Takes `If-Match` (GraphQL: `expectedVersion`).")
    if operation.creates:
        told.append("Takes `Idempotency-Key`.")
    own = [code for code in operation.errors if code not in EVERYWHERE]
    if own:
        told.append(f"Errors: {_codes(own)}.")
    title = f"{operation.method} {operation.path}"
    words = " ".join(told)
    return f"\n### {operation.name}\n\n`{title}`\n\n{operation.root_field.description}\n\n{words}\n"


def _pages(name: str) -> bool:
    return name in ("limit", "cursor", "sort_by", "sort_order")


def _sorts(operation: RestOperation) -> list[str]:
    found = operation.arguments.get("sort_by")
    kind = get_named_type(found[1].type) if found else None
    return [name.lower() for name in kind.values] if isinstance(kind, GraphQLEnumType) else []


def _answered(operation: RestOperation) -> str:
    kind = get_named_type(operation.root_field.type)
    if operation.status == 204 or not isinstance(kind, GraphQLObjectType):
        return ""
    if operation.is_list:
        return f" with a page of {_link(item_type(kind).name)}"
    return f" with {_link(kind.name)}" + (
        ", or 200 with the one that is there" if operation.duplicate_key else ""
    )


def _bytes(path: str, method: str, told: Any) -> str:
    page = "uploads.md" if path.endswith("/upload") else "downloads.md"
    said = " ".join(told["description"].split())
    return f"\n### {told['operationId']}\n\n`{method.upper()} {path}`\n\n{said} See [{page}]({page}).\n"


def _without_route(contract: Contract) -> Iterator[str]:
    schema = contract.graphql
    for root in (schema.query_type, schema.mutation_type, schema.subscription_type):
        for name, field in root.fields.items() if root is not None else ():
            told = directive_of(field, OperationDirective)
            if told is None or told.path is None:
                needs = f" Needs `{told.needs}`." if told is not None and told.needs else ""
                yield f"\n### {name} ({root.name.lower() if root else ''})\n\n{field.description}{needs}\n"


def _types(operations: list[RestOperation]) -> Iterator[str]:
    answers: dict[str, GraphQLObjectType] = {}
    inputs: dict[str, GraphQLInputObjectType] = {}
    for operation in operations:
        kind = get_named_type(operation.root_field.type)
        if isinstance(kind, GraphQLObjectType) and operation.status != 204:
            _gather(item_type(kind) if is_list(kind) else kind, answers)
        if operation.body_type is not None:
            _gather(operation.body_type, inputs)
    yield "\n## Records\n"
    for name, answer in sorted(answers.items()):
        yield _table(name, answer.description, [_row(key, each) for key, _, each in shown_fields(answer)])
    yield "\n## Inputs\n"
    models = model_schemas(operations)
    for name, body in sorted(inputs.items()):
        yield _table(name, body.description, list(_input_rows(body, models[name])))


def _gather(kind: Any, found: dict[str, Any]) -> None:
    if kind.name in found:
        return
    found[kind.name] = kind
    fields = (
        [each for _, _, each in shown_fields(kind)]
        if isinstance(kind, GraphQLObjectType)
        else kind.fields.values()
    )
    for each in fields:
        below = get_named_type(each.type)
        if isinstance(below, GraphQLObjectType | GraphQLInputObjectType):
            _gather(below, found)


def _input_rows(body: GraphQLInputObjectType, model: Any) -> Iterator[str]:
    """Whether null, a default or bounds are allowed is known to the model that validates, not to GraphQL."""
    for name, field in body.fields.items():
        key = _snake(name)
        told = model["properties"][key]
        kind = _kind(get_nullable_type(field.type)) + (" or null" if _takes_null(told) else "")
        notes = [" **Required.**"] if key in model.get("required", ()) else []
        if told.get("default") not in (None, [], {}):
            notes.append(f" Default: `{json.dumps(told['default'])}`.")
        yield f"| `{key}` | {kind} | {_cell(field.description)}{''.join(notes)} |"


def _takes_null(schema: Any) -> bool:
    return schema.get("type") == "null" or any(_takes_null(each) for each in schema.get("anyOf", ()))


def _table(name: str, description: str | None, rows: list[str]) -> str:
    head = "| name | what it holds | what it says |\n|---|---|---|\n"
    return f"\n### {name}\n\n{' '.join((description or '').split())}\n\n{head}" + "\n".join(rows) + "\n"


def _row(key: str, field: Any) -> str:
    null = "" if is_non_null_type(field.type) else " or null"
    return f"| `{key}` | {_kind(field.type)}{null} | {_cell(field.description)} |"


def _kind(kind: Any) -> str:
    plain = get_nullable_type(kind)
    if is_list_type(plain):
        return f"list of {_kind(plain.of_type)}"
    if isinstance(plain, GraphQLEnumType):
        return ", ".join(f"`{name.lower()}`" for name in plain.values)
    if isinstance(plain, GraphQLObjectType | GraphQLInputObjectType):
        return _link(plain.name, "")
    return PLAIN[plain.name]


def _permissions(contract: Contract) -> Iterator[str]:
    schema = contract.graphql
    needed: dict[str, list[str]] = {}
    for root in (schema.query_type, schema.mutation_type, schema.subscription_type):
        for name, field in root.fields.items() if root is not None else ():
            for needs in _needs(field):
                called = f"{name} (subscription)" if root is schema.subscription_type else name
                needed.setdefault(needs, []).append(called)
    needed["assets:write"] += ["uploadAsset", "uploadAssetBytes"]
    needed["assets:read"] += ["getAssetBytes", "headAssetBytes"]
    for permission in sorted(permissions_of(schema)):
        allowed = _codes(needed.get(permission, []))
        also = [name for name, kind in schema.type_map.items() if _reads(kind) == permission]
        reaching = f"; reaching {_codes(also)} in a nested query" if also else ""
        yield f"| `{permission}` | {allowed}{reaching} |\n"


def _needs(field: GraphQLField) -> list[str]:
    told = directive_of(field, OperationDirective)
    return [told.needs] if told is not None and told.needs else []


def _reads(kind: Any) -> str | None:
    told = directive_of(kind, Resource)
    return told.needs if told is not None else None


def _codes(words: Any) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _link(name: str, page: str = "records.md") -> str:
    return f"[{name}]({page}#{name.lower()})"


def _cell(text: str | None) -> str:
    return " ".join((text or "").replace("|", "\\|").split())


def _snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda found: "_" + found[0].lower(), name)
