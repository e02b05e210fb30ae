"""B3: the JSON of a record has a bound, by whatever statement it grows; one that is beyond it can still be handled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rows_for_tests import add_entity, dump, entity, journal, new_database

from faceforge_storage.database import records, tables
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.errors import RecordTooLarge

ENTITIES = tables.entities
MOST = 1000
EMPTY = len("[][]{}[]{}")
"""Bytes of an entity without any JSON."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database in which records may have `MOST` bytes."""
    made = new_database(tmp_path / "core.sqlite3", record_bytes=MOST)
    yield made
    made.close()


def of_size(size: int, letter: str = "x") -> dict[str, Any]:
    """The `fields` of an entity that has `size` bytes with them."""
    rest = size - EMPTY + len("{}") - len('{"a":""}')
    return {"a": letter * (rest // len(letter.encode()))}


def change(database: Database, row: AnyRow, **values: Any) -> AnyRow:
    return database.writing("t", "o", lambda tx: tx.update(ENTITIES, row, values))


@pytest.mark.parametrize("letter", ["x", "é", "名"])
def test_bytes_are_counted_not_letters(database: Database, letter: str) -> None:
    row = add_entity(database, fields=of_size(MOST, letter))
    with pytest.raises(
        RecordTooLarge, match=r"would have 100\d bytes of JSON; limits.record_bytes allows 1000"
    ):
        change(database, row, tags=["1234"])
    with pytest.raises(RecordTooLarge):
        add_entity(database, fields=of_size(MOST + 3, letter))


def test_no_column_counts_alone(database: Database) -> None:
    row = add_entity(database, fields=of_size(MOST // 2))
    with pytest.raises(RecordTooLarge):
        change(database, row, plugin_data=of_size(MOST // 2 + 2 * EMPTY))


def test_one_row_of_many_that_is_too_large_is_enough(database: Database) -> None:
    rows = [entity(), entity(fields=of_size(MOST + 1)), entity()]
    with pytest.raises(RecordTooLarge):
        database.writing("t", "o", lambda tx: tx.insert(ENTITIES, rows))
    assert dump(database.path, "entities") == {"entities": {}}
    assert journal(database.path) == []


def test_it_grows_to_the_bound_patch_by_patch_and_no_further(database: Database) -> None:
    row = add_entity(database)
    for number in range(10):
        row = change(database, row, fields={**row.fields, f"k{number}": "x" * 90})
    with pytest.raises(RecordTooLarge):
        change(database, row, fields={**row.fields, "more": "x" * 90})
    assert dump(database.path, "entities")["entities"][row.row_id]["fields"] == row.fields


def test_a_column_that_may_be_null_counts_as_nothing(database: Database) -> None:
    flags = dict.fromkeys(("required", "multiple", "unique", "indexed", "deprecated"), False)
    values = {"field_key": "k", "scope": "entity", "field_type": "string", "options": {}, "default": None}
    row = database.writing("t", "o", lambda tx: tx.insert(tables.field_defs, [{**values, **flags}])[0])
    with pytest.raises(RecordTooLarge, match="would have 1004 bytes"):
        database.writing("t", "o", lambda tx: tx.update(tables.field_defs, row, {"default": "x" * MOST}))


@pytest.fixture
def large(database: Database) -> AnyRow:
    """An entity that was made when there was no bound."""
    without = Database(database.path)
    row = add_entity(without, fields=of_size(3 * MOST), tags=["t"])
    without.close()
    return row


def test_what_is_too_large_already_does_all_but_grow(database: Database, large: AnyRow) -> None:
    row = change(database, large, display_name="another")
    row = change(database, row, fields=of_size(2 * MOST), tags=["t", "u"])
    row = change(database, row, fields={"b": row.fields["a"]})
    with pytest.raises(RecordTooLarge):
        change(database, row, tags=["t", "u", "v"])
    with pytest.raises(RecordTooLarge):
        change(database, row, fields={"b": row.fields["b"] + "x"})
    row = change(database, row, fields=of_size(MOST // 2))
    assert change(database, row, tags=["t", "u", "v"]).version == 6


def test_what_is_too_large_goes_into_the_trash_and_back_and_for_good(
    database: Database, large: AnyRow
) -> None:
    def work(tx: Write) -> None:
        row = records.trash(tx, ENTITIES, large, None)
        row = records.trash(tx, ENTITIES, records.restore(tx, ENTITIES, row), None)
        records.purge(tx, ENTITIES, row)

    database.writing("t", "o", work)
    assert dump(database.path, "entities") == {"entities": {}}
