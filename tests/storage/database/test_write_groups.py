"""Writes that wait at one moment share a commit, and nothing else: each has its changeset and its own errors."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from rows_for_tests import entity, journal, query
from sqlalchemy import Connection, event
from sqlalchemy.exc import IntegrityError

from faceforge_storage.database import group_commit, tables
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.scheduling.fair_queue import OWN

Work = Callable[[Write], Any]
PATIENCE = 10


def insert(tx: Write) -> AnyRow:
    return tx.insert(tables.entities, [entity()])[0]


def fail(tx: Write) -> None:
    insert(tx)
    raise KeyError("only this")


def break_the_commit(tx: Write) -> None:
    """A violated foreign key that SQLite finds when the transaction is committed."""
    tx.connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    tx.insert(tables.entities, [entity(primary_thumbnail_asset_id="0" * 64)])


def commits(database: Database) -> list[int]:
    """Grows by one with each commit."""
    seen: list[int] = []

    def note(_connection: Connection) -> None:
        seen.append(1)

    event.listen(database.writer, "commit", note)
    return seen


async def in_one_group(database: Database, *works: Work) -> list[Any]:
    """What becomes of writes that wait together: results, or errors."""
    begun, waiting = threading.Event(), threading.Event()

    def hold(_tx: Write) -> None:
        begun.set()
        waiting.wait(PATIENCE)

    holding = asyncio.create_task(database.write(OWN, "t", "hold", hold))
    await asyncio.to_thread(begun.wait, PATIENCE)
    tasks = [asyncio.create_task(database.write(OWN, "t", "o", work)) for work in works]
    await asyncio.sleep(0)
    waiting.set()
    await asyncio.gather(holding, return_exceptions=True)
    return await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A group ends when nobody waits, however slow the machine is."""
    monkeypatch.setattr(group_commit, "GROUP_SECONDS", PATIENCE)


@pytest.mark.usefixtures("patient")
async def test_a_group_has_one_commit_and_each_write_its_changeset(database: Database) -> None:
    seen = commits(database)
    rows = await in_one_group(database, *[insert] * 5)
    assert len(seen) == 1
    assert [[change["record_id"] for change in each] for each in journal(database.path)] == [
        [row.id] for row in rows
    ]


@pytest.mark.usefixtures("patient")
async def test_a_write_that_fails_is_undone_alone(database: Database) -> None:
    first, error, last = await in_one_group(database, insert, fail, insert)
    assert isinstance(error, KeyError)
    assert query(database.path, "SELECT id FROM entities ORDER BY row_id") == [(first.id,), (last.id,)]
    assert len(journal(database.path)) == 2


@pytest.mark.usefixtures("patient")
async def test_a_commit_that_fails_is_the_error_of_the_whole_group(database: Database) -> None:
    before = database.generation
    errors = await in_one_group(database, insert, break_the_commit, insert)
    assert [type(each) for each in errors] == [IntegrityError] * 3
    assert query(database.path, "SELECT count(*) FROM entities") == [(0,)]
    assert journal(database.path) == []
    assert database.generation == before
    await database.write(OWN, "t", "o", insert)
    assert query(database.path, "SELECT count(*) FROM entities") == [(1,)]


@pytest.mark.usefixtures("patient")
async def test_a_transaction_that_the_database_undoes_is_the_error_of_the_whole_group(
    database: Database,
) -> None:
    def lose(tx: Write) -> None:
        insert(tx)
        tx.connection.exec_driver_sql("ROLLBACK")  # as SQLite does by itself when the disk is full
        raise OSError("the disk")

    errors = await in_one_group(database, insert, lose)
    assert [type(each) for each in errors] == [OSError] * 2
    assert query(database.path, "SELECT count(*) FROM entities") == [(0,)]
    await database.write(OWN, "t", "o", insert)
    assert len(journal(database.path)) == 1


async def test_nobody_is_answered_before_the_commit(database: Database) -> None:
    def look(_connection: Connection) -> None:
        answered.extend(task.done() for task in tasks)

    answered: list[bool] = []
    event.listen(database.writer, "commit", look)
    tasks = [asyncio.create_task(database.write(OWN, "t", "o", insert)) for _ in range(3)]
    await asyncio.gather(*tasks)
    assert answered[:3] == [False] * 3


async def test_a_long_write_takes_nobody_into_its_group(database: Database) -> None:
    seen, before = commits(database), list[int]()

    def long(tx: Write) -> None:
        before.append(len(seen))
        time.sleep(2 * group_commit.GROUP_SECONDS)
        insert(tx)

    def short(tx: Write) -> None:
        before.append(len(seen))
        insert(tx)

    await in_one_group(database, long, short)
    assert before[1] == before[0] + 1


async def test_a_write_alone_waits_for_nobody(database: Database) -> None:
    seen = commits(database)
    for _ in range(3):
        await database.write(OWN, "t", "o", insert)
    assert len(seen) == 3
