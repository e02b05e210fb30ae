"""OpenAPI 3.1 from the same schema: one component for each type, one path for each route."""

from __future__ import annotations

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

from faceforge_server.http.request_context import KEY_LENGTH
from faceforge_server.rest.documents import TOTAL
from faceforge_server.rest.models import model_schemas, tidy
from faceforge_server.rest.operations import PREFIX, RestOperation
from faceforge_server.rest.problems import (
    EVERYWHERE,
    EVERYWHERE_RARE,
    WITH_BODY,
    WITH_QUERY,
    problem_schema,
    problems,
)
from faceforge_server.rest.schemas import answer_schemas, component, input_schema
from faceforge_storage.database.keyset import DEFAULT_LIMIT, MAX_LIMIT

Json = dict[str, Any]

PERMISSIONS = "x-permissions"
"""The extension of OpenAPI that names the permissions of an operation."""
SECURITY: list[Json] = [{"bearer": []}, {"header": []}]
"""What a request must bring, unless its route declares otherwise; a public one has `[]`."""
IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_LENGTH, "pattern": "^[ -~]+$"},
    "description": "Any text: the same key with the same request gives the first answer again.",
}


def openapi(operations: list[RestOperation], path_operations: Sequence[BaseRoute], version: str) -> Json:
    """The OpenAPI document: of the routes that are generated, and, as FastAPI describes them, of those that are not."""
    paths: Json = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    by_hand = tidy(get_openapi(title="", version=version, routes=path_operations))
    for path, methods in by_hand["paths"].items():
        paths.setdefault(path, {}).update(methods)
    schemas = {name: schema for operation in operations for name, schema in answer_schemas(operation)}
    schemas.update(model_schemas(operations))
    schemas.update(by_hand.get("components", {}).get("schemas", {}))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "FaceForge Core",
            "version": version,
            "description": "Entities and the files that belong to them. The same operations are reached by GraphQL at "
            "`/graphql`. Adding a field is no breaking change. Each operation names its permission (`x-permissions`); "
            "`noun:write` includes `noun:read`.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": "/"}],
        "security": SECURITY,
        "tags": [{"name": name} for name in dict.fromkeys(_tag(operation) for operation in operations)],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "header": {"type": "apiKey", "in": "header", "name": "X-FaceForge-Token"},
            },
            "schemas": dict(sorted({**schemas, "Problem": problem_schema()}.items())),
        },
    }


def _operation(operation: RestOperation) -> Json:
    described = operation.root_field.description or ""
    needs = f"\n\nNeeds the permission `{'`, `'.join(sorted(operation.needs))}`." if operation.needs else ""
    operation_object: Json = {
        "operationId": operation.name,
        "tags": [_tag(operation)],
        "summary": described.split(". ")[0].rstrip(".").replace("`", ""),  # plain text, unlike a description
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
                    "schema": {"$ref": f"#/components/schemas/{operation.body_model.__name__}"}
                }
            },
        }
    return {key: value for key, value in operation_object.items() if value not in ([], None)}


def _parameters(operation: RestOperation) -> Iterator[Json]:
    for parameter, (name, argument) in operation.arguments.items():
        in_path = parameter in operation.path_names
        schema = input_schema(argument.type)
        if get_named_type(argument.type).name == "ID":
            # A malformed id is no fault: it is as unknown as any other.
            text = {"type": "string", "examples": ["0" * 64]}
            schema = {"type": "array", "items": text} if schema["type"] == "array" else text
        if argument.default_value not in (Undefined, None):
            schema["default"] = _default(argument.type, argument.default_value)
        if name == "first":
            schema = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
        yield {
            "name": parameter,
            "in": "path" if in_path else "query",
            "required": in_path or is_required_argument(argument),
            "schema": schema,
            **({"description": argument.description} if argument.description else {}),
        }
    if operation.is_list:
        schema = {"type": "boolean", "default": False}
        yield {
            "name": TOTAL,
            "in": "query",
            "schema": schema,
            "description": "Whether to count the whole list.",
        }
    if operation.method == "GET":
        about = "The ETag you have seen: 304 when nothing has changed."
        yield {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}, "description": about}
    if operation.takes_version:
        about = 'The ETag you have seen, or its version alone: `"3"`.'
        yield {"name": "If-Match", "in": "header", "schema": {"type": "string"}, "description": about}
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
            "description": "A live asset has these bytes already; this is it.",
        }
    return {**answers, **problems(tuple(codes))}


def _success(operation: RestOperation) -> Json:
    if operation.status == 204:
        return {"description": "Done."}
    kind = get_named_type(operation.root_field.type)
    about = "The version and a digest of the body." if operation.has_version else "A digest of the body."
    return {
        "description": "Made." if operation.status == 201 else "The answer.",
        "headers": {"ETag": {"schema": {"type": "string"}, "description": about}},
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{component(kind)}"}}},
    }


def _tag(operation: RestOperation) -> str:
    return operation.path.removeprefix(PREFIX + "/").removeprefix("admin/").split("/")[0]
