"""What a document needs is read off what its types declare, never off what they are called (S13)."""

from __future__ import annotations

from types import ModuleType

import pytest
import strawberry
from graphql import OperationDefinitionNode, parse

from faceforge_schema import Actor, Contract, build_schema
from faceforge_schema.context import Reader
from faceforge_schema.contract import noun_modules
from faceforge_schema.declare.connection_types import Connection, Edge
from faceforge_schema.declare.operation import query
from faceforge_schema.directives import item_type, items_field, list_wrapper
from faceforge_schema.entities import Entity
from faceforge_schema.execute.needs import needs_of
from faceforge_storage.errors import Forbidden


@strawberry.type
class GraphEdge:
    """An object of its own, in spite of its name: no edge of a connection."""

    entity: Entity


@strawberry.type
class Counted(Connection[Entity]):
    """A list with a field of its own that leads elsewhere."""

    first_seen: Entity


@query(None, needs="graph:read")
def an_edge(db: Reader) -> GraphEdge:
    """An edge of a graph."""
    raise NotImplementedError


@query(None, needs="graph:read")
def counted(db: Reader) -> Counted:
    """A list of entities, for tokens that may read the graph."""
    raise NotImplementedError


@list_wrapper(items="entity")
@strawberry.type
class Step:
    """A wrapper of one entity."""

    entity: Entity


@list_wrapper(items="steps")
@strawberry.type
class Way:
    """A wrapper of wrappers."""

    steps: list[Step]


@strawberry.type
class Trip:
    """What holds a way beside other things."""

    way: Way


@query(None, needs="graph:read")
def trip(db: Reader) -> Trip:
    """A trip."""
    raise NotImplementedError


@list_wrapper(items="none")
@strawberry.type
class Wrong:
    """A wrapper that names a field it does not have."""

    entity: Entity


@query(None, needs="graph:read")
def wrong(db: Reader) -> Wrong:
    """A list without items."""
    raise NotImplementedError


@pytest.fixture(scope="module")
def contract() -> Contract:
    noun = ModuleType("graph")
    noun.__dict__.update(an_edge=an_edge, counted=counted, trip=trip)
    return build_schema([*noun_modules(), noun])


def needs(contract: Contract, text: str) -> frozenset[str]:
    document = parse(text)
    (operation,) = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    return needs_of(contract.graphql, document, operation)


def test_a_record_below_a_type_that_is_called_like_an_edge_needs_its_own_permission(
    contract: Contract,
) -> None:
    needed = needs(contract, "{ anEdge { entity { displayName } } }")
    assert needed == {"graph:read", "entities:read"}
    with pytest.raises(Forbidden, match="entities:read"):
        Actor("graph only", frozenset({"graph:read"})).check(needed)


def test_the_items_of_a_root_list_need_what_the_operation_needs(contract: Contract) -> None:
    assert needs(contract, "{ counted { nodes { id } edges { node { id } } } }") == {"graph:read"}


def test_what_a_list_holds_beside_its_items_needs_its_own_permission(contract: Contract) -> None:
    assert needs(contract, "{ counted { firstSeen { id } } }") == {"graph:read", "entities:read"}


def test_a_list_says_which_field_holds_its_items(contract: Contract) -> None:
    types = contract.graphql.type_map
    assert items_field(types["EntityEdge"]) == "node"
    assert items_field(types["Counted"]) == "nodes"
    assert items_field(types["GraphEdge"]) is None
    assert item_type(types["Counted"]) is types["Entity"]
    assert (items_field(types["Entity"]), Edge.__strawberry_definition__.name) == (None, "Edge")  # type: ignore[attr-defined]  # set by Strawberry


def test_a_record_in_a_wrapper_of_wrappers_needs_its_own_permission(contract: Contract) -> None:
    assert needs(contract, "{ trip { way { steps { entity { id } } } } }") == {"graph:read", "entities:read"}


def test_a_wrapper_without_its_field_is_refused_when_the_schema_is_built() -> None:
    noun = ModuleType("graph")
    noun.__dict__.update(wrong=wrong)
    with pytest.raises(TypeError, match="no field of it"):
        build_schema([*noun_modules(), noun])
