"""The REST operations of the schema, read off the `@operation` directive of its root fields; no list is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_required_argument,
)
from pydantic import BaseModel
from strawberry.types.field import StrawberryField

from faceforge_schema import Contract
from faceforge_schema.declare.operation import Operation
from faceforge_schema.directives import OperationDirective, Resource, directive_of, duplicate_mark, is_list
from faceforge_server.rest.documents import TOTAL, Answer, answer_of
from faceforge_server.rest.names import argument_name, field_name

BODY = "input"
VERSION = "expectedVersion"
PREFIX = "/v1"


@dataclass(frozen=True)
class RestOperation:
    """One route: what it is called by, and the document it runs."""

    name: str
    root: str
    method: str
    path: str
    status: int
    needs: frozenset[str]
    errors: tuple[str, ...]
    root_field: GraphQLField = field(repr=False)
    answer: Answer = field(repr=False)

    @property
    def declaration(self) -> StrawberryField:
        """The field as the schema package declares it."""
        field: StrawberryField = self.root_field.extensions["strawberry-definition"]
        return field

    @cached_property
    def path_names(self) -> tuple[str, ...]:
        """The parameters in the path."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @cached_property
    def arguments(self) -> dict[str, tuple[str, GraphQLArgument]]:
        """REST parameter -> (GraphQL argument, its type) of what stands in path or query."""
        return {
            argument_name(name, of_list=self.is_list): (name, argument)
            for name, argument in self.root_field.args.items()
            if name not in (BODY, VERSION)
        }

    @cached_property
    def has_version(self) -> bool:
        """Whether the answer is a record with a version, which is its ETag."""
        kind = get_named_type(self.root_field.type)
        return directive_of(kind, Resource) is not None and "version" in getattr(kind, "fields", ())

    @cached_property
    def takes_version(self) -> bool:
        """Whether `If-Match` is understood."""
        return VERSION in self.root_field.args

    @property
    def creates(self) -> bool:
        """Whether it makes a record, and so takes an idempotency key."""
        return self.status == 201

    @cached_property
    def is_list(self) -> bool:
        return is_list(get_named_type(self.root_field.type))

    @property
    def body_required(self) -> bool:
        return BODY in self.root_field.args and is_required_argument(self.root_field.args[BODY])

    @cached_property
    def body_type(self) -> GraphQLInputObjectType | None:
        """The input that is the body, if any."""
        argument = self.root_field.args.get(BODY)
        found = get_nullable_type(argument.type) if argument is not None else None
        return found if isinstance(found, GraphQLInputObjectType) else None

    @cached_property
    def body_model(self) -> type[BaseModel] | None:
        """The model that validates the body."""
        return (
            self.body_type.extensions["strawberry-definition"].origin if self.body_type is not None else None
        )

    @cached_property
    def duplicate_key(self) -> str | None:
        """The key of the answer that is true when there was nothing to do: then the status is 200."""
        kind = get_named_type(self.root_field.type)
        found = duplicate_mark(kind)
        return field_name(kind, found[0]) if found is not None else None

    @cached_property
    def duplicate_means(self) -> str:
        """What it means that there was nothing to do."""
        found = duplicate_mark(get_named_type(self.root_field.type))
        return found[1] if found is not None else ""

    @cached_property
    def document(self) -> str:
        """The GraphQL document, with one variable for each argument."""
        variables = {name: str(argument.type) for name, argument in self.root_field.args.items()}
        given = f"({', '.join(f'{name}: ${name}' for name in variables)})" if variables else ""
        if self.is_list:
            variables[TOTAL] = "Boolean!"
        # An argument that is left out must keep its default: `Int!` with one becomes `Int`.
        declared = ", ".join(
            f"${name}: {kind.removesuffix('!') if self._has_default(name) else kind}"
            for name, kind in variables.items()
        )
        head = f"{self.root} {self.name}" + (f"({declared})" if declared else "")
        return f"{head} {{ {self.name}{given} {self.answer.selection} }}"

    def _has_default(self, name: str) -> bool:
        argument = self.root_field.args.get(name)
        return argument is not None and not is_required_argument(argument)


def operation_of(operations: Iterable[RestOperation], declared: Operation[Any, Any]) -> RestOperation:
    """The route of an operation of the schema."""
    return next(each for each in operations if each.declaration is declared.field)


def rest_operations(contract: Contract) -> list[RestOperation]:
    """Every REST operation of the schema, in its order."""
    found = []
    for root, kind in (("query", contract.graphql.query_type), ("mutation", contract.graphql.mutation_type)):
        for name, root_field in kind.fields.items() if kind is not None else ():
            directive = directive_of(root_field, OperationDirective)
            if directive is None or directive.method is None or directive.path is None:
                continue
            if directive.status != 204 and not isinstance(get_named_type(root_field.type), GraphQLObjectType):
                raise TypeError(f"{name} answers no object: a REST body is one, or the status is 204")
            found.append(
                RestOperation(
                    name=name,
                    root=root,
                    method=directive.method,
                    path=PREFIX + directive.path,
                    status=directive.status,
                    needs=frozenset((directive.needs,)) if directive.needs else frozenset(),
                    errors=tuple(directive.errors),
                    root_field=root_field,
                    answer=answer_of(root_field),
                )
            )
    return found
