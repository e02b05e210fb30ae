"""Many rows changed at once are journalled as if one by one, and a part of a transaction that fails leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from rows_for_tests import add_entity, dump, entity, new_database, query

from faceforge_storage.database import tables
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.json_columns import dumps
from faceforge_storage.database.new_rows import AT_ONCE
from faceforge_storage.database.unrecorded_tables import contents
from faceforge_storage.database.write_statements import recorded_names
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


def test_of_many_new_rows_each_is_stored_as_it_was_given_in_order(database: Database) -> None:
    """Whatever statements they go in."""
    names = [f"Entity {number}" for number in range(AT_ONCE[0] + 2 * AT_ONCE[1] + AT_ONCE[2] + 3)]

    def brought(tx: Write) -> list[AnyRow]:
        return tx.insert(ENTITIES, [entity(display_name=each) for each in names])

    made = database.writing("t", "o", brought)
    assert [row.display_name for row in made] == names
    stored = query(database.path, "SELECT row_id, id, display_name FROM entities ORDER BY row_id")
    assert stored == [(row.row_id, row.id, row.display_name) for row in made]
    assert [each["record_id"] for each in changes(database)] == [row.id for row in made]


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


def test_the_journal_has_a_new_row_as_the_row_itself_is_stored(database: Database) -> None:
    """Its JSON is put together from what was stored already, and is what writing the values would give."""
    shared = {"é\n%s": [1, 1.0, True, None, {"a": '"'}]}
    brought = [entity(display_name='a "b" %s \u2028 \\', fields=shared, tags=["%"]), entity(fields=shared)]
    made = database.writing("test", "add", lambda tx: tx.insert(ENTITIES, brought))
    names = recorded_names(ENTITIES)
    expected = [dumps({name: row._mapping[name] for name in names}) for row in made]
    assert [
        after for (after,) in query(database.path, "SELECT after FROM changes ORDER BY row_id")
    ] == expected
    assert made[0].fields is not made[1].fields


def test_what_changes_after_it_was_made_is_journalled_as_it_ends(database: Database) -> None:
    def work(tx: Write) -> None:
        row = tx.insert(ENTITIES, [entity(display_name="First")])[0]
        tx.update(ENTITIES, row, {"display_name": "Last", "tags": ["x"]})

    database.writing("test", "add", work)
    (change,) = changes(database)
    assert (change["verb"], change["after"]["display_name"], change["after"]["tags"]) == (
        "insert",
        "Last",
        ["x"],
    )


def test_of_unrecorded_rows_the_first_of_a_key_stays(database: Database) -> None:
    def work(tx: Write) -> None:
        tx.add_unrecorded(contents, [{"md5": "1", "sha256": "a"}, {"sha256": "b", "md5": None}])
        tx.add_unrecorded(contents, [{"sha256": "a", "md5": "2"}, {"sha256": "c", "md5": "3"}])

    database.writing("test", "add", work)
    found = query(database.path, "SELECT sha256, md5 FROM contents ORDER BY sha256")
    assert found == [("a", "1"), ("b", None), ("c", "3")]
    with pytest.raises(ValueError, match="nothing"):
        database.writing(
            "test", "add", lambda tx: tx.add_unrecorded(contents, [{"sha256": "d", "nothing": 1}])
        )
