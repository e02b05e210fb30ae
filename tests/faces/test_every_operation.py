"""A1: every operation, by both faces: the same answer, the same refusal, the same permission."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from faces import Answer, Face, GraphqlFace, RestFace, snake
from noun import Bad
from nouns import FOR_ANY_TOKEN, ROWS
from running_core import CONTRACT, OPERATIONS, RunningCore
from world import World, compared

from faceforge_schema import permissions_of
from faceforge_schema.directives import Resource, directive_of
from faceforge_schema.execute.needs import needs_of_field

ON_ONE_FACE_ONLY = {"subscription changesets", "subscription events"}
"""Operations without a route, and why: a subscription is a stream; REST has that of events at their own address."""

OF_NO_RECORD = {"system", "imports"}
"""What is read without being a record."""
OTHERS = {"jobs:run"}
"""Permissions that are neither to read nor to write."""

Twins = tuple[RunningCore, RunningCore]
BAD = [(name, each) for name, rows in ROWS.items() for each in rows.bad]
NUMBERS = count(1)


def test_every_operation_of_the_schema_is_on_both_faces_and_has_rows() -> None:
    roots = {
        "query": CONTRACT.graphql.query_type,
        "mutation": CONTRACT.graphql.mutation_type,
        "subscription": CONTRACT.graphql.subscription_type,
    }
    every = {(kind, name) for kind, root in roots.items() if root for name in root.fields}
    without_route = {
        f"{kind} {name}" for kind, name in every if kind == "subscription" or name not in OPERATIONS
    }
    assert without_route == ON_ONE_FACE_ONLY
    assert {snake(name) for kind, name in every if kind != "subscription"} == set(ROWS)
    fields = {name: each for root in roots.values() if root for name, each in root.fields.items()}
    without_arguments = {snake(name) for name, each in fields.items() if not each.args}
    assert {name for name, rows in ROWS.items() if not rows.bad} == without_arguments


def test_every_permission_is_to_read_or_to_write_what_can_be_read() -> None:
    """A permission with a typing error in it would be one more that nobody else knows of."""
    every = permissions_of(CONTRACT.graphql)
    records = [directive_of(each, Resource) for each in CONTRACT.graphql.type_map.values()]
    nouns = {each.needs.removesuffix(":read") for each in records if each is not None} | OF_NO_RECORD
    assert every - OTHERS <= {f"{noun}:{verb}" for noun in nouns for verb in ("read", "write")}
    assert {f"{noun}:read" for noun in nouns} <= every


def test_every_operation_needs_a_permission_but_those_that_are_listed() -> None:
    roots = (CONTRACT.graphql.query_type, CONTRACT.graphql.mutation_type, CONTRACT.graphql.subscription_type)
    fields = {name: each for root in roots if root is not None for name, each in root.fields.items()}
    assert {snake(name) for name, each in fields.items() if not needs_of_field(each)} == FOR_ANY_TOKEN


def test_the_contract_describes_every_field() -> None:
    silent = [
        f"{kind.name}.{name}"
        for kind in CONTRACT.graphql.type_map.values()
        if hasattr(kind, "fields") and not kind.name.startswith("__")
        for name, field in kind.fields.items()
        if not field.description
    ]
    assert [each for each in silent if not each.startswith(("ExternalIdInput", "Subscription"))] == []


def asked(twins: Twins, arguments: Callable[[World], dict[str, Any]], operation: str) -> list[Answer]:
    """The answers of both faces to the same call in equal worlds."""
    number, answers = next(NUMBERS), []
    for core, face in zip(twins, (RestFace, GraphqlFace), strict=True):
        world = World(core, number)
        answers.append(face(core).call(operation, **arguments(world)))
    return answers


@pytest.mark.parametrize("operation", ROWS)
def test_what_works_works_alike_on_both_faces(twins: Twins, operation: str) -> None:
    rows = ROWS[operation]
    by_rest, by_graphql = asked(twins, rows.good, operation)
    assert by_rest.code is None, by_rest.problem
    assert by_graphql.code is None, by_graphql.problem
    assert compared(by_rest.result) == compared(by_graphql.result)
    assert by_rest.status == by_graphql.status == OPERATIONS[_camel(operation)].status
    for name, value in (rows.shows or {}).items():
        assert by_rest.result[name] == value
    if isinstance(by_rest.result, dict) and isinstance(by_rest.result.get("version"), int):
        assert re.fullmatch(rf'"{by_rest.result["version"]}-[0-9a-f]{{32}}"', by_rest.headers["etag"])


@pytest.mark.parametrize(("operation", "bad"), BAD, ids=[f"{name} {each.code}" for name, each in BAD])
def test_what_is_refused_is_refused_alike_on_both_faces(twins: Twins, operation: str, bad: Bad) -> None:
    for answer in asked(twins, bad.arguments, operation):
        assert (answer.status, answer.code) == (bad.status, bad.code), answer
        if bad.place is not None:
            assert bad.place in answer.places
        assert answer.problem["title"]
        assert answer.code not in _declared_nowhere(operation), "the contract does not tell of this error"


@pytest.mark.parametrize("operation", ROWS)
def test_nobody_may_ask_without_a_token(face: Face, world: World, operation: str) -> None:
    arguments = ROWS[operation].good(world)
    answer = face.call(operation, **{**arguments, "token": None})
    assert (answer.status, answer.code) == (401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    wrong = face.call(operation, **{**arguments, "token": "ff_wrong"})
    assert (wrong.status, wrong.code) in ((401, "unauthorized"), (429, "rate_limited"))


def _camel(operation: str) -> str:
    return next(name for name in OPERATIONS if snake(name) == operation)


def _declared_nowhere(operation: str) -> set[str | None]:
    route = OPERATIONS[_camel(operation)]
    always = {"unauthorized", "forbidden", "not_found", "invalid_input", "invalid_cursor"}
    return {each.code for each in ROWS[operation].bad} - set(route.errors) - always
