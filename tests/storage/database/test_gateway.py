"""What a transaction did to each row becomes one change, and the journal is exactly the difference it made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rows_for_tests import add_entity, dump, entity, journal, query

from faceforge_storage.database import tables
from faceforge_storage.database.clock import now
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.json_columns import same_json
from faceforge_storage.database.json_difference import Difference, backward, difference, forward
from faceforge_storage.errors import VersionConflict

ENTITIES = tables.entities


def newest_changes(database: Database) -> list[dict[str, Any]]:
    """The changes of the newest changeset."""
    return journal(database.path)[-1]


def test_an_insert_is_journalled_whole_with_stamps_version_and_actor(database: Database) -> None:
    row = add_entity(database, display_name="Ann", tags=["a"])
    [change] = newest_changes(database)
    assert change["record_type"] == "entity"
    assert (change["record_id"], change["record_row"], change["verb"]) == (row.id, row.row_id, "insert")
    assert (change["before"], change["after"]) == (None, dict(row._mapping))
    assert (row.version, row.created_at, row.updated_at) == (1, row.created_at, row.created_at)
    assert query(database.path, "SELECT actor, operation, at FROM changesets") == [
        ("test", "add", row.created_at)
    ]


def test_an_update_journals_only_what_changed(database: Database) -> None:
    row = add_entity(database, display_name="Ann", tags=["a"])
    database.writing(
        "t", "o", lambda tx: tx.update(ENTITIES, row, {"display_name": "Bob", "tags": ["a"], "aliases": []})
    )
    [change] = newest_changes(database)
    assert change["before"] == {"display_name": "Ann", "version": 1, "updated_at": row.updated_at}
    assert change["after"].keys() == change["before"].keys()
    assert (change["after"]["display_name"], change["after"]["version"]) == ("Bob", 2)


def test_of_a_json_column_an_update_journals_only_what_differs(database: Database) -> None:
    """B4: nested as it is; a list without its common beginning and end, and where the rest begins."""
    fields = {"kept": {"large": "x" * 1000}, "inner": {"a": 1, "gone": None}}
    row = add_entity(database, fields=fields, tags=["a", "b", "c"])
    new = {"fields": {**fields, "inner": {"a": True}, "new": 1}, "tags": ["a", "x", "c"]}
    database.writing("t", "o", lambda tx: tx.update(ENTITIES, row, new))
    [change] = newest_changes(database)
    stamps = {"version", "updated_at"}
    before, after = (
        {k: v for k, v in change[side].items() if k not in stamps} for side in ("before", "after")
    )
    assert same_json(before, {"fields": {"inner": {"a": 1, "gone": None}}, "tags": ["b"]})
    assert same_json(after, {"fields": {"inner": {"a": True}, "new": 1}, "tags": ["x"]})
    assert change["list_offsets"] == {"tags": 1}


def test_a_delete_keeps_the_whole_row_in_the_journal(database: Database) -> None:
    row = add_entity(database)
    database.writing("t", "o", lambda tx: tx.delete(ENTITIES, [row]))
    [change] = newest_changes(database)
    assert (change["verb"], change["before"], change["after"]) == ("delete", dict(row._mapping), None)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ({"a": 1}, {"a": True}),
        ({"a": [0]}, {"a": [False]}),
        ({"a": None}, {}),
        ({"a": {"b": 1}}, {"a": {"b": True}}),
    ],
)
def test_values_that_only_python_holds_for_equal_are_a_change(
    database: Database, was: dict[str, Any], becomes: dict[str, Any]
) -> None:
    """`1 == True` in Python, but not in JSON."""
    row = add_entity(database, fields=was)
    after = database.writing("t", "o", lambda tx: tx.update(ENTITIES, row, {"fields": becomes}))
    assert after.version == 2
    assert repr(dump(database.path, "entities")["entities"][row.row_id]["fields"]) == repr(becomes)


@pytest.mark.parametrize(
    "values",
    [{}, {"display_name": "Ann"}, {"fields": {"b": 2, "a": 1}}, {"tags": ["x"]}, {"deleted_at": None}],
)
def test_an_update_that_changes_nothing_writes_nothing(database: Database, values: dict[str, Any]) -> None:
    row = add_entity(database, display_name="Ann", fields={"a": 1, "b": 2}, tags=["x"])
    before = dump(database.path), journal(database.path)
    assert database.writing("t", "o", lambda tx: tx.update(ENTITIES, row, values)) == row
    assert (dump(database.path), journal(database.path)) == before


def test_a_row_made_and_changed_is_one_insert(database: Database) -> None:
    def work(tx: Write) -> AnyRow:
        row = tx.insert(ENTITIES, [entity(display_name="Ann")])[0]
        return tx.update(ENTITIES, row, {"display_name": "Bob"})

    row = database.writing("t", "o", work)
    [change] = newest_changes(database)
    assert (change["verb"], change["before"], change["after"]) == ("insert", None, dict(row._mapping))


def test_a_row_made_and_removed_never_was(database: Database) -> None:
    def work(tx: Write) -> None:
        tx.delete(ENTITIES, tx.insert(ENTITIES, [entity()]))

    database.writing("t", "o", work)
    assert journal(database.path) == []


def test_a_row_changed_and_removed_is_journalled_as_it_was_at_first(database: Database) -> None:
    row = add_entity(database, display_name="Ann")

    def work(tx: Write) -> None:
        tx.delete(ENTITIES, [tx.update(ENTITIES, row, {"display_name": "Bob"})])

    database.writing("t", "o", work)
    [change] = newest_changes(database)
    assert (change["verb"], change["before"], change["after"]) == ("delete", dict(row._mapping), None)


def test_a_change_taken_back_is_no_change(database: Database) -> None:
    """A table without versions shows it: nothing differs, so nothing is journalled."""

    def make(tx: Write) -> AnyRow:
        values = {
            "sha256": "0" * 64,
            "size_bytes": 1,
            "provider": "p",
            "bucket": "",
            "key": "k",
            "created_at": "x",
        }
        return tx.insert(tables.objects, [values])[0]

    row = database.writing("t", "o", make)
    before = journal(database.path)

    def there_and_back(tx: Write) -> None:
        tx.update(tables.objects, tx.update(tables.objects, row, {"key": "other"}), {"key": "k"})

    database.writing("t", "o", there_and_back)
    assert journal(database.path) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda tx, row: tx.update(ENTITIES, row, {"display_name": "Bob"}, expected=7),
        lambda tx, row: tx.delete(ENTITIES, [row], expected=7),
    ],
    ids=["update", "delete"],
)
def test_a_stale_version_is_refused_and_leaves_nothing_of_the_transaction(
    database: Database, change: Callable[[Write, AnyRow], object]
) -> None:
    row = add_entity(database)

    def work(tx: Write) -> None:
        tx.insert(ENTITIES, [entity()])
        change(tx, row)

    before = dump(database.path), journal(database.path)
    with pytest.raises(VersionConflict, match="at version 1, not 7"):
        database.writing("t", "o", work)
    assert (dump(database.path), journal(database.path)) == before


def test_records_without_a_public_id_are_named_by_the_caller(database: Database) -> None:
    ann, bob = add_entity(database), add_entity(database)

    def work(tx: Write) -> None:
        row = {
            "sha256": "0" * 64, "size_bytes": 1, "provider": "p", "bucket": "", "key": "k", "created_at": tx.at
        }  # fmt: skip
        tx.insert(tables.objects, [row])
        values = {
            "id": "1" * 64,
            "owner": {},
            "kind": "file",
            "filename": "f",
            "mime_type": "x/y",
            "size_bytes": 1,
        }
        more = {
            "content_hash": "0" * 64,
            "user_metadata": {},
            "tags": [],
            "plugin_data": {},
        }
        asset = tx.insert(tables.assets, [{**values, **more}])[0]
        links = [{"asset_row": asset.row_id, "entity_row": each.row_id} for each in (ann, bob)]
        made = tx.insert(tables.asset_links, links, ["to ann", "to bob"])
        tx.update(tables.asset_links, made[0], {"role": "face"}, record_id="to ann")
        tx.delete(tables.asset_links, [made[1]], ["to bob"])

    database.writing("t", "o", work)
    links = [change for change in newest_changes(database) if change["record_type"] == "asset_link"]
    assert [(change["record_id"], change["verb"], change["after"]["role"]) for change in links] == [
        ("to ann", "insert", "face")
    ]


def test_many_rows_keep_their_order(database: Database) -> None:
    rows = [entity(display_name=f"number {number}") for number in range(1200)]
    stored = database.writing("t", "o", lambda tx: tx.insert(ENTITIES, rows))
    assert [row.id for row in stored] == [row["id"] for row in rows]
    assert [change["record_id"] for change in newest_changes(database)] == [row["id"] for row in rows]


def test_erasing_takes_the_values_out_of_the_whole_journal_and_of_nobody_elses(database: Database) -> None:
    secret, other = add_entity(database, display_name="secret"), add_entity(database, display_name="other")
    values = {"display_name": "hidden", "fields": {"hinted": [1]}, "tags": ["x"]}
    row = database.writing("t", "o", lambda tx: tx.update(ENTITIES, secret, values))
    row = database.writing("t", "o", lambda tx: tx.update(ENTITIES, row, {"fields": {"hinted": [2]}}))

    def work(tx: Write) -> None:
        tx.erase(ENTITIES, [tx.update(ENTITIES, row, {"display_name": "hushed"})])

    database.writing("t", "purge", work)
    changes = [change for changeset in journal(database.path) for change in changeset]
    of_secret = [change for change in changes if change["record_id"] == secret.id]
    assert [change["verb"] for change in of_secret] == ["insert", "update", "update", "delete"]
    assert all(change["list_offsets"] is None for change in of_secret)
    assert all(change["erased"] and change["before"] is change["after"] is None for change in of_secret)
    [kept] = [change for change in changes if change["record_id"] == other.id]
    assert (kept["erased"], kept["after"]["display_name"]) == (False, "other")
    everything = "".join(map(repr, query(database.path, "SELECT * FROM changes"))) + repr(dump(database.path))
    assert not [word for word in ("secret", "hidden", "hinted", "hushed") if word in everything]


def test_an_idempotency_key_is_kept_for_its_time_and_without_a_changeset(database: Database) -> None:
    request = {"actor": "a", "operation": "o", "request_hash": "h", "result": {}}
    for key, age in (("old", 3), ("young", 1)):
        made = now(-timedelta(days=age))
        database.writing(
            "t",
            "o",
            lambda tx, new={"key": key, "created_at": made}: tx.save_idempotency_key({**request, **new}),
        )
    database.writing("t", "o", lambda tx: tx.delete_idempotency_keys(timedelta(days=2)))
    assert query(database.path, "SELECT actor, key FROM idempotency_keys") == [("a", "young")]
    assert journal(database.path) == []


NAMES = st.sampled_from(["Ann", "Bob", "名前", "\N{RIGHT-TO-LEFT OVERRIDE}x"])
INSIDE = st.sampled_from(
    [0, 1, True, False, 1.0, 1.5, "1", None, [1], [1, 2], [True, 1], {}, {"c": 1}, {"c": [2]}]
)
FIELDS = st.dictionaries(st.sampled_from("ab"), INSIDE)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), NAMES, FIELDS),
        st.tuples(st.just("update"), st.integers(0, 5), NAMES, FIELDS),
        st.tuples(st.just("delete"), st.integers(0, 5)),
    ),
    max_size=12,
)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(STEPS)
def test_the_journal_is_the_difference_of_the_database(
    database: Database, steps: list[tuple[Any, ...]]
) -> None:
    """Whatever a transaction does, in whatever order: replaying its changes on what was gives what is."""
    before, changesets = dump(database.path, "entities")["entities"], len(journal(database.path))

    def work(tx: Write) -> None:
        for verb, *values in steps:
            if verb == "insert":
                tx.insert(ENTITIES, [entity(display_name=values[0], fields=values[1])])
                continue
            there = tx.rows(ENTITIES.select().order_by(ENTITIES.c.row_id.desc()).limit(6))
            if values[0] >= len(there):
                continue
            if verb == "update":
                tx.update(ENTITIES, there[values[0]], {"display_name": values[1], "fields": values[2]})
            else:
                tx.delete(ENTITIES, [there[values[0]]])

    database.writing("t", "o", work)
    after = dump(database.path, "entities")["entities"]
    new_changesets = journal(database.path)[changesets:]
    assert len(new_changesets) == (repr(before) != repr(after))
    replayed = dict(before)
    for change in new_changesets[0] if new_changesets else []:
        row = change["record_row"]
        if change["verb"] == "delete":
            assert replayed.pop(row) == change["before"]
        elif change["verb"] == "insert":
            assert row not in replayed
            replayed[row] = change["after"]
        else:
            step = Difference(change["before"], change["after"], change["list_offsets"])
            assert difference(replayed[row], forward(replayed[row], step)) == step, (
                "it holds what differs only"
            )
            assert same_json(backward(forward(replayed[row], step), step), replayed[row])
            replayed[row] = forward(replayed[row], step)
    assert replayed.keys() == after.keys()
    assert all(same_json(values, after[row]) for row, values in replayed.items())
