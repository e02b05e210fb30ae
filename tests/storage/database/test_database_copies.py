"""A copy of the database is one moment of it, checked, and enough to begin again from (D7, D8)."""

from __future__ import annotations

import stat
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from rows_for_tests import add_entity, dump, entity, journal, query

from faceforge_storage.database import backup as module
from faceforge_storage.database import tables
from faceforge_storage.database.backup import backup, verify
from faceforge_storage.database.database import Database
from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.migrate import HEAD, migrate
from faceforge_storage.errors import StorageFailed

A_SECOND = 100


def write_pair(tx: Write) -> None:
    """Two rows that stand or fall together."""
    made = tx.insert(tables.entities, [entity(), entity()])
    tx.update(tables.entities, made[0], {"display_name": made[1].id})


@pytest.mark.alone
def test_a_copy_made_during_a_hundred_writes_a_second_is_one_moment_and_complete(
    database: Database, tmp_path: Path
) -> None:
    """Large enough that a copy in steps, begun anew after each write, would never end."""
    large = [entity(fields={"x": "y" * 20_000}) for _ in range(3000)]
    database.writing("t", "fill", lambda tx: tx.insert(tables.entities, large))
    written, copied, running = [1], threading.Event(), threading.Event()

    def write() -> None:
        while not copied.is_set() and written[0] < 20 * A_SECOND:
            database.writing("t", "pair", write_pair)
            written[0] += 1
            running.set()
            time.sleep(1 / A_SECOND)

    writer = threading.Thread(target=write)
    writer.start()
    running.wait()
    at_least = written[0]
    target = tmp_path / "copy.sqlite3"
    size = backup(database.path, target)
    ended_in_time = writer.is_alive()
    copied.set()
    writer.join()
    assert ended_in_time
    assert size == target.stat().st_size
    verify(target)
    changesets = len(query(target, "SELECT 1 FROM changesets"))
    assert at_least <= changesets <= written[0]
    assert len(query(target, "SELECT 1 FROM entities")) == len(large) + 2 * (changesets - 1)
    assert len(query(target, "SELECT 1 FROM changes")) == len(large) + 2 * (changesets - 1)
    broken = "SELECT 1 FROM entities WHERE length(display_name) = 64 AND display_name NOT IN (SELECT id FROM entities)"
    assert query(target, broken) == []
    assert len(journal(database.path)) == written[0]


def test_a_copy_put_into_an_empty_home_is_the_database(database: Database, tmp_path: Path) -> None:
    for name in ("Ann", "名前", "\N{RIGHT-TO-LEFT OVERRIDE}x \U0001f642"):
        add_entity(database, display_name=name, tags=["t"], external_ids=[{"namespace": "n", "value": name}])
    restored = tmp_path / "restored" / "core.sqlite3"
    backup(database.path, restored)
    assert [each.name for each in restored.parent.iterdir()] == ["core.sqlite3"]
    assert migrate(restored, tmp_path / "backups") == HEAD
    again = Database(restored)
    everything = tuple(table.name for table in tables.RECORDS.values())
    assert dump(restored, *everything) == dump(database.path, *everything)
    assert journal(restored) == journal(database.path)
    for table in tables.DERIVED:
        assert query(restored, f"SELECT * FROM {table.name}") == query(
            database.path, f"SELECT * FROM {table.name}"
        )
    assert add_entity(again).row_id == 4
    again.close()


def test_a_copy_is_private(database: Database, tmp_path: Path) -> None:
    backup(database.path, tmp_path / "copy.sqlite3")
    modes = {0o600} if sys.platform != "win32" else {0o666}
    assert stat.S_IMODE((tmp_path / "copy.sqlite3").stat().st_mode) in modes


def test_a_file_that_is_there_is_not_overwritten(database: Database, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(StorageFailed, match="exists already"):
        backup(database.path, tmp_path / "mine")
    assert (tmp_path / "mine").read_text() == "precious"


def test_without_a_database_there_is_no_copy(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="There is no database"):
        backup(tmp_path / "none.sqlite3", tmp_path / "copy.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_does_not_verify_never_appears(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[4096:] = b"\xff" * (len(content) - 4096)
        path.write_bytes(content)
        verify(path)

    monkeypatch.setattr(module, "verify", damaged)
    target = tmp_path / "copies" / "copy.sqlite3"
    with pytest.raises(StorageFailed):
        backup(database.path, target)
    assert list(target.parent.iterdir()) == []


def test_what_lies_beside_the_copy_is_no_hindrance_and_is_left_alone(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "copy.sqlite3.part").write_text("precious")
    backup(database.path, tmp_path / "copy.sqlite3")
    assert (tmp_path / "copy.sqlite3.part").read_text() == "precious"
    assert sorted(each.name for each in tmp_path.glob("copy*")) == ["copy.sqlite3", "copy.sqlite3.part"]


@pytest.mark.parametrize("place", ["a file/copy.sqlite3", "a file/below/copy.sqlite3", "x" * 300])
def test_an_impossible_place_is_refused_with_its_name(database: Database, tmp_path: Path, place: str) -> None:
    (tmp_path / "a file").write_text("precious")
    with pytest.raises(StorageFailed, match="failed") as refused:
        backup(database.path, tmp_path / place)
    assert "path" in refused.value.hint
    assert (tmp_path / "a file").read_text() == "precious"


@pytest.mark.parametrize("damage", ["page", "foreign key"])
def test_damage_is_found(database: Database, tmp_path: Path, damage: str) -> None:
    add_entity(database, fields={"x": "y" * 50_000})
    copy = tmp_path / "copy.sqlite3"
    backup(database.path, copy)
    if damage == "page":
        content = bytearray(copy.read_bytes())
        content[-20_000:-10_000] = b"\xff" * 10_000
        copy.write_bytes(content)
    else:
        with closing(sqlite3.connect(copy)) as connection, connection:
            connection.execute("UPDATE entities SET primary_thumbnail_asset_id = 'nobody'")
    with pytest.raises(StorageFailed):
        verify(copy)
