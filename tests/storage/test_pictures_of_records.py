"""Which picture stands for an asset or an entity: one statement for many, and no look at all their files."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from rows_for_tests import add_entity
from sqlalchemy import event

from faceforge_storage import assets, thumbnails
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.database.tables import assets as table
from faceforge_storage.database.tables import entities

NUMBERS = count()


class Files:
    """Assets as they are needed, each on bytes of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, *linked_to: AnyRow, mime_type: str = "image/png", **values: Any) -> AnyRow:
        sha256 = f"{next(NUMBERS):064x}"

        def write(tx: Any) -> AnyRow:
            place = {"sha256": sha256, "size_bytes": 1, "provider": "filesystem", "bucket": "", "key": sha256}
            assets.add_objects(tx, [(place, {})])
            made = {"kind": "file", "filename": "a", "mime_type": mime_type, "size_bytes": 1}
            row = assets.create(tx, [{**made, "content_hash": sha256, **values}])[0]
            for each in linked_to:
                assets.link(tx, [(row, each, {})])
            return row

        return self.database.writing("test", "add", write)

    def trash(self, row: AnyRow) -> None:
        self.database.writing("test", "trash", lambda tx: tx.update(table, row, {"deleted_at": tx.at}))

    def of_entity(self, row: AnyRow) -> str | None:
        return self.database.reading(thumbnails.of_entities, [row.row_id]).get(row.row_id)

    def of_asset(self, row: AnyRow) -> str | None:
        return self.database.reading(thumbnails.of_assets, [row.id]).get(row.id)


@pytest.fixture
def files(database: Database) -> Files:
    return Files(database)


@pytest.fixture
def ann(database: Database) -> AnyRow:
    return add_entity(database)


def choose(database: Database, entity: AnyRow, asset: AnyRow) -> None:
    chosen = {"primary_thumbnail_asset_id": asset.id}
    database.writing("test", "choose", lambda tx: tx.update(entities, entity, chosen))


def test_an_entity_without_pictures_has_none(files: Files, ann: AnyRow) -> None:
    assert files.of_entity(ann) is None
    for other in ("audio/flac", "application/pdf", "video/mp4", "image/svg+xml"):
        files.add(ann, mime_type=other)
    assert files.of_entity(ann) is None


def test_the_newest_linked_picture_stands_for_an_entity(files: Files, ann: AnyRow) -> None:
    first, second = files.add(ann), files.add(ann, mime_type="image/jpeg")
    files.add(ann, mime_type="text/plain")
    files.add()  # of nobody
    assert files.of_entity(ann) == second.content_hash
    files.trash(second)
    assert files.of_entity(ann) == first.content_hash


def test_the_chosen_one_wins_while_it_is_live(database: Database, files: Files, ann: AnyRow) -> None:
    chosen = files.add(mime_type="application/pdf")
    newest = files.add(ann)
    choose(database, ann, chosen)
    assert files.of_entity(ann) == chosen.content_hash
    files.trash(chosen)
    assert files.of_entity(ann) == newest.content_hash


def test_a_thumbnail_derived_from_a_file_wins_over_it(database: Database, files: Files, ann: AnyRow) -> None:
    photo = files.add(ann)
    files.add(kind="image.cover", derived_from_asset_id=photo.id)
    assert (files.of_asset(photo), files.of_entity(ann)) == (None, photo.content_hash)
    older = files.add(kind="image.thumbnail", derived_from_asset_id=photo.id)
    newer = files.add(kind="image.thumbnail", derived_from_asset_id=photo.id)
    assert (files.of_asset(photo), files.of_entity(ann)) == (newer.content_hash,) * 2
    files.trash(newer)
    assert (files.of_asset(photo), files.of_entity(ann)) == (older.content_hash,) * 2
    choose(database, ann, photo)
    assert files.of_entity(ann) == older.content_hash


def test_an_entity_in_the_trash_shows_none(database: Database, files: Files, ann: AnyRow) -> None:
    files.add(ann)
    database.writing("test", "trash", lambda tx: tx.update(entities, ann, {"deleted_at": tx.at}))
    assert files.of_entity(ann) is None


def test_many_are_found_by_one_statement_out_of_indexes(database: Database, files: Files) -> None:
    people = [add_entity(database) for _ in range(20)]
    photos = [files.add(person) for person in people for _ in range(3)]
    asked: list[tuple[str, Any]] = []

    def read(connection: Any) -> tuple[dict[int, str], dict[str, str], list[str]]:
        def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            asked.append((statement, parameters))

        event.listen(connection, "before_cursor_execute", note)
        found = thumbnails.of_entities(connection, [person.row_id for person in people])
        derived = thumbnails.of_assets(connection, [photo.id for photo in photos])
        event.remove(connection, "before_cursor_execute", note)
        plans = [
            step.detail
            for statement, parameters in asked
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
        return found, derived, plans

    found, derived, plans = database.reading(read)
    assert len(asked) == 2
    assert (len(found), derived) == (20, {})
    assert [step for step in plans if step.startswith("SCAN") and "VIRTUAL TABLE" not in step] == []
    newest = "SEARCH asset_links USING COVERING INDEX ix_asset_links_entity_row_asset_row (entity_row=?)"
    assert newest in plans, "the newest link is read first, and the others only while none leads to a picture"
    assert [step for step in plans if "TEMP B-TREE" in step] == ["USE TEMP B-TREE FOR ORDER BY"], (
        "of the derived"
    )
