"""The generation of a database rises with each commit that changed anything, and with nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rows_for_tests import add_entity

from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import Write
from faceforge_storage.scheduling.fair_queue import OWN

KEY = {
    "actor": "t",
    "key": "k",
    "operation": "o",
    "request_hash": "",
    "result": {},
    "created_at": "2026-01-01T00:00:00.000000Z",
}


def test_each_commit_of_a_change_raises_it(database: Database) -> None:
    before = database.generation
    add_entity(database)
    assert database.generation == before + 1
    add_entity(database)
    assert database.generation == before + 2


def test_what_is_no_record_raises_it_too(database: Database) -> None:
    before = database.generation
    database.writing("t", "o", lambda tx: tx.save_idempotency_key(KEY))
    assert database.generation == before + 1
    database.writing("t", "o", lambda tx: tx.delete_idempotency_keys(timedelta(days=-1)))
    assert database.generation == before + 2


def test_a_write_that_changes_nothing_does_not(database: Database) -> None:
    before = database.generation
    database.writing("t", "o", lambda tx: tx.delete_idempotency_keys(timedelta(days=1)))
    assert database.generation == before


async def test_who_was_answered_sees_it_risen(database: Database) -> None:
    for _ in range(20):
        before = database.generation
        await database.write(OWN, "t", "o", lambda tx: tx.save_idempotency_key({**KEY, "key": tx.at}))
        assert database.generation == before + 1


def test_a_write_that_fails_leaves_it(database: Database) -> None:
    before = database.generation

    def work(tx: Write) -> None:
        tx.save_idempotency_key(KEY)
        raise KeyError

    with pytest.raises(KeyError):
        database.writing("t", "o", work)
    assert database.generation == before
