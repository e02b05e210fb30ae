"""OpenAPI 3.1 from the same schema: one component for each type, one path for each route."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from graphql import (
    GraphQLEnumType,
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
)
from starlette.routing import BaseRoute

from faceforge_schema.directives import is_list, item_type
from faceforge_server.rest.documents import TOTAL, shown_fields
from faceforge_server.rest.models import model_schemas, tidy
from faceforge_server.rest.operations import PREFIX, RestOperation
from faceforge_storage import errors as tree
from faceforge_storage.database.ids import ID_PATTERN
from faceforge_storage.database.keyset import DEFAULT_LIMIT, MAX_LIMIT

Json = dict[str, Any]

SCALARS: dict[str, Json] = {
    "ID": {"type": "string", "pattern": ID_PATTERN},
    "String": {"type": "string"},
    "Int": {"type": "integer", "format": "int32"},
    "Float": {"type": "number"},
    "Boolean": {"type": "boolean"},
    "BigInt": {"type": "integer", "format": "int64"},
    "DateTime": {"type": "string", "format": "date-time"},
    "JSON": {},
    "JSONObject": {"type": "object", "additionalProperties": True},
}
SECURITY: list[Json] = [{"bearer": []}, {"header": []}]
"""What is asked of a request, unless its route says otherwise; a public one says `[]`."""
IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    "description": "Any text: the same key with the same request gives the first answer again.",
}
EVERYWHERE = ("unauthorized", "forbidden", "misdirected_request", "invalid_input", "rate_limited", "internal")
"""Errors that any address may answer."""
EVERYWHERE_RARE = ("storage_failed", "unavailable", "query_timeout")
WITH_BODY = ("bad_request", "invalid_json", "unsupported_media_type", "payload_too_large", "no_space")
WITH_QUERY = ("invalid_cursor",)


def openapi(operations: list[RestOperation], path_operations: Sequence[BaseRoute], version: str) -> Json:
    """The OpenAPI document: of the routes that are generated, and, as FastAPI describes them, of those that are not."""
    paths: Json = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    by_hand = tidy(get_openapi(title="", version=version, routes=path_operations))
    for path, methods in by_hand["paths"].items():
        paths.setdefault(path, {}).update(methods)
    schemas = {name: schema for operation in operations for name, schema in _types(operation)}
    schemas.update(model_schemas(operations))
    schemas.update(by_hand.get("components", {}).get("schemas", {}))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "FaceForge Core",
            "version": version,
            "description": "Entities and the files that belong to them. The same operations are reached by GraphQL at "
            "`/graphql`. Adding a field is no breaking change.",
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
                "signature": {"type": "apiKey", "in": "query", "name": "signature"},
            },
            "schemas": dict(sorted({**schemas, "Problem": _problem()}.items())),
        },
    }


def problems(codes: Iterator[str] | tuple[str, ...]) -> Json:
    """The responses of errors by status, each with the codes it may have."""
    by_status: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        by_status.setdefault(ERRORS[code].status, []).append(code)
    return {
        str(status): {
            "description": "; ".join(f"{ERRORS[code].title} (`{code}`)" for code in found) + ".",
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, found in sorted(by_status.items())
    }


def tree_of_errors(root: type[tree.FaceForgeError]) -> Iterator[type[tree.FaceForgeError]]:
    """A class of error and all below it."""
    yield root
    for each in root.__subclasses__():
        yield from tree_of_errors(each)


ERRORS = {each.code: each for each in tree_of_errors(tree.FaceForgeError)}
ERRORS["internal"] = tree.Internal


def _operation(operation: RestOperation) -> Json:
    described = operation.root_field.description or ""
    told: Json = {
        "operationId": operation.name,
        "tags": [_tag(operation)],
        "summary": described.split(". ")[0].rstrip("."),
        "description": f"{described}\n\nNeeds the permission `{'`, `'.join(sorted(operation.needs))}`.",
        "parameters": list(_parameters(operation)),
        "responses": _responses(operation),
    }
    if operation.body_model is not None:
        told["requestBody"] = {
            "required": operation.body_required,
            "content": {
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{operation.body_model.__name__}"}
                }
            },
        }
    return {key: value for key, value in told.items() if value not in ([], None)}


def _parameters(operation: RestOperation) -> Iterator[Json]:
    for parameter, (name, argument) in operation.arguments.items():
        in_path = parameter in operation.path_names
        schema = _input_schema(argument.type)
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
    if operation.takes_version:
        about = 'The version you have seen, as its ETag: `"3"`.'
        yield {"name": "If-Match", "in": "header", "schema": {"type": "string"}, "description": about}
    if operation.creates:
        yield IDEMPOTENCY_KEY


def _input_schema(kind: GraphQLInputType) -> Json:
    plain: Any = get_nullable_type(kind)
    if is_list_type(plain):
        return {"type": "array", "items": _input_schema(plain.of_type)}
    if isinstance(plain, GraphQLEnumType):
        return {"type": "string", "enum": [name.lower() for name in plain.values]}
    return dict(SCALARS[plain.name])


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
    headers = {}
    if isinstance(kind, GraphQLObjectType) and "version" in kind.fields:
        headers = {"headers": {"ETag": {"schema": {"type": "string"}, "description": "The version, quoted."}}}
    return {
        "description": "Made." if operation.status == 201 else "The answer.",
        **headers,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{_component(kind)}"}}},
    }


def _component(kind: GraphQLNamedType) -> str:
    return f"{item_type(kind).name}List" if is_list(kind) else kind.name


def _types(operation: RestOperation) -> Iterator[tuple[str, Json]]:
    """(component name, schema) of everything an operation answers."""
    kind = get_named_type(operation.root_field.type)
    if not isinstance(kind, GraphQLObjectType) or operation.status == 204:
        return
    if operation.is_list:
        item = item_type(kind)
        yield _component(kind), _list_schema(item)
        yield from _object_schemas(item)
    else:
        yield from _object_schemas(kind)


def _list_schema(item: GraphQLObjectType) -> Json:
    return {
        "type": "object",
        "description": f"One page of {item.name} records.",
        "required": ["items", "next_cursor", "total"],
        "properties": {
            "items": {"type": "array", "items": {"$ref": f"#/components/schemas/{item.name}"}},
            "next_cursor": {
                "type": ["string", "null"],
                "description": "Give it as `cursor` for the next page; null on the last one.",
            },
            "total": {
                "type": ["integer", "null"],
                "description": "How many there are in all; null unless `include_total` asked.",
            },
        },
    }


def _object_schemas(kind: GraphQLObjectType) -> Iterator[tuple[str, Json]]:
    properties: Json = {}
    for key, _, field in shown_fields(kind):
        below = get_named_type(field.type)
        if isinstance(below, GraphQLObjectType):
            yield from _object_schemas(below)
        schema = _output_schema(field.type)
        properties[key] = {**schema, **({"description": field.description} if field.description else {})}
    yield (
        kind.name,
        {
            "type": "object",
            **({"description": kind.description} if kind.description else {}),
            "required": list(properties),
            "properties": properties,
        },
    )


def _output_schema(kind: GraphQLOutputType) -> Json:
    plain: Any = get_nullable_type(kind)
    if is_list_type(plain):
        schema: Json = {"type": "array", "items": _output_schema(plain.of_type)}
    elif isinstance(plain, GraphQLObjectType):
        schema = {"$ref": f"#/components/schemas/{plain.name}"}
    elif isinstance(plain, GraphQLEnumType):
        schema = {"type": "string", "enum": [name.lower() for name in plain.values]}
    else:
        schema = dict(SCALARS[plain.name])
    if is_non_null_type(kind) or not schema:
        return schema
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    nullable = {**schema, "type": [schema["type"], "null"]}
    return {**nullable, "enum": [*schema["enum"], None]} if "enum" in schema else nullable


def _problem() -> Json:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "required": ["type", "title", "status", "code", "detail", "hint", "errors"],
        "properties": {
            "type": {**text, "description": "A URN made of the code."},
            "title": text,
            "status": {"type": "integer"},
            "code": {**text, "enum": sorted(ERRORS), "description": "Stable: decide by this."},
            "detail": {**text, "description": "What happened, and where."},
            "hint": {**text, "description": "What to do next."},
            "request_id": {**text, "description": "Finds the request in Core's log."},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["pointer", "in", "code", "message"],
                    "properties": {
                        "pointer": {**text, "description": "A JSON Pointer (RFC 6901) into what `in` names."},
                        "in": {**text, "enum": ["body", "query", "path", "header"]},
                        "code": text,
                        "message": text,
                    },
                },
            },
        },
    }


def _tag(operation: RestOperation) -> str:
    return operation.path.removeprefix(PREFIX + "/").removeprefix("admin/").split("/")[0]
