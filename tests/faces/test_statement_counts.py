"""A4: a list, and a query however nested, takes as many SQL statements for a hundred rows as for ten or one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from faces import camel
from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument
from noun import Place
from nouns import NOUNS
from running_core import CONTRACT, OPERATIONS, RunningCore, running_core

from faceforge_schema.directives import Resource, directive_of, is_list
from faceforge_storage import assets, entities
from faceforge_storage.database.gateway import AnyRow, Write

ROWS = 100
SIZES = (1, 10, 100)
LISTS = sorted(name for name, each in OPERATIONS.items() if each.is_list)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with running_core(tmp_path_factory.mktemp("hub")) as core:
        yield Hub(core)


class Hub:
    """A hundred of everything: a ring of entities, each with an asset and what else the nouns put into its place; and
    one entity, the centre, that all of it touches as well. One changeset made each hundredth."""

    def __init__(self, core: RunningCore) -> None:
        self.core = core
        files = {"file": ("source.txt", b"source")}
        source = core.request("POST", "/v1/assets/upload", files=files).json()["asset_id"]
        centre, kept = core.core.database.writing(
            "hub",
            "centre",
            lambda tx: (
                entities.create(tx, {"display_name": "Centre"}),
                [
                    entities.create(tx, {"display_name": f"Ring {place}", "tags": ["ring"]})
                    for place in range(ROWS)
                ],
            ),
        )
        self.centre = centre.id
        for place, entity in enumerate(kept):
            records = (source, centre, place, entity, kept[place - 1])
            core.core.database.writing("hub", "ring", lambda tx, records=records: add(tx, *records))

    def count(self, document: str, **variables: Any) -> tuple[int, Any]:
        """(statements, data) of a query."""
        with self.core.statements() as seen:
            answer = self.core.request(
                "POST", "/graphql", json={"query": document, "variables": variables}
            ).json()
        assert "errors" not in answer, answer["errors"]
        return len(seen), answer["data"]

    def query(self, name: str) -> str:
        """The same for REST."""
        return {"changes": "record_type=relationship"}.get(name, "")

    def arguments(self, name: str) -> str:
        """What a root list needs beside its page."""
        if name in {"entityAssets", "entityDescriptors"}:
            return f'entityId: "{self.centre}", '
        # What a change shows depends on what it is of; so each page is of one kind.
        return {"entities": 'tag: ["ring"], ', "changes": 'recordType: "relationship", '}.get(name, "")


def add(tx: Write, source_id: str, centre: AnyRow, place: int, entity: AnyRow, neighbour: AnyRow) -> None:
    """What one entity of the ring has."""
    source = tx.rows(assets.matching(ids=[source_id]))[0]
    content = {
        **{name: source._mapping[name] for name in ("content_hash", "size_bytes", "mime_type", "kind")},
        "filename": f"{place}.txt",
    }
    asset = assets.create(tx, [{**content, "derived_from_asset_id": source_id}])[0]
    assets.create(tx, [{**content, "derived_from_asset_id": asset.id}])
    for holder in (entity, centre):
        assets.link(tx, [(asset, holder, {"role": "own"})])
    entities.change(tx, entity, {"primary_thumbnail_asset_id": asset.id}, None)
    for noun in NOUNS.values():
        noun.fill(tx, Place(place, entity, asset, neighbour, centre))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_by_rest_takes_as_many_statements_for_any_number_of_rows(hub: Hub, name: str) -> None:
    route = OPERATIONS[name]
    path = route.path.replace("{entity_id}", hub.centre)
    counts = set()
    for size in SIZES:
        with hub.core.statements() as seen:
            answer = hub.core.request(
                "GET", f"{path}?limit={size}&include_total=true&{hub.query(name)}"
            ).json()
        assert len(answer["items"]) == size
        assert answer["total"] >= ROWS
        counts.add(sum(not each.startswith("BEGIN") for each in seen))
    assert len(counts) == 1, counts
    # The page and the count, for each whether the entity is there at all, and what four computed fields need.
    assert counts.pop() <= 8


@pytest.mark.parametrize("name", LISTS)
def test_a_list_by_graphql_takes_as_many_statements_for_any_number_of_rows(hub: Hub, name: str) -> None:
    kind = node_of(OPERATIONS[name].root_field.type)
    document = (
        f"query ($n: Int) {{ {name}({hub.arguments(name)}first: $n) {{"
        f" totalCount pageInfo {{ endCursor }} edges {{ cursor node {{ {leaves(kind)} }} }} }} }}"
    )
    assert_constant(hub, document)


def node_of(kind: Any) -> GraphQLObjectType:
    below = get_named_type(kind)
    found = get_named_type(below.fields["nodes"].type) if is_list(below) else below
    assert isinstance(found, GraphQLObjectType)
    return found


def leaves(kind: GraphQLObjectType) -> str:
    """Every leaf, computed ones too."""
    return " ".join(
        ["__typename"]
        + [name for name, field in kind.fields.items() if is_leaf_type(get_named_type(field.type))]
    )


def ways(kind: GraphQLObjectType, depth: int) -> Iterator[str]:
    """Selections that walk one way down from `kind`, each to the end of `depth` steps."""
    ways_on = [
        (name, field)
        for name, field in kind.fields.items()
        if isinstance(get_named_type(field.type), GraphQLObjectType)
        and not any(is_required_argument(each) for each in field.args.values())
    ]
    for name, field in ways_on if depth else ():
        below = node_of(field.type)
        listed = is_list(get_named_type(field.type))
        is_record = directive_of(below, Resource) is not None
        deeper = list(ways(below, depth - 1)) or [""] if is_record or depth > 1 else [""]
        for each in deeper:
            inner = f"{leaves(below)} {each}"
            yield (
                f"{name}(first: 3) {{ totalCount edges {{ cursor node {{ {inner} }} }} }}"
                if listed
                else f"{name} {{ {inner} }}"
            )


WALKED = {
    kind.name: name
    for name, each in OPERATIONS.items()
    if each.is_list and not each.path_names and any(ways(kind := node_of(each.root_field.type), 1))
}
"""Kind of record that leads to others -> the list of them that the walks begin at."""
NESTED = [
    (name, way) for name in WALKED.values() for way in ways(node_of(OPERATIONS[name].root_field.type), 2)
]


@pytest.mark.parametrize(("name", "way"), NESTED)
def test_a_nested_query_takes_as_many_statements_for_any_number_of_rows(
    hub: Hub, name: str, way: str
) -> None:
    document = f"query ($n: Int) {{ {name}({hub.arguments(name)}first: $n) {{ nodes {{ {way} }} }} }}"
    # From ten on: a single row may have nothing below it.
    assert_constant(hub, document, sizes=SIZES[1:])


def test_the_walk_covers_every_field_that_leads_to_other_records() -> None:
    walked = {way.split("(")[0].split(" ")[0] for _, way in NESTED}
    assert WALKED.keys() >= {"Entity", "Asset", "Descriptor", "Relationship", "Changeset"}
    for name in WALKED:
        kind = CONTRACT.graphql.type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        leading = {
            each
            for each, field in kind.fields.items()
            if isinstance(get_named_type(field.type), GraphQLObjectType)
        }
        assert leading <= walked, name


def test_everything_at_once_grows_with_the_query_and_not_with_the_rows(hub: Hub) -> None:
    below = " ".join(
        f"f{place}: {way}"
        for place, way in enumerate(ways(node_of(OPERATIONS["entities"].root_field.type), 2))
    )
    document = f'query ($n: Int) {{ entities(tag: ["ring"], first: $n) {{ nodes {{ {below} }} }} }}'
    fields = document.count("{")
    for size in SIZES:
        statements, data = hub.count(document, n=size)
        assert len(data["entities"]["nodes"]) == size
        assert statements <= 2 * fields


def assert_constant(hub: Hub, document: str, sizes: tuple[int, ...] = SIZES) -> None:
    counts = {}
    for size in sizes:
        counts[size], data = hub.count(document, n=size)
        found = next(iter(data.values()))
        assert len(found.get("edges", found.get("nodes"))) == size
    assert len(set(counts.values())) == 1, (counts, document)


def test_looking_up_many_by_ids_takes_one_statement(hub: Hub) -> None:
    for name, id_ in (("entities", "entity_id"), ("assets", "asset_id"), ("descriptors", "descriptor_id")):
        items = hub.core.request("GET", f"/v1/{name}?limit=100").json()["items"]
        ids = [each[id_] for each in items]
        counts = set()
        for size in SIZES:
            document = f"query ($ids: [ID!]) {{ {camel(name)}(ids: $ids, first: 500) {{ nodes {{ id }} }} }}"
            statements, data = hub.count(document, ids=ids[:size])
            assert len(data[name]["nodes"]) == size
            counts.add(statements)
        assert len(counts) == 1
