"""U4: the journal keeps all, unless a setting bounds its age or its size; what is dropped is whole, and old."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rows_for_tests import ENTITY
from sqlalchemy import func, select

from faceforge_storage import retention
from faceforge_storage.database.clock import now
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.ids import new_id
from faceforge_storage.database.tables import changes, changesets, entities
from faceforge_storage.home.settings import Journal
from faceforge_storage.retention import Retention


def make(database: Database, count: int = 1, days_ago: int = 0, **values: Any) -> None:
    """One changeset that makes some entities."""

    def work(tx: Write) -> None:
        tx.at = now(-timedelta(days=days_ago))
        tx.insert(entities, [{**ENTITY, "id": new_id(), **values} for _ in range(count)])

    database.writing("test", "make", work)


def kept(database: Database) -> list[tuple[int, int]]:
    """(id, number of changes) of each changeset."""
    counted = select(changesets.c.row_id, func.count(changes.c.row_id)).outerjoin(changes)
    found = counted.group_by(changesets.c.row_id).order_by(changesets.c.row_id)
    return [(row[0], row[1]) for row in database.reading(lambda db: db.execute(found).all())]


async def test_all_is_kept_by_itself(database: Database) -> None:
    make(database, days_ago=10_000)
    await Retention(database, Journal()).tend()
    assert kept(database) == [(1, 1)]


async def test_what_is_too_old_goes(database: Database) -> None:
    for days_ago in (9, 8, 3, 0):
        make(database, 2, days_ago)
    await Retention(database, Journal(keep_days=7)).drop()
    assert kept(database) == [(3, 2), (4, 2)]


async def test_the_newest_stays_however_old_it_is(database: Database) -> None:
    for days_ago in (90, 80):
        make(database, days_ago=days_ago)
    await Retention(database, Journal(keep_days=7, keep_bytes=1)).drop()
    assert kept(database) == [(2, 1)]
    make(database)
    assert kept(database) == [(2, 1), (3, 1)]


@pytest.mark.parametrize("most", [1, 3_000, 30_000, 10**9])
@pytest.mark.parametrize("read_at_once", [3, 10_000])
async def test_what_is_too_much_goes(
    most: int, read_at_once: int, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "READ_CHANGES", read_at_once)
    monkeypatch.setattr(retention, "BATCH_CHANGES", 4)
    monkeypatch.setattr(retention, "PAUSE_SECONDS", 0)
    for number in range(10):
        make(database, 1 + number % 3, fields={"text": "x" * 2_000})
    before = kept(database)
    await Retention(database, Journal(keep_bytes=most)).drop()
    after = kept(database)
    assert after == before[len(before) - len(after) :]
    changes_kept = sum(count for _, count in after)
    # A change is between 2,000 and 3,000 bytes here; the newest changeset stays in any case.
    assert changes_kept <= max(most // 2_000, before[-1][1])
    assert changes_kept >= min(most // 3_000 - 3, sum(count for _, count in before))


async def test_a_changeset_goes_as_a_whole(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH_CHANGES", 2)
    make(database, 7, days_ago=9)
    make(database)
    await Retention(database, Journal(keep_days=7)).drop()
    assert kept(database) == [(2, 1)]
