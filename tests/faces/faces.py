"""The two faces of Core under one interface: an operation by its name, arguments in Python's words, one form of answer.

The GraphQL face writes its documents by itself from the schema, not with the product's own: a test body that gets
the same from both faces has compared two independent readings of the contract.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol
from urllib.parse import quote

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)
from running_core import CONTRACT, OPERATIONS, RunningCore, Sender

from faceforge_schema.directives import Resource, directive_of, is_list

PAGING = {"first": "limit", "after": "cursor"}


@dataclass
class Answer:
    """What came back, as REST would put it. `places` are the pointers of its faults."""

    status: int
    result: Any = None
    code: str | None = None
    places: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict, compare=False)
    problem: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def ok(self) -> Any:
        """The result of a call that must have worked."""
        assert self.code is None, (self.status, self.problem)
        return self.result


class Face(Protocol):
    """`call("create_entity", input={…})`: names in snake_case, `idempotency_key` and `token` beside the arguments."""

    name: str

    def call(
        self,
        operation: str,
        /,
        *,
        token: Sender = "install",
        idempotency_key: str | None = None,
        **arguments: Any,
    ) -> Answer: ...


def camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)


def snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda found: "_" + found[0].lower(), name)


class RestFace:
    """Operations by their routes."""

    name = "rest"

    def __init__(self, core: RunningCore) -> None:
        self.core = core

    def call(
        self,
        operation: str,
        /,
        *,
        token: Sender = "install",
        idempotency_key: str | None = None,
        **arguments: Any,
    ) -> Answer:
        route = OPERATIONS[camel(operation)]
        headers = {} if idempotency_key is None else {"idempotency-key": idempotency_key}
        body = arguments.pop("input", None)
        if (version := arguments.pop("expected_version", None)) is not None:
            headers["if-match"] = f'"{version}"'
        path = re.sub(r"{(\w+)}", lambda found: quote(str(arguments.pop(found[1])), safe=""), route.path)
        words = PAGING if route.is_list else {}
        query = {words.get(name, name): _query(value) for name, value in arguments.items()}
        options: dict[str, Any] = {"params": query} if query else {}
        if body is not None:
            options["content"] = json.dumps(body)
            headers["content-type"] = "application/json"
        answer = self.core.request(route.method, path, token=token, headers=headers, **options)
        if answer.status_code < 300:
            return Answer(
                answer.status_code, answer.json() if answer.content else None, headers=dict(answer.headers)
            )
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["status"] == answer.status_code
        places = tuple(each["pointer"] for each in problem.get("errors", ()))
        return Answer(answer.status_code, None, problem["code"], places, dict(answer.headers), problem)


def _query(value: Any) -> Any:
    if isinstance(value, list):
        return [_query(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else value


class GraphqlFace:
    """Operations by documents over HTTP."""

    name = "graphql"

    def __init__(self, core: RunningCore) -> None:
        self.core = core

    def call(
        self,
        operation: str,
        /,
        *,
        token: Sender = "install",
        idempotency_key: str | None = None,
        **arguments: Any,
    ) -> Answer:
        name = camel(operation)
        counted = bool(arguments.pop("include_total", False))
        root_field = CONTRACT.graphql.query_type.fields.get(name)  # type: ignore[union-attr]  # there is a query type
        root = "query" if root_field is not None else "mutation"
        if root_field is None:
            root_field = CONTRACT.graphql.mutation_type.fields[name]  # type: ignore[union-attr]  # and one of mutations
        variables, declared = {}, []
        for key, value in arguments.items():
            argument = root_field.args[camel(key)]
            kind = str(argument.type)
            # What has a default may be left out, so a variable for it need not be there either.
            declared.append(f"${camel(key)}: {kind if is_required_argument(argument) else kind.rstrip('!')}")
            variables[camel(key)] = to_graphql(argument.type, value)
        head = f"({', '.join(declared)})" if declared else ""
        given = f"({', '.join(f'{each}: ${each}' for each in variables)})" if variables else ""
        below = get_named_type(root_field.type)
        text = f"{root} {name}{head} {{ {name}{given} {_selection(below, counted)} }}"
        headers = {} if idempotency_key is None else {"idempotency-key": idempotency_key}
        answer = self.core.request(
            "POST",
            "/graphql",
            token=token,
            headers={
                **headers,
                "accept": "application/graphql-response+json",
                "content-type": "application/json",
            },
            content=json.dumps({"query": text, "variables": variables}),
        )
        body = answer.json()
        if errors := body.get("errors"):
            assert not body.get("data") or body["data"].get(name) is None
            problem = {**errors[0]["extensions"], "detail": errors[0]["message"]}
            words = (each["pointer"][1:] for each in problem.get("errors", ()))
            paging = PAGING if is_list(below) else {}
            places = tuple("/" + paging.get(word, word) for word in words)
            return Answer(problem["status"], None, problem["code"], places, dict(answer.headers), problem)
        status = OPERATIONS[name].status if name in OPERATIONS else 200
        value = None if status == 204 else _to_rest(below, body["data"][name])
        if isinstance(value, dict) and value.get("duplicate"):
            status = 200
        return Answer(status, value, headers=dict(answer.headers))


def to_graphql(kind: Any, value: Any) -> Any:
    """A value in REST's form as GraphQL takes it: camelCase keys of inputs, upper-case members of enums."""
    plain = get_nullable_type(kind)
    if value is None:
        return None
    if is_list_type(plain):
        return [to_graphql(plain.of_type, each) for each in value] if isinstance(value, list) else value
    if isinstance(plain, GraphQLEnumType):
        return value.upper() if isinstance(value, str) else value
    if isinstance(plain, GraphQLInputObjectType) and isinstance(value, dict):
        fields = plain.fields
        return {
            camel(key): to_graphql(fields[camel(key)].type, each) if camel(key) in fields else each
            for key, each in value.items()
        }
    return value


