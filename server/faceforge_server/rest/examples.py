"""Examples of what requests bring and answers hold, put together from those that fields and arguments declare."""

from __future__ import annotations

from enum import Enum
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)

from faceforge_schema.directives import EXAMPLE, is_list, item_type
from faceforge_schema.values.scalars import EXAMPLES
from faceforge_server.rest.documents import shown_fields
from faceforge_server.rest.names import enum_words, field_name
from faceforge_server.rest.operations import RestOperation

Json = dict[str, Any]


def declared(thing: GraphQLField | GraphQLArgument | None, key: str) -> Any:
    """What the declaration of a field or an argument says under a key of its metadata, if anything."""
    definition = thing.extensions.get("strawberry-definition") if thing is not None else None
    found = getattr(definition, "metadata", {}).get(key)
    return found.name.lower() if isinstance(found, Enum) else found


def answered_fields(operation: RestOperation) -> dict[str, GraphQLField]:
    """REST key -> field of the record that an operation answers, or lists."""
    kind = get_named_type(operation.root_field.type)
    kind = item_type(kind) if is_list(kind) else kind
    return {key: each for key, _, each in shown_fields(kind)} if isinstance(kind, GraphQLObjectType) else {}


def answer_example(kind: GraphQLNamedType) -> Json:
    """An answer of a type: a record, or a page with one of them."""
    if is_list(kind):
        return {"items": [answer_example(item_type(kind))], "next_cursor": None, "total": None}
    if not isinstance(kind, GraphQLObjectType):
        raise TypeError(f"{kind} is no object")
    return {key: _field_example(kind, name, field) for key, name, field in shown_fields(kind)}


def body_example(operation: RestOperation, properties: Json) -> Json:
    """A body that works: what must be there, and what has an example of its own or in the record that is answered."""
    found = {}
    for key, schema in properties.items():
        if "examples" in schema:
            found[key] = schema["examples"][0]
        elif is_non_null_type(_inputs(operation)[key].type):
            found[key] = input_example(operation, key)
    return found


def input_example(operation: RestOperation, key: str) -> Any:
    """A value of a key of the body: of the field of the same name of the record that is answered, else of its type."""
    example = declared(answered_fields(operation).get(key), EXAMPLE)
    return _of_type(_inputs(operation)[key].type, f"{operation.name}: {key}") if example is None else example


def _inputs(operation: RestOperation) -> dict[str, GraphQLInputField]:
    kind = operation.body_type
    return {field_name(kind, name): each for name, each in kind.fields.items()} if kind is not None else {}


def parameter_example(operation: RestOperation, parameter: str) -> Any:
    """A value of a parameter: of its argument, else of the field of the same name of the record that is answered."""
    _, argument = operation.arguments[parameter]
    field = answered_fields(operation).get(parameter)
    for example in (declared(argument, EXAMPLE), declared(field, EXAMPLE)):
        if example is not None:
            return example
    return _of_type(argument.type, f"{operation.name}: {parameter}")


def _field_example(parent: GraphQLObjectType, name: str, field: GraphQLField) -> Any:
    example = declared(field, EXAMPLE)
    if example is None and is_non_null_type(field.type):
        return _of_type(field.type, f"{parent}.{name}")
    return example


def _of_type(kind: GraphQLInputType | GraphQLOutputType, where: str) -> Any:
    """A value of a type; raises TypeError for a text, which has to be declared `where` it stands."""
    plain: Any = get_nullable_type(kind)
    if is_list_type(plain):
        return [_of_type(plain.of_type, where)]
    if isinstance(plain, GraphQLObjectType):
        return answer_example(plain)
    if isinstance(plain, GraphQLEnumType):
        return next(iter(enum_words(plain)))
    if plain.name not in EXAMPLES:
        raise TypeError(f"{where} is declared without an example")
    return EXAMPLES[plain.name]
