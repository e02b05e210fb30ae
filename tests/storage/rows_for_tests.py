"""Rows as tests need them, and a plain look at what a database holds, past all of Core's own code."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import JSON

from faceforge_storage.database import tables
from faceforge_storage.database.database import Database
from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.database.ids import new_id
from faceforge_storage.database.migrate import migrate

ENTITY: dict[str, Any] = {
    "display_name": "Ann",
    "aliases": [],
    "tags": [],
    "fields": {},
    "external_ids": [],
    "plugin_data": {},
}
JSON_COLUMNS = {
    table.name: [column.name for column in table.c if isinstance(column.type, JSON)]
    for table in tables.metadata.sorted_tables
}
FLAGS = {
    table.name: [column.name for column in table.c if column.type.__class__.__name__ == "Boolean"]
    for table in tables.metadata.sorted_tables
}


def new_database(path: Path, **options: Any) -> Database:
    """A database at `path`, made and opened."""
    migrate(path, path.parent / "backups")
    return Database(path, **options)


def entity(**values: Any) -> dict[str, Any]:
    """The values of an entity that is to be inserted."""
    return {"id": new_id(), **ENTITY, **values}


def add_entity(database: Database, **values: Any) -> AnyRow:
    """One entity in a transaction of its own."""
    return database.writing("test", "add", lambda tx: tx.insert(tables.entities, [entity(**values)])[0])


def dump(path: Path, *names: str) -> dict[str, dict[int, dict[str, Any]]]:
    """Every row of the tables `names`, by table and `row_id`, as JSON-like values. Without names: all records."""
    wanted = names or tuple(table.name for table in tables.RECORDS.values())
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return {
            name: {row["row_id"]: _plain(name, row) for row in connection.execute(f"SELECT * FROM {name}")}
            for name in wanted
        }


def _plain(table: str, row: sqlite3.Row) -> dict[str, Any]:
    values = dict(row)
    for name in JSON_COLUMNS[table]:
        # SQLite keeps a lone number as a number.
        values[name] = json.loads(values[name]) if isinstance(values[name], str) else values[name]
    for name in FLAGS[table]:
        values[name] = None if values[name] is None else bool(values[name])
    return values


def journal(path: Path) -> list[list[dict[str, Any]]]:
    """The changes of each changeset, oldest first."""
    held = dump(path, "changesets", "changes")
    return [
        [change for change in held["changes"].values() if change["changeset_row"] == changeset]
        for changeset in sorted(held["changesets"])
    ]


def query(path: Path, statement: str) -> list[tuple[Any, ...]]:
    """What SQLite answers to a question, asked beside Core."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()