@cache
def _selection(kind: GraphQLNamedType, counted: bool = False) -> str:
    if not isinstance(kind, GraphQLObjectType):
        return ""
    if is_list(kind):
        nodes = _selection(get_named_type(kind.fields["nodes"].type))
        return f"{{ nodes {nodes} pageInfo {{ endCursor hasNextPage }} {'totalCount' if counted else ''} }}"
    return "{ " + " ".join(f"{name} {_selection(below)}" for name, below in _shown(kind)) + " }"


def _shown(kind: GraphQLObjectType) -> list[tuple[str, GraphQLNamedType]]:
    """The rule of what REST shows: leaves and value objects, nothing with arguments, no other record."""
    found = []
    for name, each in kind.fields.items():
        below = get_named_type(each.type)
        is_value = isinstance(below, GraphQLObjectType) and directive_of(below, Resource) is None
        if not each.args and (is_leaf_type(below) or (is_value and not is_list(below))):
            found.append((name, below))
    return found


def _to_rest(kind: GraphQLNamedType, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, list) and (isinstance(kind, GraphQLObjectType | GraphQLEnumType)):
        return [_to_rest(kind, each) for each in value]
    if isinstance(kind, GraphQLEnumType):
        return value.lower()
    if not isinstance(kind, GraphQLObjectType):
        return value
    if is_list(kind):
        info = value["pageInfo"]
        return {
            "items": _to_rest(get_named_type(kind.fields["nodes"].type), value["nodes"]),
            "next_cursor": info["endCursor"] if info["hasNextPage"] else None,
            "total": value.get("totalCount"),
        }
    resource = directive_of(kind, Resource)
    own_id = {"id": resource.id} if resource is not None else {}
    return {
        own_id.get(name, snake(name)): _to_rest(get_named_type(kind.fields[name].type), each)
        for name, each in value.items()
    }


def both_faces(core: RunningCore) -> tuple[Face, Face]:
    return RestFace(core), GraphqlFace(core)
