"""The JSON Schemas of request bodies: what the input models validate by, as OpenAPI components."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import models_json_schema

from faceforge_schema.directives import EXAMPLE
from faceforge_schema.values.inputs import with_default
from faceforge_server.rest.examples import answered_fields, declared
from faceforge_server.rest.operations import RestOperation

Json = dict[str, Any]


def model_schemas(operations: list[RestOperation]) -> Json:
    """Component name -> schema of every input model and what it refers to."""
    models = {operation.body_model for operation in operations if operation.body_model is not None}
    _, schemas = models_json_schema(
        [(model, "validation") for model in sorted(models, key=lambda each: each.__name__)],
        ref_template="#/components/schemas/{model}",
    )
    found = {name: _described(tidy(schema)) for name, schema in schemas["$defs"].items()}
    for operation in operations:
        if operation.body_model is not None:
            _add_examples(found[operation.body_model.__name__], operation)
    return found


def _add_examples(schema: Json, operation: RestOperation) -> None:
    """Give the properties of a body the examples that the record has which is answered."""
    answered = answered_fields(operation)
    for key, each in schema.get("properties", {}).items():
        example = declared(answered.get(key), EXAMPLE)
        if example is not None:
            each.setdefault("examples", [example])


def _described(schema: Json) -> Json:
    """With the defaults of properties in their descriptions: TypeScript's generators require a property that has one,
    and that of a patch, null, is none."""
    properties = {name: default_described(each) for name, each in schema.get("properties", {}).items()}
    return {**schema, "properties": properties} if properties else schema


def default_described(schema: Json) -> Json:
    """The schema of a property of a body, its default in the description alone."""
    kept = {key: value for key, value in schema.items() if key != "default"}
    default = schema.get("default")
    if default is not None:
        shown = default if isinstance(default, str) else json.dumps(default)
        kept["description"] = with_default(schema.get("description"), shown)
    return kept


def tidy(schema: Any) -> Any:
    """Without titles made from names, and without a null default where null is not allowed."""
    if isinstance(schema, list):
        return [tidy(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: value if key in ("example", "examples") else tidy(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
    }
    if {} in kept.get("anyOf", ()):  # any value, null included
        del kept["anyOf"]
    if "default" in kept and kept["default"] is None and not _takes_null(kept):
        del kept["default"]
    return kept


def _takes_null(schema: Json) -> bool:
    return schema.get("type") == "null" or any(_takes_null(each) for each in schema.get("anyOf", ()))
