"""The records that the benchmarks ask for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from faceforge_storage import assets, entities, relation_types, relationships
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.tables import asset_links, objects


def entity(number: int) -> dict[str, Any]:
    """What a person would tell of an entity, as REST takes it."""
    return {
        "display_name": f"Ada Lovelace {number}",
        "aliases": ["Countess of Lovelace", f"Ada {number}"],
        "tags": ["mathematician", "writer", f"group-{number % 20}"],
        "fields": {"born": "1815-12-10", "height": 165 + number % 30, "city": "London", "known": True},
        "external_ids": [{"namespace": "stash", "value": f"performer/{number}"}],
    }


def add_entities(database_file: Path, count: int) -> list[str]:
    """Their ids."""
    with closing(Database(database_file)) as database:
        return database.writing("bench", "fill", lambda tx: [row.id for row in _entities(tx, count)])


def add_graph(database_file: Path, count: int, degree: int) -> None:
    """`count` entities and as many assets, each linked with `degree` of the others; as many relations each."""

    def fill(tx: Write) -> None:
        people = _entities(tx, count)
        files = [_asset(tx, number) for number in range(count)]
        pairs = [
            (files[(number * degree + step) % count], people[number])
            for number in range(count)
            for step in range(degree)
        ]
        links = [
            {"asset_row": a.row_id, "entity_row": e.row_id, "role": "face", "created_at": tx.at}
            for a, e in pairs
        ]
        tx.insert(asset_links, links, [f"{a.id}/{e.id}" for a, e in pairs])
        friend = relation_types.get_or_create(tx, "friend")
        for number in range(count):
            for step in range(1, degree // 2 + 1):
                relationships.create(tx, people[number], people[(number + step) % count], friend, {})

    with closing(Database(database_file)) as database:
        database.writing("bench", "fill", fill)


def add_asset(database_file: Path, digest: str, size: int) -> str:
    """The id of an asset on bytes that the filesystem provider holds already."""
    key = f"sha256/{digest[:2]}/{digest[2:4]}/{digest}"
    with closing(Database(database_file)) as database:
        return str(database.writing("bench", "fill", lambda tx: _asset(tx, 0, digest, key, size).id))


def _entities(tx: Write, count: int) -> list[Any]:
    return [entities.create(tx, entity(number)) for number in range(count)]


def _asset(tx: Write, number: int, digest: str = "", key: str = "", size: int = 1000) -> Any:
    """An asset on bytes that need not be there, unless `digest` and `key` tell where they are."""
    digest = digest or hashlib.sha256(str(number).encode()).hexdigest()
    place = {"provider": "filesystem", "bucket": "", "key": key or digest}
    stored = {"sha256": digest, "size_bytes": size, **place}
    tx.insert(objects, [stored])
    values = {
        "kind": "image.original",
        "filename": f"photograph {number}.jpg",
        "mime_type": "image/jpeg",
        "size_bytes": size,
        "content_hash": digest,
        "tags": ["portrait", f"group-{number % 20}"],
    }
    return assets.create(tx, [values])[0]


@contextmanager
def statements_of(engine: Engine) -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """Each statement that the engine runs meanwhile, with its parameters."""
    seen: list[tuple[str, tuple[Any, ...]]] = []

    def note(_db: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement != "BEGIN":
            seen.append((statement, tuple(parameters)))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
