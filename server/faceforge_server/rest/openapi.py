"""OpenAPI 3.1 from the same schema: one component for each type, one path for each route."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from graphql import (
    GraphQLEnumType,
    GraphQLInputType,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_required_argument,
)
from starlette.routing import BaseRoute

from faceforge_schema.directives import PATTERN
from faceforge_server.http.request_context import KEY_LENGTH
from faceforge_server.rest.documents import TOTAL
from faceforge_server.rest.examples import (
    answer_example,
    answered_fields,
    body_example,
    declared,
    parameter_example,
)
from faceforge_server.rest.inputs import IF_MATCH
from faceforge_server.rest.models import model_schemas, tidy
from faceforge_server.rest.operations import PREFIX, RestOperation
from faceforge_server.rest.problems import (
    EVERYWHERE,
    EVERYWHERE_RARE,
    WITH_BODY,
    WITH_QUERY,
    problem_schema,
    problems,
    shared_problems,
)
from faceforge_server.rest.schemas import answer_schemas, component, input_schema
from faceforge_storage.database.keyset import DEFAULT_LIMIT, MAX_LIMIT

Json = dict[str, Any]

PERMISSIONS = "x-permissions"
"""The extension of OpenAPI that names the permissions of an operation."""
SECURITY: list[Json] = [{"bearer": []}, {"header": []}]
"""What a request must bring, unless its route declares otherwise; a public one has `[]`."""
ETAG: Json = {"type": "string", "pattern": '^"([0-9]+-)?[0-9a-f]+"$', "examples": ['"3-5b38cd"']}
SEEN_BEFORE: Json = {"type": "string", "examples": ['"3-5b38cd"']}
"""An ETag that was sent: one or several, or `*`."""
UNCHANGED: Json = {"type": "string", "pattern": IF_MATCH, "examples": ['"3"']}
IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": KEY_LENGTH,
        "pattern": "^[ -~]+$",
        "examples": ["ada-2026-01-31"],
    },
    "description": "Any text: the same key with the same request gives the first answer again.",
}

BEGIN = "entities"
"""The tag that pages and readers of the document see first."""


def openapi(operations: list[RestOperation], path_operations: Sequence[BaseRoute], version: str) -> Json:
    """The OpenAPI document: of the routes that are generated, and, as FastAPI describes them, of those that are not."""
    paths: Json = {}
    bodies = model_schemas(operations)
    # A list before what stands below one of its records.
    for operation in sorted(operations, key=lambda each: each.path):
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, bodies)
    by_hand = tidy(get_openapi(title="", version=version, routes=path_operations))
    for path, methods in by_hand["paths"].items():
        paths.setdefault(path, {}).update(methods)
    errors = shared_problems(paths)
    schemas = {name: schema for operation in operations for name, schema in answer_schemas(operation)}
    schemas.update(bodies)
    schemas.update(by_hand.get("components", {}).get("schemas", {}))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "FaceForge Core",
            "version": version,
            "description": "Entities and the files that belong to them. The same operations are reached by GraphQL at "
            "`/graphql`. Whoever writes a program reads this document at `/openapi.json` and the schema of GraphQL at "
            "`/schema.graphql`, both without a token. Adding a field is no breaking change. Each operation names its "
            "permission (`x-permissions`); `noun:write` includes `noun:read`.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": "/"}],
        "security": SECURITY,
        "tags": list(_tags(operations)),
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "header": {"type": "apiKey", "in": "header", "name": "X-FaceForge-Token"},
            },
            "responses": errors,
            "examples": dict(sorted(_answer_examples(operations).items())),
            "schemas": dict(sorted({**schemas, "Problem": problem_schema()}.items())),
        },
    }


def summary(described: str) -> str:
    """The first sentence of a description, as plain text."""
    return described.split(". ", maxsplit=1)[0].rstrip(".").replace("`", "")


def _tags(operations: list[RestOperation]) -> Iterator[Json]:
    """The nouns, described as the modules are that declare them; first what a person begins with."""
    by_tag: dict[str, list[RestOperation]] = {}
    for operation in operations:
        by_tag.setdefault(_tag(operation), []).append(operation)
    for name, found in sorted(by_tag.items(), key=lambda each: each[0] != BEGIN):
        declaring = min(found, key=lambda each: len(each.path)).declaration.base_resolver
        module = sys.modules[declaring.wrapped_func.__module__] if declaring is not None else None
        yield {"name": name, "description": (getattr(module, "__doc__", None) or "").partition("\n\n")[0]}


def _answer_examples(operations: list[RestOperation]) -> Json:
    kinds = [get_named_type(each.root_field.type) for each in operations if each.status != 204]
    return {component(kind): {"value": answer_example(kind)} for kind in kinds}


def described(operation: RestOperation) -> Json:
    """An operation without a body, as OpenAPI has it: for a route written by hand that answers the same and more."""
    return _operation(operation, {})


def _operation(operation: RestOperation, bodies: Json) -> Json:
    described = operation.root_field.description or ""
    needs = f"\n\nNeeds the permission `{'`, `'.join(sorted(operation.needs))}`." if operation.needs else ""
    operation_object: Json = {
        "operationId": operation.name,
        "tags": [_tag(operation)],
        "summary": summary(described),
        "description": f"{described}{needs}",
        PERMISSIONS: sorted(operation.needs),
        "parameters": list(_parameters(operation)),
        "responses": _responses(operation),
    }
    if operation.body_model is not None:
        operation_object["requestBody"] = {
            "required": operation.body_required,
            "content": {
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{operation.body_model.__name__}"},
                    "example": body_example(operation, bodies[operation.body_model.__name__]["properties"]),
                }
            },
        }
    return {key: value for key, value in operation_object.items() if value not in ([], None)}


def _parameters(operation: RestOperation) -> Iterator[Json]:
    for parameter, (name, argument) in operation.arguments.items():
        in_path = parameter in operation.path_names
        field = answered_fields(operation).get(parameter)
        about = argument.description or (field.description if field is not None else None)
        schema = input_schema(argument.type)
        if argument.default_value not in (Undefined, None):
            schema["default"] = _default(argument.type, argument.default_value)
        if (pattern := declared(argument, PATTERN) or declared(field, PATTERN)) is not None:
            schema["pattern"] = pattern
        if name == "first":
            schema = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
        yield {
            "name": parameter,
            "in": "path" if in_path else "query",
            "required": in_path or is_required_argument(argument),
            "schema": {**schema, "examples": [parameter_example(operation, parameter)]},
            **({"description": about} if about else {}),
        }
    if operation.is_list:
        schema = {"type": "boolean", "default": False, "examples": [True]}
        yield {
            "name": TOTAL,
            "in": "query",
            "schema": schema,
            "description": "Whether to count the whole list.",
        }
    if operation.method == "GET":
        about = "The ETag you have seen: 304 when nothing has changed."
        yield {"name": "If-None-Match", "in": "header", "schema": SEEN_BEFORE, "description": about}
    if operation.takes_version:
        about = 'The ETag you have seen, or its version alone: `"3"`.'
        yield {"name": "If-Match", "in": "header", "schema": UNCHANGED, "description": about}
    if operation.creates:
        yield IDEMPOTENCY_KEY


def _default(kind: GraphQLInputType, value: Any) -> Any:
    plain: Any = get_nullable_type(kind)
    return value.value if isinstance(plain, GraphQLEnumType) and hasattr(value, "value") else value


def _responses(operation: RestOperation) -> Json:
    codes = [*EVERYWHERE, *EVERYWHERE_RARE, *operation.errors]
    if operation.path_names:
        codes.append("not_found")
    if operation.body_model is not None or operation.method != "GET":
        codes.extend(WITH_BODY)
    if operation.is_list:
        codes.extend(WITH_QUERY)
    answers: Json = {str(operation.status): _success(operation)}
    if operation.method == "GET":
        answers["304"] = {"description": "Nothing has changed since the ETag of `If-None-Match`."}
    if operation.duplicate_key:
        answers["200"] = {
            **_success(operation),
            "description": operation.duplicate_means,
        }
    return {**answers, **problems(tuple(codes))}


def answer(name: str) -> Json:
    """The content of an answer: a component with its example."""
    return {
        "schema": {"$ref": f"#/components/schemas/{name}"},
        "examples": {name: {"$ref": f"#/components/examples/{name}"}},
    }


def _success(operation: RestOperation) -> Json:
    if operation.status == 204:
        return {"description": "Done."}
    kind = get_named_type(operation.root_field.type)
    about = "The version and a digest of the body." if operation.has_version else "A digest of the body."
    return {
        "description": "Made." if operation.status == 201 else "The answer.",
        "headers": {"ETag": {"schema": ETAG, "description": about}},
        "content": {"application/json": answer(component(kind))},
    }


def _tag(operation: RestOperation) -> str:
    return operation.path.removeprefix(PREFIX + "/").removeprefix("admin/").split("/")[0]
