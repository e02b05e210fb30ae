"""U2, U3: a journal that was begun when it held whole values goes on with differences, and leads both ways as one."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from journal_steps import step_of
from rows_for_tests import dump, journal, query

import faceforge_storage
from faceforge_storage.database import tables
from faceforge_storage.database.database import Database
from faceforge_storage.database.dialects import make_engine
from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.database.json_columns import dumps, same_json
from faceforge_storage.database.json_difference import backward, forward
from faceforge_storage.database.migrate import HEAD, migrate

STEPS = Path(faceforge_storage.__file__).with_name("database") / "migrations"
STORED = "SELECT row_id, verb, before, after FROM changes"
ANN: dict[str, Any] = {
    "row_id": 1, "id": "a" * 64, "display_name": "Ann", "aliases": [], "tags": ["a", "b"],
    "fields": {"n": 1, "gone": None}, "external_ids": [], "primary_thumbnail_asset_id": None, "plugin_data": {},
    "created_at": "1", "updated_at": "1", "deleted_at": None, "version": 1,
}  # fmt: skip
OLD_UPDATES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"fields": {"n": 1, "gone": None}, "version": 1}, {"fields": {"n": 1.0}, "version": 2}),
    ({"tags": ["a", "b"], "version": 2}, {"tags": ["a", "x", "b"], "version": 3}),
]


def database_of_revision_2(path: Path) -> None:
    """Ann, made and changed twice, as the version before wrote it."""
    engine = make_engine(str(path), writer=True, connections=1)
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    engine.dispose()
    ann = {**ANN, **OLD_UPDATES[0][1], **OLD_UPDATES[1][1]}
    values = [dumps(each) if isinstance(each, dict | list) else each for each in ann.values()]
    written = [("insert", None, ANN), *(("update", *sides) for sides in OLD_UPDATES)]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            f"INSERT INTO entities ({', '.join(ann)}) VALUES ({', '.join('?' * len(ann))})", values
        )
        for number, (verb, before, after) in enumerate(written, start=1):
            connection.execute("INSERT INTO changesets VALUES (?, '1', 'install', 'o')", [number])
            connection.execute(
                "INSERT INTO changes (changeset_row, record_type, record_id, record_row, verb, before, after, erased) "
                "VALUES (?, 'entity', ?, 1, ?, ?, ?, 0)",
                [number, ANN["id"], verb, before and dumps(before), dumps(after)],
            )


def test_it_leads_to_the_tables_and_back_to_nothing(tmp_path: Path) -> None:
    path = tmp_path / "core.sqlite3"
    database_of_revision_2(path)
    before = dump(path, "entities"), query(path, STORED)
    assert migrate(path, tmp_path / "backups") == "0002"
    assert HEAD > "0002"
    assert (dump(path, "entities"), query(path, STORED)) == before

    database = Database(path)
    for values in ({"fields": {"n": True, "new": {}}}, {"tags": ["a", "x"]}, {"fields": {"n": True}}):
        [row] = database.reading(lambda db: db.execute(tables.entities.select()).all())
        database.writing("t", "o", lambda tx, row=row, values=values: tx.update(tables.entities, row, values))
    database.close()

    changes = [change for changeset in journal(path) for change in changeset]
    assert [change["list_offsets"] is None for change in changes] == [True] * 3 + [False] * 3
    [now] = dump(path, "entities")["entities"].values()
    state, states = changes[0]["after"], []
    for change in changes[1:]:
        states.append(state)
        state = forward(state, step_of(change))
    assert same_json(state, now)
    for change, earlier in zip(reversed(changes[1:]), reversed(states), strict=True):
        state = backward(state, step_of(change))
        assert same_json(state, earlier)
    assert same_json(state, ANN)
