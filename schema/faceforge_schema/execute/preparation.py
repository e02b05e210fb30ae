"""Prepares a schema that Strawberry has built for the executor, for REST and for introspection."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    Undefined,
    get_nullable_type,
)
from strawberry.types.field import StrawberryField

from faceforge_executor import BATCH, COLUMN, ENCODE, UNCHANGED
from faceforge_schema.directives import VOLATILE, Resource, directive_of, is_list, item_type
from faceforge_schema.values.inputs import with_default
from faceforge_schema.values.scalars import ANSWERED_AS_STORED, JSON_SCALARS, json_text
from faceforge_schema.values.small_json import is_small


def prepare(schema: GraphQLSchema) -> None:
    """Make defaults readable, let validated inputs pass, and name the fields that are computed for whole levels.

    Raises TypeError for a list wrapper without items, and for a field that the executor would pass by.
    """
    for kind in schema.type_map.values():
        if is_list(kind):
            item_type(kind)
    _leave_defaults_to_code(schema)
    _take_models(schema)
    _offer_levels(schema)


def _leave_defaults_to_code(schema: GraphQLSchema) -> None:
    """Leave out `= null`: for a nullable argument it means the same as no default. The default of a field of an input
    is its model's alone, and in the description: see `OrDefault`."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            for field in kind.fields.values():
                if field.default_value not in (None, Undefined):
                    default = field.default_value
                    shown = default.name if isinstance(default, Enum) else json.dumps(default)
                    field.description = with_default(field.description, shown)
                    field.type = get_nullable_type(field.type)
                field.default_value = Undefined
        elif isinstance(kind, GraphQLObjectType):
            for argument in (each for field in kind.fields.values() for each in field.args.values()):
                if argument.default_value is None:
                    argument.default_value = Undefined


def _take_models(schema: GraphQLSchema) -> None:
    """Let an input that REST has validated pass as the model it is; GraphQL's are validated as they are built."""
    for kind in schema.type_map.values():
        definition = kind.extensions.get("strawberry-definition")
        if isinstance(kind, GraphQLInputObjectType) and definition is not None:
            definition.from_input = _model_or(definition.from_input)


@dataclass(frozen=True)
class Unread:
    """A large input that is still to be validated, beside the event loop; see `read`."""

    build: Callable[..., Any]
    model: type[Any]
    value: Any
    context: Any

    def read(self) -> Any:
        """The input; raises what validating it does."""
        return self.build(self.model, self.value, self.context)


def _model_or(build: Callable[..., Any]) -> Callable[..., Any]:
    if getattr(build, "takes_models", False):
        return build

    def from_input(model: type[Any], value: Any, context: Any) -> Any:
        if isinstance(value, model):
            return value
        return build(model, value, context) if is_small(value) else Unread(build, model, value, context)

    from_input.takes_models = True  # type: ignore[attr-defined]  # the classes outlive the schema that is built of them
    return from_input


def _offer_levels(schema: GraphQLSchema) -> None:
    """Tell the executor which fields it can ask for whole levels, as their declarations say.

    Raises TypeError for what it would pass by: permission classes and extensions of single fields; and for a field of
    a record that is neither a column nor computed for a level, since records are not made into objects.
    """
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLScalarType) and kind.name in ANSWERED_AS_STORED:
            kind.extensions[UNCHANGED] = ANSWERED_AS_STORED[kind.name]
            if kind.name in JSON_SCALARS:
                kind.extensions[ENCODE] = json_text
        for field in kind.fields.values() if isinstance(kind, GraphQLObjectType) else ():
            declared = field.extensions.get("strawberry-definition")
            if not isinstance(declared, StrawberryField):
                continue
            field.extensions[VOLATILE] = declared.metadata.get(VOLATILE, False)
            where = f"{kind.name}.{declared.python_name}"
            if declared.permission_classes or declared.extensions:
                raise TypeError(f"{where} has permission classes or extensions, which would not be asked")
            if BATCH in declared.metadata:
                field.extensions[BATCH] = declared.metadata[BATCH]
                for argument, own in zip(field.args.values(), declared.arguments, strict=True):
                    argument.out_name = own.python_name
            elif declared.is_basic_field:
                field.extensions[COLUMN] = declared.python_name
            elif directive_of(kind, Resource) is not None:
                raise TypeError(f"{where} is a field of a record: a column, or computed for a whole level")
