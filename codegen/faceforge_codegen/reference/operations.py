"""The page of operations: every route of REST and every root field of GraphQL, by noun."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLEnumType, GraphQLObjectType, get_named_type

from faceforge_codegen.reference.markdown import code_list, record_link
from faceforge_codegen.reference.other_routes import OtherRoute
from faceforge_codegen.reference.root_fields import root_fields
from faceforge_schema import Contract
from faceforge_schema.directives import OperationDirective, directive_of, item_type
from faceforge_server.rest import RestOperation
from faceforge_server.rest.problems import EVERYWHERE, EVERYWHERE_RARE, WITH_BODY

INTRODUCTION = """# Operations

Everything FaceForge can be asked, in both of its faces. The REST path is what a program calls at the address of
Core; the name is the field of the same operation in GraphQL, where arguments and fields are written in camelCase.
Both run the same code: same answer, same permission, same error codes. `/docs` of a running Core shows the REST
face with forms to try it, `/graphql` is a console for the other.

Any operation may also answer {everywhere}; those with a body {with_body}. [errors.md](errors.md) explains each.
Lists take `limit`, `cursor`, `sort_by`, `sort_order` and `include_total` besides what is listed here: see
[lists.md](lists.md).
"""
DETAILS = {
    "/v1/assets/upload": "uploads.md",
    "/v1/assets/{asset_id}/download": "downloads.md",
}
"""Path -> the page that explains its routes."""
PAGING = {"limit", "cursor", "sort_by", "sort_order"}


def page(
    contract: Contract, routes: list[RestOperation], others: list[OtherRoute], openapi: dict[str, Any]
) -> str:
    nouns: dict[str, list[str]] = {}
    for route in routes:
        noun = openapi["paths"][route.path][route.method.lower()]["tags"][0]
        nouns.setdefault(noun, []).append(_section(route))
    for other in others:
        nouns.setdefault(other.noun, []).append(_other_section(other))
    text = INTRODUCTION.format(
        everywhere=code_list((*EVERYWHERE, *EVERYWHERE_RARE)), with_body=code_list(WITH_BODY)
    )
    for noun, sections in nouns.items():
        text += f"\n## {noun.replace('-', ' ').capitalize()}\n" + "".join(sections)
    return text + "\n## Only in GraphQL\n" + "".join(_without_route(contract))


def _section(route: RestOperation) -> str:
    title = f"`{route.method} {route.path}`"
    return f"\n### {route.name}\n\n{title}\n\n{route.root_field.description}\n\n{' '.join(_facts(route))}\n"


def _facts(route: RestOperation) -> Iterator[str]:
    if route.needs:
        yield f"Needs {code_list(sorted(route.needs))}."
    yield f"Answers {route.status}{_answer(route)}."
    if route.body_model is not None:
        optional = "" if route.body_required else ", which may be left out"
        yield f"Body: {record_link(route.body_model.__name__)}{optional}."
    if query := [name for name in route.arguments if name not in {*route.path_names, *PAGING}]:
        yield f"Query: {code_list(query)}."
    if sorts := _sorts(route):
        yield f"Sorts by {code_list(sorts)}."
    if route.takes_version:
        yield "Takes `If-Match` (GraphQL: `expectedVersion`)."
    if route.creates:
        yield "Takes `Idempotency-Key`."
    if own := [code for code in route.errors if code not in EVERYWHERE]:
        yield f"Errors: {code_list(own)}."


def _answer(route: RestOperation) -> str:
    kind = get_named_type(route.root_field.type)
    if route.status == 204 or not isinstance(kind, GraphQLObjectType):
        return ""
    if route.is_list:
        return f" with a page of {record_link(item_type(kind).name)}"
    duplicate = f"; 200: {route.duplicate_means.rstrip('.')}" if route.duplicate_key else ""
    return f" with {record_link(kind.name)}{duplicate}"


def _sorts(route: RestOperation) -> list[str]:
    found = route.arguments.get("sort_by")
    kind = get_named_type(found[1].type) if found else None
    return [name.lower() for name in kind.values] if isinstance(kind, GraphQLEnumType) else []


def _other_section(route: OtherRoute) -> str:
    details = DETAILS.get(route.path)
    see = f" See [{details}]({details})." if details else ""
    return f"\n### {route.name}\n\n`{route.method} {route.path}`\n\n{route.description}{see}\n"


def _without_route(contract: Contract) -> Iterator[str]:
    for root, name, field in root_fields(contract):
        directive = directive_of(field, OperationDirective)
        if directive is None or directive.path is None:
            needs = f" Needs `{directive.needs}`." if directive is not None and directive.needs else ""
            yield f"\n### {name} ({root})\n\n{field.description}{needs}\n"
