"""Many rows changed at once are journalled as if one by one, and a part of a transaction that fails leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from rows_for_tests import add_entity, dump, entity, new_database

from faceforge_storage.database import tables
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.errors import RecordTooLarge

ENTITIES = tables.entities


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = new_database(tmp_path / "core.sqlite3", record_bytes=1000)
    yield made
    made.close()


def changes(database: Database) -> list[dict[str, Any]]:
    """Every change of the journal, without its numbers."""
    kept = dump(database.path, "changes")["changes"].values()
    return [
        {key: each[key] for key in ("record_id", "verb", "before", "after", "list_offsets")} for each in kept
    ]


def test_rows_changed_together_are_as_rows_changed_one_by_one(database: Database, tmp_path: Path) -> None:
    other = new_database(tmp_path / "other.sqlite3")
    values: list[dict[str, Any]] = [
        {"display_name": "Bob"},
        {"display_name": "Cid", "tags": ["x", "y"]},
        {"fields": {"b": 1}},
        {},
        {"display_name": "Ann"},
        {"fields": {"a": None, "c": [1, 2.0]}},
    ]
    brought = [entity(fields={"a": 1}) for _ in values]

    def together(tx: Write) -> None:
        tx.at = "2026-01-01T00:00:00.000000Z"
        made = [tx.insert(ENTITIES, [each])[0] for each in brought]
        tx._changes.clear()  # as if they had been there before
        found = tx.update_each(ENTITIES, list(zip(made, values, strict=True)))
        assert [row.id for row in found] == [row.id for row in made]
        assert [row.version for row in found] == [2, 2, 2, 1, 1, 2]
        assert found[3] is made[3]

    def one_by_one(tx: Write) -> None:
        tx.at = "2026-01-01T00:00:00.000000Z"
        made = tx.insert(ENTITIES, brought)
        tx._changes.clear()
        for row, each in zip(made, values, strict=True):
            tx.update(ENTITIES, row, each)

    database.writing("t", "o", together)
    other.writing("t", "o", one_by_one)
    assert dump(database.path, "entities") == dump(other.path, "entities")
    assert changes(database) == changes(other)
    other.close()


def test_one_row_that_grows_too_large_is_named_by_an_error(database: Database) -> None:
    rows = [add_entity(database), add_entity(database)]
    wanted = [(rows[0], {"display_name": "Bob"}), (rows[1], {"fields": {"text": "x" * 1000}})]
    before = dump(database.path)
    with pytest.raises(RecordTooLarge):
        database.writing("t", "o", lambda tx: tx.update_each(ENTITIES, wanted))
    assert dump(database.path) == before


def test_a_part_that_fails_leaves_nothing_and_the_rest_stays(database: Database) -> None:
    row = add_entity(database)

    def work(tx: Write) -> AnyRow:
        kept = tx.update(ENTITIES, row, {"display_name": "kept"})
        with suppress(ZeroDivisionError), tx.part():
            tx.insert(ENTITIES, [entity(), entity()])
            tx.update(ENTITIES, kept, {"display_name": "undone", "tags": ["x"]})
            raise ZeroDivisionError
        return kept

    kept = database.writing("t", "o", work)
    (stored,) = dump(database.path, "entities")["entities"].values()
    assert (stored["display_name"], stored["tags"], stored["version"]) == ("kept", [], kept.version)
    last = changes(database)[-1]
    assert (last["verb"], last["after"]["display_name"]) == ("update", "kept")
    assert len(changes(database)) == 2


def test_parts_may_stand_within_parts(database: Database) -> None:
    def work(tx: Write) -> None:
        with tx.part():
            tx.insert(ENTITIES, [entity(display_name="outer")])
            with suppress(ZeroDivisionError), tx.part():
                tx.insert(ENTITIES, [entity(display_name="inner")])
                raise ZeroDivisionError

    database.writing("t", "o", work)
    assert [each["display_name"] for each in dump(database.path, "entities")["entities"].values()] == [
        "outer"
    ]
    assert len(changes(database)) == 1
