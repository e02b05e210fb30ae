"""What a declaration means depends on types and declared marks, never on how something is called."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any, cast

import pytest
from graphql import GraphQLObjectType
from sqlalchemy import Select, select
from strawberry import ID

from faceforge_executor import Objects
from faceforge_schema import Context as Asking
from faceforge_schema import Contract, build_schema
from faceforge_schema.context import Reader, Write
from faceforge_schema.contract import noun_modules
from faceforge_schema.declare.connections import listing
from faceforge_schema.declare.fields import batched
from faceforge_schema.declare.operation import mutation, query
from faceforge_schema.declare.resources import Record, attribute, resource
from faceforge_schema.declare.signatures import signature_of
from faceforge_schema.directives import duplicate_mark
from faceforge_schema.entities import EntitySort
from faceforge_storage.database.tables import entities as table

Transaction = Write


@resource("robot_id", needs="robots:read")
class Robot(Record):
    """A record whose secret and whose mark of a duplicate are called otherwise than those of Core's own."""

    id: ID = attribute("Its id.")
    secret: str = attribute("No secret, in spite of its name.")
    duplicate: bool = attribute("Not about this answer, in spite of its name.")
    password: str | None = attribute("What it signs in with.", secret=True)
    was_there: bool = attribute("Whether it was there already.", marks_duplicate="It was.")


@query(None, needs="robots:read")
def robot(parents: int, found: int, snapshot: Reader, who: Asking) -> Robot:
    """A question with arguments that are called like what batch functions get."""
    raise NotImplementedError


@mutation("POST /robots", needs="robots:write", status=201)
def create_robot(within: Transaction, name: str) -> Robot:
    """A change whose transaction has another name and type alias."""
    raise NotImplementedError


@listing("GET /robots", Robot, sort=EntitySort, needs="robots:read")
def robots(looking: Reader, name: str | None = None) -> Select[Any]:
    """A list that looks into the database first."""
    return select(table)


@batched(Robot, reads=("id",))
def friends(anything: Reader, rows: Objects, db: str | None = None) -> Sequence[list[ID] | None]:
    """A batch function gets its first two parameters by position; the others are arguments."""
    raise NotImplementedError


@pytest.fixture(scope="module")
def contract() -> Contract:
    noun = ModuleType("robots")
    noun.__dict__.update(robot=robot, create_robot=create_robot, robots=robots)
    return build_schema([*noun_modules(), noun])


@pytest.mark.parametrize(
    ("type_name", "field", "arguments"),
    [
        ("Query", "robot", {"parents", "found"}),
        ("Mutation", "createRobot", {"name"}),
        ("Query", "robots", {"name", "first", "after", "sortBy", "sortOrder"}),
        ("Robot", "friends", {"db"}),
    ],
)
def test_the_types_of_parameters_decide_which_are_arguments(
    contract: Contract, type_name: str, field: str, arguments: set[str]
) -> None:
    kind = cast("GraphQLObjectType", contract.graphql.type_map[type_name])
    assert set(kind.fields[field].args) == arguments


def test_what_core_supplies_goes_to_the_parameter_of_its_type() -> None:
    store: Any = object()
    context: Any = object()
    assert signature_of(robot.function).supplied(store, context) == {"snapshot": store, "who": context}
    assert signature_of(create_robot.function).supplied(store, context) == {"within": store}


def test_a_batch_function_answers_its_item_type_for_each_parent(contract: Contract) -> None:
    kind = cast("GraphQLObjectType", contract.graphql.type_map["Robot"])
    assert str(kind.fields["friends"].type) == "[ID!]"


def test_a_secret_is_what_is_declared_as_one() -> None:
    made = Robot.of_values({"id": "1", "secret": "plain", "password": "hidden", "row_id": 1})
    assert made.without_secrets() == {"id": "1", "secret": "plain", "password": None, "row_id": 1}


def test_a_duplicate_is_marked_by_the_field_that_is_declared_to(contract: Contract) -> None:
    types = contract.graphql.type_map
    assert duplicate_mark(types["Robot"]) == ("wasThere", "It was.")
    assert (duplicate_mark(types["TakenAsset"]) or ("",))[0] == "duplicate"
    assert duplicate_mark(types["Asset"]) is None
