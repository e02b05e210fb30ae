"""A list is read in its order out of an index, whichever plain filter and sort it has: what SQLite plans for each pair.

The rule is in `list_indexes`: a filter on a column that classifies rows is served with every sort; one that names a
thing is searched for, and its few rows may be sorted. Several filters together, patterns, dates at which a fact held
and lists of values are no plain filters.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from faces import camel, snake
from graphql import GraphQLInputType, get_nullable_type, is_enum_type, is_list_type
from running_core import OPERATIONS, RunningCore
from sqlalchemy import Table, event
from test_lists import LISTS, NO_FILTERS, filled, of, sorts  # noqa: F401  # a fixture
from world import World

from faceforge_storage.database.shared_columns import metadata

NUMBERS = itertools.count()
SORTED = "TEMP B-TREE FOR"
ROOT = [name for name in LISTS if not OPERATIONS[camel(name)].path_names]
"""The lists that are not of what belongs to one record."""


@dataclass(frozen=True)
class Plan:
    """What SQLite does for one page: the table that the list is of, and the steps."""

    table: Table
    steps: list[str]
    cursor: str | None

    @property
    def sorts(self) -> bool:
        return any(SORTED in step for step in self.steps)

    @property
    def scans(self) -> bool:
        """Whether rows are visited that the filter does not choose."""
        return any(re.match(rf"SCAN {self.table.name}\b", step) for step in self.steps)

    def searches_by(self, *columns: str) -> bool:
        wanted = r"=\? AND ".join(columns)
        return any(re.match(rf"SEARCH {self.table.name} .*\({wanted}=\?", step) for step in self.steps)


class Planner:
    """Asks for pages of one list, and SQLite for its plan of each."""

    def __init__(self, core: RunningCore, world: World, operation: str) -> None:
        self.core, self.operation = core, operation
        self.field = OPERATIONS[camel(operation)].root_field
        self.base = of(operation, world)
        path = OPERATIONS[camel(operation)].path.format(**self.base)
        self.sample = core.request("GET", path).json()["items"][0]
        self.table = self.plan(sorts(operation)[0], "ASC").table
        self.few = self.table.info.get("few", False)

    def role(self, name: str) -> str | None:
        """What a filter does: it `classifies`, `names` a thing, `spans` a time, or is no plain filter (None)."""
        if name in self.base:
            return "names"
        argument = self.field.args.get(camel(name))
        if argument is None or is_list_type(get_nullable_type(argument.type)):
            return None
        if name in self.table.c:
            return "classifies" if self.table.c[name].info.get("classifies") else "names"
        return "spans" if name.endswith("_since") else "names" if name.endswith("_id") else None

    def filters(self, *roles: str) -> dict[str, Any]:
        """The filters that have one of the roles, each with a value, of a row where it can be."""
        names = {snake(name) for name in self.field.args} - NO_FILTERS
        found = sorted(name for name in names if self.role(name) in roles)
        return {name: self._value(name) for name in found}

    def _value(self, name: str) -> Any:
        sample = self.sample.get(name.replace("_since", "_at"))
        if self.role(name) == "spans":
            sample = sample or self.sample["created_at"]
        value = self.base.get(name) or sample or "x:y"
        return value.upper() if is_enum_type(get_nullable_type(self.field.args[camel(name)].type)) else value

    def plan(self, sort: str, order: str, after: str | None = None, **filters: Any) -> Plan:
        given = {**self.base, **filters, "sort_by": sort.upper(), "sort_order": order, "first": 1}
        given = {camel(name): value for name, value in given.items()} | ({"after": after} if after else {})
        types: dict[str, GraphQLInputType] = {name: self.field.args[name].type for name in given}
        heads = ", ".join(f"${name}: {kind}" for name, kind in types.items())
        inside = ", ".join(f"{name}: ${name}" for name in types)
        name = camel(self.operation)
        fields = (
            "__typename tags" if "deleted" in self.field.args else "__typename"
        )  # tags: JSON is read otherwise
        below = f"{{ nodes {{ {fields} }} pageInfo {{ endCursor }} }}"
        # Under a new name each time, for the same document would be answered from memory.
        document = f"query q{next(NUMBERS)} ({heads}) {{ {name}({inside}) {below} }}"
        seen: list[tuple[str, Any]] = []

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            seen.append((statement, parameters))

        readers = self.core.core.database.readers
        event.listen(readers, "before_cursor_execute", note)
        try:
            answer = self.core.request(
                "POST", "/graphql", json={"query": document, "variables": given}
            ).json()
        finally:
            event.remove(readers, "before_cursor_execute", note)
        assert "errors" not in answer, answer
        statement, parameters = next(each for each in seen if re.search(r"\bLIMIT\b", each[0]))
        table = re.search(r"\bFROM (\w+)", statement)
        assert table is not None
        with readers.connect() as connection:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        cursor = answer["data"][name]["pageInfo"]["endCursor"]
        return Plan(metadata.tables[table[1]], [row[3] for row in rows], cursor)

    def pages(self, sort: str, **filters: Any) -> Iterator[Plan]:
        """The plans of a first and a following page, both ways."""
        for order in ("ASC", "DESC"):
            first = self.plan(sort, order, **filters)
            yield first
            if first.cursor is not None:
                yield self.plan(sort, order, first.cursor, **filters)


@pytest.fixture
def planner(core: RunningCore, filled: World, operation: str) -> Planner:  # noqa: F811  # the fixture
    return Planner(core, filled, operation)


@pytest.mark.parametrize("operation", ROOT)
def test_a_list_is_read_in_its_order(planner: Planner) -> None:
    shown = ("EXCLUDE", "INCLUDE", "ONLY") if "deleted" in planner.field.args else (None,)
    for deleted in shown:
        filters = {} if deleted is None else {"deleted": deleted}
        for sort in sorts(planner.operation):
            for plan in planner.pages(sort, **filters):
                assert planner.few or not plan.sorts, (filters, sort, plan.steps)


@pytest.mark.parametrize("operation", ROOT)
def test_what_classifies_is_served_with_each_sort(planner: Planner) -> None:
    for name, value in planner.filters("classifies").items():
        for sort in sorts(planner.operation):
            plans = list(planner.pages(sort, **{name: value}))
            assert len(plans) == 4, f"no row has this {name}, so that no page follows"
            for plan in plans:
                assert plan.searches_by(name), (name, sort, plan.steps)
                assert not plan.sorts, (name, sort, plan.steps)


@pytest.mark.parametrize("operation", ["assets"])
@pytest.mark.parametrize(("column", "wanted"), [("kind", "image.*"), ("mime_type", "image/*")])
def test_words_below_one_are_read_by_each_in_its_order(planner: Planner, column: str, wanted: str) -> None:
    """By the word they lie in one index; in any other order the first rows of each word are sorted, and no others."""
    for sort in sorts(planner.operation):
        for plan in planner.pages(sort, **{column: wanted}):
            assert not plan.scans, (sort, plan.steps)
            if sort == column:
                assert not plan.sorts, plan.steps
                continue
            assert plan.searches_by(column), (sort, plan.steps)
            below = plan.steps.index(next(each for each in plan.steps if "LIST SUBQUERY" in each))
            assert f"_{column}_{sort} " in plan.steps[below + 1], plan.steps
            assert [place for place, step in enumerate(plan.steps) if SORTED in step] == [below + 2], (
                plan.steps
            )


@pytest.mark.parametrize("operation", ["assets"])
def test_what_nobody_has_is_found_along_the_list(planner: Planner) -> None:
    """Each asset in its order, with one look for a link: no list of those that are linked is made."""
    for linked in ("NONE", "SOME"):
        for sort in sorts(planner.operation):
            for plan in planner.pages(sort, linked=linked):
                assert not plan.sorts, (sort, plan.steps)
                assert any("SEARCH asset_links" in each and "(asset_row=?" in each for each in plan.steps), (
                    plan.steps
                )


@pytest.mark.parametrize("operation", ROOT)
def test_a_span_of_time_is_served_with_its_own_sort(planner: Planner) -> None:
    for name, value in planner.filters("spans").items():
        for plan in planner.pages(name.replace("_since", "_at"), **{name: value}):
            assert not plan.scans, (name, plan.steps)
            assert not plan.sorts, (name, plan.steps)


@pytest.mark.parametrize("operation", LISTS)
def test_what_names_a_thing_is_searched_for_whatever_classifies_beside_it(planner: Planner) -> None:
    """The kind of an asset beside its hash: the hash is searched for, though the kind would come sorted."""
    beside = planner.filters("classifies")
    for name, value in planner.filters("names").items():
        for sort in sorts(planner.operation):
            for others in ({}, *({other: beside[other]} for other in beside)):
                for plan in planner.pages(sort, **{name: value}, **others):
                    assert planner.few or not plan.scans, (name, others, sort, plan.steps)
                    alone = any(map(plan.searches_by, others)) and not plan.searches_by(*others, name)
                    assert not alone, (name, others, sort, plan.steps)
