"""Random documents on random data with faults: by levels the answer is that of graphql-core, batch functions or not.

Run with more documents:  python tests/executor/test_differential.py 20000
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from typing import Any

import pytest
from documents import random_document
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, execute
from world_schemas import level_schema, plain_schema
from worlds import Thing, World

from faceforge_executor import BreadthFirstExecutor

IN_CI = 3000
PARTS = 12
SCHEMAS = 60
"""Schemas that are tried, each of which offers the fields in other ways."""
FAULT_RATES = (0.0, 0.01, 0.05, 0.2)


def difference(seed: int) -> str | None:
    """What the two answers to one document differ in, if they do."""
    asynchronous, root = seed % 3 == 0, "Mutation" if seed % 7 == 0 else "Query"
    reference = plain_schema(asynchronous)
    document, variables = random_document(reference, seed, root)
    thing = Thing(World(seed, FAULT_RATES[seed % len(FAULT_RATES)]), root, 0)
    expected = run(reference, document, thing, variables)
    for schema in (level_schema(seed % SCHEMAS, asynchronous), reference):
        for _ in range(2):  # the second time by the plan in the cache
            found = run(schema, document, thing, variables, executor_class=BreadthFirstExecutor)
            if wrong := differing(expected, found):
                return f"seed {seed}: {wrong}"
    return None


def run(schema: GraphQLSchema, document: Any, thing: Thing, variables: Any, **more: Any) -> ExecutionResult:
    async def wait() -> Any:
        result: Any = execute(schema, document, thing, variable_values=variables, **more)
        return result if isinstance(result, ExecutionResult) else await result

    return asyncio.run(wait())


def differing(expected: ExecutionResult, found: ExecutionResult) -> str | None:
    if repr(expected.data) != repr(found.data):
        return f"data {expected.data!r} became {found.data!r}"
    expected_errors, found_errors = by_null(expected), by_null(found)
    if expected_errors.keys() != found_errors.keys():
        return f"errors nulled {sorted(map(str, found_errors))}, not {sorted(map(str, expected_errors))}"
    for null, errors in found_errors.items():
        here = {(tuple(each.path or ()), each.message) for each in errors}
        if len(errors) != 1:
            return f"{len(errors)} errors are reported of {null}"
        # Of the errors below a value that became null graphql-core reports whichever came first in time.
        there = {(tuple(each.path or ()), each.message) for each in expected_errors[null]}
        if all(path == null for path, _ in there) and here != there:
            return f"the error at {null} is {here}, not {there}"
    return None


def by_null(result: ExecutionResult) -> dict[tuple[Any, ...], list[GraphQLError]]:
    """The errors by the value that is null because of them."""
    found: dict[tuple[Any, ...], list[GraphQLError]] = defaultdict(list)
    for error in result.errors or ():
        path, value = list(error.path or ()), result.data
        length = 0
        while value is not None and length < len(path):
            value = value[path[length]]
            length += 1
        found[tuple(path[:length])].append(error)
    return found


# allow warning: graphql-core itself leaves awaitables behind when an error ends its execution early
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("part", range(PARTS))
def test_documents_are_answered_as_graphql_core_answers_them(part: int) -> None:
    wrong = [found for seed in range(part, IN_CI, PARTS) if (found := difference(seed))]
    assert wrong == []


def main() -> None:
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    count, wrong = int(sys.argv[1]), 0
    for seed in range(first, first + count):
        if found := difference(seed):
            wrong += 1
            print(found[:600], flush=True)
    print(f"{count} documents, {wrong} answered differently")


if __name__ == "__main__":
    main()
