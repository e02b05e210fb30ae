"""The derived tables match the records after any sequence of changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows_for_tests import dump, entity, new_database, query
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from faceforge_storage.database import tables
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import Write

TAGS = st.lists(
    st.sampled_from(["a", "b", "A", "名", "it's", '"', "\\", "\U0001f642", "1", "true"]), max_size=4
)
EXTERNAL = st.lists(
    st.builds(
        lambda place, value: {"namespace": place, "value": value},
        st.just("s"),
        st.integers(0, 10**6).map(str),
    ),
    max_size=3,
    unique_by=lambda each: each["value"],
)
STEP = st.one_of(
    st.tuples(st.just("insert"), st.fixed_dictionaries({"tags": TAGS, "external_ids": EXTERNAL})),
    st.tuples(
        st.just("update"),
        st.fixed_dictionaries(
            {},
            optional={"tags": TAGS, "external_ids": EXTERNAL, "deleted_at": st.sampled_from([None, "2026"])},
        ),
    ),
    st.tuples(st.just("delete"), st.just({})),
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path: Path = tmp_path_factory.mktemp("derived") / "core.sqlite3"
    opened = new_database(path)
    yield opened
    opened.close()


def derived(database: Database) -> tuple[list[Any], list[Any]]:
    return (
        sorted(query(database.path, "SELECT tag, entity_row FROM entity_tags")),
        sorted(query(database.path, "SELECT namespace, value, entity_row FROM entity_external_ids")),
    )


def from_records(database: Database) -> tuple[list[Any], list[Any]]:
    rows = dump(database.path, "entities")["entities"]
    return (
        sorted({(tag, row) for row, values in rows.items() for tag in values["tags"]}),
        sorted(
            (each["namespace"], each["value"], row)
            for row, values in rows.items()
            if values["deleted_at"] is None
            for each in values["external_ids"]
        ),
    )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 3), STEP), max_size=10))
def test_tags_and_external_ids_of_entities(
    database: Database, steps: list[tuple[int, tuple[str, Any]]]
) -> None:
    def work(tx: Write) -> None:
        for place, (verb, values) in steps:
            rows = tx.rows(select(tables.entities).order_by(tables.entities.c.row_id.desc()).limit(4))
            if verb == "insert":
                tx.insert(tables.entities, [entity(**values)])
            elif place < len(rows) and verb == "update":
                tx.update(tables.entities, rows[place], values)
            elif place < len(rows):
                tx.delete(tables.entities, [rows[place]])

    before = derived(database)
    try:
        database.writing("t", "o", work)
    except IntegrityError:  # two live entities with one external id: then nothing at all has happened
        assert derived(database) == before
    assert derived(database) == from_records(database)


def test_tags_of_assets(database: Database) -> None:
    def work(tx: Write) -> Any:
        row = {
            "sha256": "0" * 64,
            "size_bytes": 1,
            "provider": "p",
            "bucket": "",
            "key": "k",
            "created_at": "",
        }
        tx.insert(tables.objects, [row])
        values: dict[str, Any] = {
            "owner": {},
            "kind": "file",
            "filename": "f",
            "mime_type": "x/y",
            "size_bytes": 1,
        }
        values |= {"content_hash": "0" * 64, "user_metadata": {}, "plugin_data": {}}
        rows = [{**values, "id": f"{number:064x}", "tags": ["a", f"t{number}"]} for number in range(3)]
        made = tx.insert(tables.assets, rows)
        tx.update(tables.assets, made[1], {"tags": ["b", "b"]})
        tx.delete(tables.assets, [made[2]])
        return made

    made = database.writing("t", "o", work)
    assert sorted(query(database.path, "SELECT tag, asset_row FROM asset_tags")) == [
        ("a", made[0].row_id),
        ("b", made[1].row_id),
        ("t0", made[0].row_id),
    ]


def test_an_external_id_belongs_to_one_live_entity(database: Database) -> None:
    taken = {"external_ids": [{"namespace": "own", "value": "1"}]}
    first = database.writing("t", "o", lambda tx: tx.insert(tables.entities, [entity(**taken)])[0])
    with pytest.raises(IntegrityError):
        database.writing("t", "o", lambda tx: tx.insert(tables.entities, [entity(**taken)]))
    trashed = database.writing("t", "o", lambda tx: tx.update(tables.entities, first, {"deleted_at": "2026"}))
    database.writing("t", "o", lambda tx: tx.insert(tables.entities, [entity(**taken)]))
    with pytest.raises(IntegrityError):
        database.writing("t", "o", lambda tx: tx.update(tables.entities, trashed, {"deleted_at": None}))


def test_each_derived_table_has_triggers_for_insert_update_and_delete(database: Database) -> None:
    triggers = {
        name for (name,) in query(database.path, "SELECT name FROM sqlite_master WHERE type = 'trigger'")
    }
    assert triggers == {
        f"{table.name}_{verb}" for table in tables.DERIVED for verb in ("insert", "update", "delete")
    }


def test_nothing_but_a_trigger_writes_a_derived_table(database: Database) -> None:
    """A record's change alone is journalled: a derived table has no record type of its own."""
    for table in tables.DERIVED:
        assert "record" not in table.info
    changed = {kind for (kind,) in query(database.path, "SELECT DISTINCT record_type FROM changes")}
    assert not [kind for kind in changed if re.search("tag|external", kind)]
