"""The types of values are decided as graphql-core decides them, right or wrong, at once or later."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLSchema, build_schema, execute, parse

from faceforge_executor import BreadthFirstExecutor

SDL = """
interface Pet { name: String }
type Cat implements Pet { name: String }
type Dog implements Pet { name: String  bones: Int }
type Query { pets: [Pet]  dogs: [[Dog]!] }
"""
QUERY = "{ pets { __typename name ... on Dog { bones } } dogs { name } }"
PETS: list[dict[str, Any]] = [
    {"type": "Cat", "name": "a cat"},
    {"type": "Dog", "name": "a dog", "bones": 3},
    {"type": "Dog", "name": "a wolf"},  # `is_type_of` says that it is none
    {"type": "Dog", "name": "a bear"},  # `is_type_of` raises
    {"type": "Cat", "name": "a lion"},  # `resolve_type` raises
    {"type": None, "name": "nothing"},
    {"type": "Query", "name": "no pet"},
    {"type": "Fish", "name": "no type"},
    {"type": 5, "name": "no name"},
]
ROOT = {"pets": PETS, "dogs": [PETS[1:3], PETS[3:4], []]}


def resolve_type(value: Any, *_: Any) -> Any:
    if value["name"] == "a lion":
        raise ValueError("it roars")
    return value["type"]


def is_dog(value: Any, _info: Any) -> bool:
    if value["name"] == "a bear":
        raise ValueError("it growls")
    return value["name"] != "a wolf"


async def resolve_type_later(value: Any, *_: Any) -> Any:
    return resolve_type(value)


async def is_dog_later(value: Any, info: Any) -> bool:
    return is_dog(value, info)


@pytest.mark.parametrize("resolve", [resolve_type, resolve_type_later])
@pytest.mark.parametrize("check", [None, is_dog, is_dog_later])
def test_a_type_is_decided_as_by_graphql_core(resolve: Any, check: Any) -> None:
    schema = build_schema(SDL)
    schema.type_map["Pet"].resolve_type = resolve  # type: ignore[attr-defined]  # an interface
    schema.type_map["Dog"].is_type_of = check  # type: ignore[attr-defined]  # an object type
    expected, found = run(schema), run(schema, executor_class=BreadthFirstExecutor)
    assert found.data == expected.data
    assert errors(found) == errors(expected)
    assert len(errors(found)) == (5 if check is None else 9)


def run(schema: GraphQLSchema, **more: Any) -> ExecutionResult:
    async def wait() -> ExecutionResult:
        result: Any = execute(schema, parse(QUERY), ROOT, **more)
        return result if isinstance(result, ExecutionResult) else await result  # type: ignore[no-any-return]  # it is one

    return asyncio.run(wait())


def errors(result: ExecutionResult) -> set[tuple[str, str]]:
    return {(str(each.path), each.message) for each in result.errors or ()}
