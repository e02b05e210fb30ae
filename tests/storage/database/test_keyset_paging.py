"""A list read page by page is the sorted list, whatever the sort, the page size, and what happens meanwhile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows_for_tests import entity, new_database
from sqlalchemy import Connection, select

from faceforge_storage.database import tables
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.keyset import (
    Children,
    Order,
    Page,
    count_of,
    counts_below,
    fetch,
    page_of,
    pages_below,
)
from faceforge_storage.database.prepared_select import PreparedSelect
from faceforge_storage.database.read_budget import AnswerMemory, ReadBudget
from faceforge_storage.database.records import shown
from faceforge_storage.home.settings import Limits

ENTITIES, DESCRIPTORS = tables.entities, tables.descriptors
# Few values, so that ties are common; some sort differently as bytes than as people read them.
NAMES = st.sampled_from(["", "A", "a", "b", "é", "e\u0301", "z", "Z", "\uffff", "\U0001f642", "名"])
ORDERS = st.builds(Order, st.sampled_from(["display_name", "created_at", "version"]), st.booleans())


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path: Path = tmp_path_factory.mktemp("paging") / "core.sqlite3"
    opened = new_database(path)
    yield opened
    opened.close()


def fill(tx: Write, rows: list[tuple[str, int]]) -> list[AnyRow]:
    """The entities (name, minute of creation), and nothing else."""
    for table in (DESCRIPTORS, ENTITIES):
        tx.delete(table, tx.rows(select(table)))
    values = [entity(display_name=name, created_at=f"2026-01-01T00:{minute:02}") for name, minute in rows]
    return list(tx.insert(ENTITIES, values))


def budget() -> ReadBudget:
    limits = Limits()
    return ReadBudget(limits, AnswerMemory(limits), "ada")


def pages(db: Connection, order: Order, limit: int) -> list[list[AnyRow]]:
    """Every page of the entities, in order."""
    after, found = None, []
    while len(found) < 100:  # a page that follows itself would never end
        rows = fetch(db, select(ENTITIES), Page(order, limit, after))
        found.append(list(rows[:limit]))
        if len(rows) <= limit:
            return found
        last = rows[limit - 1]
        after = (last._mapping[order.column], last.row_id)
    raise AssertionError("more pages than rows")


def key_of(order: Order) -> Any:
    return itemgetter(*(list(ENTITIES.c.keys()).index(name) for name in (order.column, "row_id")))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(NAMES, st.integers(0, 3)), max_size=25), ORDERS, st.integers(1, 26))
def test_the_pages_together_are_the_sorted_list(
    database: Database, rows: list[tuple[str, int]], order: Order, limit: int
) -> None:
    stored = database.writing("t", "o", lambda tx: fill(tx, rows))
    found = database.reading(pages, order, limit)
    assert [row for page in found for row in page] == sorted(
        stored, key=key_of(order), reverse=order.descending
    )
    assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
    assert found[-1] or len(found) == 1
    counted = database.reading(PreparedSelect(count_of(select(ENTITIES))), {}, budget())
    assert counted == {"count_": (len(rows),)}


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(NAMES, st.integers(0, 3)), min_size=2, max_size=12),
    ORDERS,
    st.integers(1, 4),
    st.lists(NAMES, max_size=4),
    st.sets(st.integers(0, 11), max_size=4),
)
def test_what_comes_and_goes_meanwhile_neither_repeats_nor_hides_the_rest(
    database: Database,
    rows: list[tuple[str, int]],
    order: Order,
    limit: int,
    coming: list[str],
    going: set[int],
) -> None:
    stored = database.writing("t", "o", lambda tx: fill(tx, rows))
    first = database.reading(fetch, select(ENTITIES), Page(order, limit))[:limit]

    def change(tx: Write) -> None:
        tx.insert(ENTITIES, [entity(display_name=name, created_at="2026-01-01T00:01") for name in coming])
        # Also the very row that the cursor names may go.
        tx.delete(ENTITIES, [row for place, row in enumerate(stored) if place in going])

    database.writing("t", "o", change)
    after = (first[-1]._mapping[order.column], first[-1].row_id)
    rest = database.reading(fetch, select(ENTITIES), Page(order, 100, after))
    kept = [row for place, row in enumerate(stored) if place not in going]
    seen = {row.row_id for row in first}
    expected = [
        row for row in sorted(kept, key=key_of(order), reverse=order.descending) if row.row_id not in seen
    ]
    known = {row.row_id for row in stored}
    assert [row for row in rest if row.row_id in known] == expected


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abc")), max_size=20),
    st.builds(Order, st.sampled_from(["field_key", "updated_at"]), st.booleans()),
    st.integers(1, 5),
    st.none() | st.tuples(st.sampled_from("abc"), st.integers(0, 20)),
)
def test_a_page_below_each_parent_is_what_a_page_of_that_parent_alone_would_be(
    database: Database,
    facts: list[tuple[int, str]],
    order: Order,
    limit: int,
    after: tuple[str, int] | None,
) -> None:
    def work(tx: Write) -> list[int]:
        parents = [row.row_id for row in fill(tx, [("A", 0)] * 4)]
        values = [
            {
                "id": f"{number:064x}",
                "entity_row": parents[parent],
                "field_key": key,
                "value": number,
                "recorded_at": "",
                "updated_at": f"2026-01-01T00:0{number % 3}",
            }
            for number, (parent, key) in enumerate(facts)
        ]
        tx.insert(DESCRIPTORS, values)
        return parents

    parents = database.writing("t", "o", work)
    if after is not None:
        newest = database.reading(lambda db: [row.row_id for row in db.execute(select(DESCRIPTORS.c.row_id))])
        base = min(newest, default=0)
        after = (after[0], base + after[1])
    page = Page(order, limit, after)

    children = Children(select(DESCRIPTORS), lambda parent: DESCRIPTORS.c.entity_row == parent)

    def together(db: Connection) -> dict[int, list[str]]:
        statement = pages_below(children, ["id"], order, following=after is not None)
        found = PreparedSelect(statement)(db, {**page.parameters(), "parents": parents[:3]}, budget())
        below: dict[int, list[str]] = {}
        for place, each in zip(found["place_"], found["id"], strict=True):
            below.setdefault(parents[place], []).append(each)
        return below

    def alone(db: Connection) -> dict[int, list[str]]:
        found = {
            parent: fetch(db, select(DESCRIPTORS).where(DESCRIPTORS.c.entity_row == parent), page)
            for parent in parents[:3]
        }
        return {parent: [row.id for row in rows] for parent, rows in found.items() if rows}

    assert database.reading(together) == database.reading(alone)
    counted = database.reading(PreparedSelect(counts_below(children)), {"parents": parents[:3]}, budget())
    grouped = groupby(sorted(parent for parent, _ in facts if parent < 3))
    counts = dict(zip(counted["place_"], counted["count_"], strict=True))
    assert counts == {parent: len(list(each)) for parent, each in grouped}


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("column", ["created_at", "updated_at", "display_name"])
def test_a_page_of_live_entities_is_read_from_an_index_and_not_sorted(
    database: Database, column: str, descending: bool
) -> None:
    """A list of a million must not cost a sort of a million."""
    statements: list[str] = []

    def work(db: Connection) -> None:
        raw = db.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(statements.append)
        statement = select(ENTITIES).where(shown(ENTITIES))
        fetch(db, statement, Page(Order(column, descending), 5, ("m", 3)))
        raw.set_trace_callback(None)

    database.reading(work)
    statement = statements[-1]
    explained = database.reading(
        lambda db: [row[3] for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]
    )
    assert len(explained) == 1
    assert f"USING INDEX ix_entities_{column}" in explained[0]


def test_another_page_size_needs_no_other_plan() -> None:
    """SQLite plans anew for each value of a bare parameter of LIMIT."""
    children = Children(select(DESCRIPTORS), lambda parent: DESCRIPTORS.c.entity_row == parent)
    order = Order("row_id")
    for statement in (
        page_of(select(ENTITIES), order, following=False),
        page_of(select(ENTITIES).where(shown(ENTITIES)), order, following=True),
        pages_below(children, ["id"], order, following=False),
    ):
        assert re.search(r"LIMIT :limit_ \+ 0\b", str(statement)), statement


@pytest.mark.parametrize("descending", [False, True])
def test_what_includes_the_trash_is_merged_in_order(database: Database, descending: bool) -> None:
    def work(tx: Write) -> list[list[AnyRow]]:
        rows = fill(tx, [(name, 0) for name in "cabdcab"])
        for row in rows[::2]:
            tx.update(ENTITIES, row, {"deleted_at": "2026"})
        return pages(tx.connection, Order("display_name", descending), 2)

    found = [row.display_name for page in database.writing("t", "o", work) for row in page]
    assert found == sorted("cabdcab", reverse=descending)
