"""Each connection follows the rules of D7: commits survive, one connection writes, many read a snapshot each."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from rows_for_tests import add_entity, entity, journal, new_database, query
from sqlalchemy import Connection, func, select, text

from faceforge_storage.database import tables
from faceforge_storage.database.database import READERS, Database
from faceforge_storage.database.dialects import sqlite
from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.database.gateway import Write
from faceforge_storage.errors import NoSpace, StorageFailed, Unavailable
from faceforge_storage.scheduling.fair_queue import OWN

FULL = 2


def pragma(connection: Connection, name: str) -> Any:
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


def entities(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(tables.entities)).scalar_one()


def test_the_writer_and_every_reader_keep_the_rules(database: Database) -> None:
    with ExitStack() as stack:
        writer = stack.enter_context(database.writer.connect())
        readers = [stack.enter_context(database.readers.connect()) for _ in range(READERS)]
        for connection in (writer, *readers):
            assert pragma(connection, "journal_mode") == "wal"
            assert pragma(connection, "synchronous") == FULL
            assert pragma(connection, "foreign_keys") == 1
            assert pragma(connection, "secure_delete") == 1
            assert pragma(connection, "busy_timeout") >= 5000
        assert pragma(writer, "query_only") == 0
        assert pragma(writer, "wal_autocheckpoint") > 0
        for reader in readers:
            assert pragma(reader, "query_only") == 1
            assert pragma(reader, "wal_autocheckpoint") == 0


def test_a_connection_that_replaces_a_lost_one_keeps_them_too(database: Database) -> None:
    for engine in (database.writer, database.readers):
        with engine.connect() as connection:
            connection.invalidate()
        with engine.connect() as connection:
            assert pragma(connection, "synchronous") == FULL
            assert pragma(connection, "foreign_keys") == 1
            assert pragma(connection, "secure_delete") == 1
            assert pragma(connection, "busy_timeout") >= 5000
            assert pragma(connection, "query_only") == (engine is database.readers)


def test_there_is_one_writer_however_many_threads_write(database: Database) -> None:
    inside, most = 0, 0

    def work(tx: Write) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        tx.insert(tables.entities, [entity()])
        time.sleep(0.001)
        inside -= 1

    threads = [threading.Thread(target=database.writing, args=("t", "o", work)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert database.reading(entities) == 20
    assert len(journal(database.path)) == 20
    assert database.writer.pool.size() == 1  # type: ignore[attr-defined]  # QueuePool


def test_a_write_holds_the_lock_from_its_beginning(database: Database) -> None:
    """So what it reads first cannot be overtaken by another program before it writes."""

    def work(tx: Write) -> None:
        with (
            closing(sqlite3.connect(database.path, timeout=0, isolation_level=None)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("BEGIN IMMEDIATE")

    database.writing("t", "o", work)


def test_a_foreign_key_is_kept(database: Database) -> None:
    with pytest.raises(Exception, match="FOREIGN KEY"):
        add_entity(database, primary_thumbnail_asset_id="0" * 64)
    assert database.reading(entities) == 0


def test_a_reader_sees_one_moment_for_its_whole_work(database: Database) -> None:
    def work(connection: Connection) -> tuple[int, int]:
        before = entities(connection)
        add_entity(database)
        return before, entities(connection)

    assert database.reading(work) == (0, 0)
    assert database.reading(entities) == 1


def test_ddl_is_rolled_back_like_all_else(database: Database) -> None:
    def work(tx: Write) -> None:
        sqlite.sync_field_index(tx.connection, "height", wanted=True)
        raise ValueError

    with pytest.raises(ValueError):
        database.writing("t", "o", work)
    assert query(database.path, "SELECT name FROM sqlite_master WHERE name LIKE '%height%'") == []


def test_an_error_leaves_nothing_and_the_next_write_works(database: Database) -> None:
    def work(tx: Write) -> None:
        tx.insert(tables.entities, [entity()])
        raise KeyError("anything")

    with pytest.raises(KeyError):
        database.writing("t", "o", work)
    assert query(database.path, "SELECT count(*) FROM changesets") == [(0,)]
    add_entity(database)
    assert database.reading(entities) == 1


async def test_a_write_whose_caller_has_gone_ends_all_the_same(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(tx: Write) -> None:
        begun.set()
        assert go_on.wait(30)
        tx.insert(tables.entities, [entity()])

    writing = asyncio.create_task(database.write(OWN, "t", "o", work))
    await asyncio.to_thread(begun.wait)
    writing.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await database.write(OWN, "t", "after", lambda tx: None)
    assert await database.read(OWN, entities) == 1


async def test_a_commit_wakes_those_who_wait(database: Database) -> None:
    waiting = asyncio.create_task(database.wait_for_commit(database.next_commit(), 30))
    await asyncio.sleep(0)
    await database.write(OWN, "t", "nothing", lambda tx: None)
    assert not waiting.done()
    await database.write(OWN, "t", "o", lambda tx: tx.insert(tables.entities, [entity()]))
    await waiting


async def test_a_commit_between_a_read_and_the_wait_is_not_missed(database: Database) -> None:
    change = database.next_commit()
    assert await database.read(OWN, entities) == 0
    await database.write(OWN, "t", "o", lambda tx: tx.insert(tables.entities, [entity()]))
    async with asyncio.timeout(10):
        await database.wait_for_commit(change, 30)


async def test_who_waits_can_be_cancelled_at_any_moment_of_a_commit(database: Database) -> None:
    """A subscription that loses its cancellation never ends, and holds up the end of Core."""
    for steps in range(6):
        waiting = asyncio.create_task(database.wait_for_commit(database.next_commit(), 30))
        await asyncio.sleep(0.01)
        database._announce_commit()
        for _ in range(steps):
            await asyncio.sleep(0)
        if waiting.cancel():
            with pytest.raises(asyncio.CancelledError):
                await waiting


def test_no_log_is_left_beside_a_closed_database(tmp_path: Path) -> None:
    database = new_database(tmp_path / "core.sqlite3")
    add_entity(database)
    assert (tmp_path / "core.sqlite3-wal").stat().st_size > 0
    database.close()
    assert [each.name for each in tmp_path.glob("core.sqlite3*")] == ["core.sqlite3"]


def test_readers_leave_the_log_to_the_writer(database: Database) -> None:
    """Checkpoints are the writer's: a reader that comes or goes moves nothing."""
    add_entity(database)
    before = database.path.stat().st_mtime_ns, database.path.with_name("core.sqlite3-wal").stat().st_size
    for _ in range(READERS + 1):
        assert database.reading(entities) == 1
    database.readers.dispose()
    assert database.reading(entities) == 1
    after = database.path.stat().st_mtime_ns, database.path.with_name("core.sqlite3-wal").stat().st_size
    assert after == before


