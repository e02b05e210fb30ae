"""What a purge erased is in no file of the database any more: not in the log either, whoever was reading meanwhile."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from rows_for_tests import add_entity
from sqlalchemy import Connection, select

from faceforge_storage import entities
from faceforge_storage.database import log_truncation, records, tables
from faceforge_storage.database.backup import backup
from faceforge_storage.database.database import Database
from faceforge_storage.database.dialects import truncate_log
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.migrate import migrate

WORD = b"nobody-may-know"


def holding(database: Database) -> list[str]:
    """The files of the database that hold the word."""
    files = sorted(database.path.parent.glob(f"{database.path.name}*"))
    return [file.name.removeprefix(database.path.name) for file in files if WORD in file.read_bytes()]


def purge(database: Database, entity_id: str) -> None:
    def work(tx: Write) -> None:
        entities.purge(tx, entities.get(tx.connection, entity_id, "include"))

    database.writing("test", "purge", work)


def secret(database: Database) -> str:
    """An entity that has the word in all its columns, among others that stay."""
    word = WORD.decode()
    values = {"display_name": word, "tags": [word], "fields": {"a": word * 2000}, "aliases": [word]}
    ids = [{"namespace": "x", "value": word}]
    for number in range(200):
        add_entity(database, display_name=f"Other {number}", tags=["t"])
    made = add_entity(database, **values, external_ids=ids)
    database.writing("test", "trash", lambda tx: records.trash(tx, tables.entities, made, None))
    for number in range(200):
        add_entity(database, display_name=f"Another {number}", tags=["t"])
    return str(made.id)


def names(connection: Connection) -> int:
    return len(connection.execute(select(tables.entities.c.display_name)).all())


def test_a_purge_leaves_nothing_in_any_file(database: Database) -> None:
    wanted = secret(database)
    assert "-wal" in holding(database)
    purge(database, wanted)
    assert holding(database) == []
    copy = database.path.with_name("copy")
    backup(database.path, copy)
    assert WORD not in copy.read_bytes()


def test_a_read_that_stands_in_the_way_empties_the_log_at_its_end(database: Database) -> None:
    wanted = secret(database)

    def work(connection: Connection) -> list[str]:
        names(connection)
        purge(database, wanted)
        return holding(database)

    assert database.reading(work), "the reader saw the log while the record was still in it"
    wait_until_clean(database)


def test_a_reader_of_another_program_stands_in_the_way_until_the_next_commit(database: Database) -> None:
    wanted = secret(database)
    other = Database(database.path, readers=1)
    with other.readers.connect() as connection:
        names(connection)
        purge(database, wanted)
        add_entity(database)
        assert holding(database)
    add_entity(database)
    assert holding(database) == []
    other.close()


def test_many_purges_beside_a_long_read_do_not_wait_each(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, waited = [add_entity(database).id for _ in range(20)], []

    def truncate(connection: Connection, patience_ms: int) -> bool:
        waited.append(patience_ms)
        return truncate_log(connection, patience_ms)

    monkeypatch.setattr(log_truncation, "truncate_log", truncate)

    def work(connection: Connection) -> None:
        names(connection)
        for entity_id in made:
            purge(database, entity_id)

    database.reading(work)
    assert waited[:20] == [log_truncation.PATIENCE_MS] + [0] * 19


def wait_until_clean(database: Database) -> None:
    end = time.monotonic() + 10
    while holding(database):
        assert time.monotonic() < end, "the log was not emptied"
        time.sleep(0.01)


def test_a_log_that_was_not_emptied_is_by_the_next_start(tmp_path: Path, database: Database) -> None:
    """The process is killed between the commit and the end of a read: a copy of its files is what it leaves."""
    wanted = secret(database)
    left = tmp_path / "left"
    left.mkdir()

    def work(connection: Connection) -> None:
        names(connection)
        purge(database, wanted)
        for end in ("", "-wal"):
            (left / f"core.sqlite3{end}").write_bytes(Path(f"{database.path}{end}").read_bytes())

    database.reading(work)
    assert any(WORD in file.read_bytes() for file in left.iterdir())
    migrate(left / "core.sqlite3", tmp_path / "backups")
    assert [file.name for file in left.iterdir() if WORD in file.read_bytes()] == []
