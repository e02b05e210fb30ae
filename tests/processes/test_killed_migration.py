"""A migration that is killed at any statement leaves the old schema or the new one, and the next start goes on (D7)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from core_process import CoreProcess
from sqlalchemy import create_engine

from faceforge_storage.database import migrations
from faceforge_storage.database.backup import verify
from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.database.migrate import HEAD, migrate, revision_of

STEPS = str(Path(migrations.__file__).parent)
EARLIER = sorted(step.revision for step in ScriptDirectory(STEPS).walk_revisions() if step.revision != HEAD)
PROGRAM = Path(__file__).with_name("dying_migration.py")
MOMENT = "2026-01-31T12:00:00.000000Z"
OLD_ROWS = {
    "entities": {
        "id": "a" * 64,
        "display_name": "Ann",
        "aliases": '["Annie"]',
        "tags": '["t"]',
        "fields": '{"height": 1.5}',
        "external_ids": "[]",
        "plugin_data": "{}",
    },
    "tokens": {"id": "b" * 64, "name": "tool", "permissions": '["entities:write"]', "secret_hash": "c" * 64},
}
"""What the first version of the schema stored."""


def made_at(revision: str | None, database: Path) -> Path:
    """A database of an earlier version, with rows; without a revision there is none yet."""
    if revision is None:
        return database
    config = Config()
    config.set_main_option("script_location", STEPS)
    engine = create_engine(f"sqlite:///{database}", module=sqlite3)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for table, values in OLD_ROWS.items():
            row = {**values, "created_at": MOMENT, "updated_at": MOMENT, "version": 1}
            marks = ", ".join(f":{name}" for name in row)
            connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", row)
    engine.dispose()
    return database


def held(database: Path) -> tuple[list[Any], dict[str, list[Any]]]:
    """The whole schema, and every row of every table that one can read."""
    with closing(sqlite3.connect(database)) as connection:
        schema = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
        tables = [name for kind, name, _ in schema if kind == "table"]
        return schema, {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}


def killed(old: Path, directory: Path, stride: int) -> list[Path]:
    """The directories of migrations of `old` that were killed, each `stride` statements later; the last was not."""
    command = [sys.executable, str(PROGRAM), str(old), str(directory), str(stride)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return sorted(directory.iterdir(), key=lambda place: int(place.name))


@pytest.mark.needs("fork")
@pytest.mark.parametrize(("before", "stride"), [(None, 9), (EARLIER[0], 1), (EARLIER[-1], 1)])
def test_a_migration_killed_at_each_statement(tmp_path: Path, before: str | None, stride: int) -> None:
    """From the oldest schema all steps are gone through; a new database has the most statements, so some of them do."""
    old = made_at(before, tmp_path / "old.sqlite3")
    old_state = held(old) if before else ([], {})
    places = killed(old, tmp_path / "killed", stride)
    assert len(places) > 10
    new_state = held(places[-1] / "core.sqlite3")
    left = set()
    for number, place in enumerate(places):
        database = place / "core.sqlite3"
        if database.exists():
            assert held(database) in (old_state, new_state), place.name
        left.add(revision_of(database))
        if number % 5 and held(database) == old_state:
            continue  # as good as those before it
        migrate(database, place / "backups")
        assert held(database) == new_state, place.name
        verify(database)
        copies = list((place / "backups").glob("*"))
        assert [copy for copy in copies if copy.suffix != ".sqlite3"] == [], "half a copy stays"
        assert all(revision_of(copy) == before for copy in copies)
    assert left == {before, HEAD}


@pytest.mark.needs("fork")
def test_core_starts_after_a_migration_that_was_killed_half_way(tmp_path: Path) -> None:
    old = made_at(EARLIER[0], tmp_path / "old.sqlite3")
    places = killed(old, tmp_path / "killed", 30)
    root = tmp_path / "home"
    shutil.copytree(places[len(places) // 2], root / "db")
    core = CoreProcess(root)
    try:
        found = core.client.get("/v1/entities").raise_for_status().json()["items"]
        assert [each["display_name"] for each in found] == ["Ann"]
    finally:
        core.kill()