def test_a_full_database_is_answered_as_no_space_and_recovers(database: Database) -> None:
    """SQLite's own limit on pages stands for the disk: it refuses at the same places."""
    add_entity(database, display_name="before")
    with database.writer.connect() as connection:
        pages = pragma(connection, "page_count")
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")
    large = [entity(fields={"x": "y" * 10_000}) for _ in range(100)]
    with pytest.raises(NoSpace, match="nothing was changed"):
        database.writing("t", "o", lambda tx: tx.insert(tables.entities, large))
    assert database.reading(entities) == 1
    assert len(journal(database.path)) == 1
    with database.writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    database.writing("t", "o", lambda tx: tx.insert(tables.entities, large))
    assert database.reading(entities) == 101


def test_a_database_that_another_program_holds_is_unavailable_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 50)
    database = new_database(tmp_path / "core.sqlite3")
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            add_entity(database)
        assert database.reading(entities) == 0
        other.execute("ROLLBACK")
    add_entity(database)
    database.close()


def test_a_damaged_database_is_answered_as_storage_failed(tmp_path: Path) -> None:
    database = new_database(tmp_path / "core.sqlite3")
    for _ in range(50):
        add_entity(database, fields={"x": "y" * 5_000})
    database.close()
    content = bytearray(database.path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    database.path.write_bytes(content)
    damaged = Database(database.path)
    with pytest.raises(StorageFailed, match="cannot be used"):
        damaged.reading(lambda connection: connection.execute(select(tables.entities)).all())
    with pytest.raises(StorageFailed, match="cannot be used"):
        add_entity(damaged)
    damaged.close()


def test_what_is_no_database_is_answered_as_storage_failed(tmp_path: Path) -> None:
    (tmp_path / "core.sqlite3").write_bytes(b"not a database" * 1000)
    database = Database(tmp_path / "core.sqlite3")
    with pytest.raises(StorageFailed, match="cannot be used"):
        database.reading(lambda connection: connection.execute(text("SELECT 1 FROM x")).all())
    database.close()
