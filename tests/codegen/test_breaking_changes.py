"""A change of the contract that breaks programs is found; an addition is none (A2)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from faceforge_codegen.breaking_changes import broken_graphql, broken_openapi

SDL = "type Query { entity(id: ID!): Entity } type Entity { id: ID! name: String } enum E { A B }"


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def json_of(name: str) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": ref(name)}}}


DOCUMENT: dict[str, Any] = {
    "paths": {
        "/entities": {
            "get": {
                "parameters": [{"in": "query", "name": "limit", "schema": {"type": "integer"}}],
                "responses": {"200": json_of("List")},
            },
            "post": {
                "requestBody": json_of("New"),
                "responses": {"201": json_of("Entity")},
            },
        }
    },
    "components": {
        "schemas": {
            "List": {
                "type": "object",
                "properties": {"items": {"type": "array", "items": ref("Entity")}},
            },
            "Entity": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "parent": {"anyOf": [ref("Entity"), {"type": "null"}]},
                },
            },
            "New": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}, "kind": {"enum": ["a", "b"], "type": "string"}},
            },
        }
    },
}

GET, POST = ("paths", "/entities", "get"), ("paths", "/entities", "post")
ENTITY, NEW = ("components", "schemas", "Entity"), ("components", "schemas", "New")


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


def put(*path: Any, value: Any) -> Callable[[Any], None]:
    return lambda document: at(document, path[:-1]).__setitem__(path[-1], value)


def drop(*path: Any) -> Callable[[Any], None]:
    return lambda document: at(document, path[:-1]).__delitem__(path[-1])


PARAMETER = {"in": "query", "name": "q", "schema": {"type": "string"}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop(*GET), "REST: GET /entities is gone"),
        (put(*GET, "parameters", value=[]), "REST: GET /entities: query parameter limit is gone"),
        (
            put(*GET, "parameters", 0, "schema", "type", value="boolean"),
            "REST: GET /entities: query parameter limit: integer has become boolean",
        ),
        (
            lambda d: at(d, GET)["parameters"].append({**PARAMETER, "required": True}),
            "REST: GET /entities: query parameter q is required now",
        ),
        (put(*POST, "requestBody", "required", value=True), "REST: POST /entities: a body is required now"),
        (put(*POST, "responses", value={"200": {}}), "REST: POST /entities does not answer 201 any more"),
        (
            put(*GET, "responses", "200", "content", value={}),
            "REST: GET /entities, answer: application/json is gone",
        ),
        (drop(*ENTITY, "properties", "name"), "Entity.name is gone"),
        (
            put(*ENTITY, "properties", "name", "type", value=["string", "null"]),
            "Entity.name: string has become null or string",
        ),
        (put(*ENTITY, "properties", "name", value={}), "Entity.name: string has become anything"),
        (drop(*NEW, "properties", "kind"), "New.kind is gone"),
        (put(*NEW, "required", value=["name", "kind"]), "New.kind is required now"),
        (put(*NEW, "properties", "kind", "enum", value=["a"]), "New.kind: b is not taken any more"),
    ],
)
def test_a_break_of_rest_is_named(change: Callable[[Any], None], message: str) -> None:
    new = copy.deepcopy(DOCUMENT)
    change(new)
    assert broken_openapi(DOCUMENT, new) == [message]


@pytest.mark.parametrize(
    "change",
    [
        lambda d: None,
        put("paths", "/assets", value={"get": {"responses": {}}}),
        lambda d: at(d, GET)["parameters"].append(PARAMETER),
        put(*ENTITY, "properties", "age", value={"type": "integer"}),
        put(*NEW, "properties", "age", value={"type": "integer"}),
        put(*NEW, "properties", "name", "type", value=["string", "null"]),
        put(*NEW, "properties", "kind", "enum", value=["a", "b", "c"]),
        put(*NEW, "required", value=[]),
        put(*NEW, "properties", "name", value={}),
        put(*GET, "responses", "404", value={}),
        put(*GET, "description", value="Another text."),
    ],
)
def test_an_addition_to_rest_breaks_nothing(change: Callable[[Any], None]) -> None:
    new = copy.deepcopy(DOCUMENT)
    change(new)
    assert broken_openapi(DOCUMENT, new) == []


@pytest.mark.parametrize(
    ("new", "part"),
    [
        (SDL.replace(" name: String", ""), "name"),
        (SDL.replace("id: ID!)", "id: ID!, at: String!)"), "at"),
        (SDL.replace("A B", "A"), "B"),
        (SDL.replace("name: String", "name: Int"), "name"),
    ],
)
def test_a_break_of_graphql_is_named(new: str, part: str) -> None:
    breaks = broken_graphql(SDL, new)
    assert len(breaks) == 1
    assert part in breaks[0]


def test_an_addition_to_graphql_breaks_nothing() -> None:
    assert (
        broken_graphql(SDL, SDL.replace("name: String", "name: String age: Int").replace("A B", "A B C"))
        == []
    )
