"""Lists of a large database: milliseconds for a page with each filter and sort, here and in another checkout.

Rows are made straight in SQL: three assets and five relationships for each entity. `dev.py bench lists` makes a small
database; `.venv/bin/python tests/bench/lists.py --entities 200000` a large one, in two minutes.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path

from servers import FACEFORGE, Client
from versions import core

from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.home.home import open_home

ID = "lower(hex(randomblob(32)))"
AT = "strftime('%Y-%m-%dT%H:%M:%S.', 1700000000 + {n} % 9999991, 'unixepoch') || printf('%06dZ', {n} % 1000000)"
NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})"
KINDS = """CASE WHEN n % 100 < 90 THEN 'image' WHEN n % 100 < 97 THEN 'video' WHEN n % 100 < 99 THEN 'audio'
    ELSE 'other' END"""
DOTTED = f"CASE WHEN n % 100 < 30 THEN 'image.' || (n % 8) ELSE {KINDS} END"
"""A third of the images are of one of eight kinds below `image`."""
TRASH = f"CASE n % 50 WHEN 0 THEN {AT.format(n='n')} END"
"""Two of a hundred are in the trash."""
FILL = (
    f"""INSERT INTO entities (id, display_name, aliases, tags, fields, external_ids, plugin_data, created_at,
    updated_at, deleted_at, version) SELECT {ID}, 'Name ' || (n * 7919 % {{count}}), '[]', '["t' || (n % 20) || '"]',
    '{{{{}}}}', '[]', '{{{{}}}}', {AT.format(n="n")}, {AT.format(n="(n * 31)")}, {TRASH}, 1 FROM numbers""",
    f"""INSERT INTO objects (sha256, size_bytes, provider, bucket, key, created_at)
    SELECT printf('%064x', n), n * 7919 % 9999991, 'fs', '', '', {AT.format(n="n")} FROM numbers""",
    f"""INSERT INTO assets (id, owner, kind, filename, mime_type, size_bytes, content_hash,
    user_metadata, tags, plugin_data, created_at, updated_at, deleted_at, version, taken_at)
    SELECT {ID}, '{{{{"type":"system","id":null}}}}', {DOTTED}, CASE n % 20 WHEN 0 THEN 'cover.png'
    ELSE 'file ' || (n * 7919 % {{count}}) END, {KINDS} || CASE n % 3 WHEN 0 THEN '/one' ELSE '/two' END,
    n * 7919 % 9999991, printf('%064x', n), '{{{{}}}}', '["t' || (n % 20) || '"]', '{{{{}}}}',
    {AT.format(n="n")}, {AT.format(n="(n * 31)")}, {TRASH}, 1,
    CASE n % 3 WHEN 0 THEN '' ELSE {AT.format(n="(n * 17)")} END FROM numbers""",
    """INSERT INTO asset_links (asset_row, entity_row, created_at)
    SELECT n, 1 + n / 3 % {entities}, '2026' FROM numbers""",
    f"""INSERT INTO relationships (id, src_row, dst_row, relationship_type, fields, created_at, updated_at, version)
    SELECT {ID}, 1 + n % {{entities}}, 1 + n * 7919 % {{entities}}, (SELECT name FROM relation_types
    WHERE row_id = 1 + n % 12), '{{{{}}}}', {AT.format(n="n")}, {AT.format(n="(n * 31)")}, 1 FROM numbers""",
    f"""INSERT INTO changesets (at, actor, operation) SELECT {AT.format(n="n")}, 'actor ' || (n % 5),
    CASE n % 50 WHEN 0 THEN 'updateEntity' ELSE 'createEntity' END FROM numbers""",
    """INSERT INTO changes (changeset_row, record_type, record_id, record_row, verb, after, erased)
    SELECT row_id, CASE row_id % 50 WHEN 0 THEN 'asset' ELSE 'entity' END, id, row_id, 'insert',
    json_object('version', 1), 0 FROM entities""",
)
PER_ENTITY = (1, 3, 3, 3, 5, 1, 0)
"""How many rows each statement makes for an entity."""
READS = {
    "entities": "/entities",
    "entities, by name": "/entities?sort_by=display_name&sort_order=asc",
    "entities, trash included": "/entities?deleted=include",
    "entities, trash included, by name": "/entities?deleted=include&sort_by=display_name",
    "entities, trash only": "/entities?deleted=only",
    "assets, trash included": "/assets?deleted=include",
    "assets, trash included, by size": "/assets?deleted=include&sort_by=size_bytes",
    "assets, images": "/assets?kind=image",
    "assets, audio": "/assets?kind=audio",
    "assets, none of a kind": "/assets?kind=archive",
    "assets, kinds below image": "/assets?kind=image.*",
    "assets, kinds below image by name": "/assets?kind=image.*&sort_by=filename",
    "assets, kinds below image by kind": "/assets?kind=image.*&sort_by=kind",
    "assets, kinds below image and trash": "/assets?kind=image.*&deleted=include",
    "assets, no kinds below": "/assets?kind=archive.*",
    "assets of somebody": "/assets?linked=some",
    "assets of nobody, of whom is none": "/assets?linked=none",
    "assets, audio by size": "/assets?kind=audio&sort_by=size_bytes",
    "assets, images by name": "/assets?kind=image&sort_by=filename",
    "assets, one media type": "/assets?mime_type=audio/one",
    "assets, one media type by size": "/assets?mime_type=image/two&sort_by=size_bytes",
    "assets, media type and kind": "/assets?mime_type=image/two&kind=image",
    "assets, one file name of many": "/assets?filename=cover.png",
    "assets, one file name of few": "/assets?filename=file%201",
    "assets, content and kind": f"/assets?kind=image&content_hash={1:064x}",
    "assets of an entity, of a kind": "/assets?kind=image&entity_id={entity}",
    "assets by tag": "/assets?tag=t3",
    "relationships": "/relationships",
    "relationships of a type": "/relationships?relationship_type=friend",
    "relationships of a type, by change": "/relationships?relationship_type=friend&sort_by=updated_at",
    "relationships, by type": "/relationships?sort_by=relationship_type",
    "relationships of an entity": "/relationships?entity_id={entity}",
    "changesets of an actor": "/changesets?actor=actor%201",
    "changesets of a rare operation": "/changesets?operation=updateEntity",
    "changes of a rare type": "/changes?record_type=asset",
    "changes of a record": "/changes?record_id={entity}",
}


def fill(database: Path, entities: int, analyze: bool) -> None:
    """Make the rows, in a database that has its tables and that nobody uses."""
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA cache_size = -400000")
        db.execute("BEGIN")
        for statement, times in zip(FILL, PER_ENTITY, strict=True):
            count = entities * times
            numbers = NUMBERS.format(count=count) if times else ""
            db.execute(  # allow statement: rows for a benchmark, beside Core
                f"{numbers} {statement.format(count=count, entities=entities)}"
            )
        db.execute("COMMIT")
        if analyze:
            db.execute("ANALYZE")


def milliseconds(client: Client, target: str, times: int) -> float:
    """The middle of what a page takes. Each has a size of its own: the same one would be answered from memory."""
    sign = "&" if "?" in target else "?"
    taken = []
    for limit in range(50, 51 + times):
        request = client.prepare("GET", f"/v1{target}{sign}limit={limit}")
        start = time.perf_counter()
        client.ask(request)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:]) * 1000


def measure(program: str, root: Path, chosen: argparse.Namespace) -> dict[str, float]:
    """Read -> milliseconds, of the Core that `program` starts."""
    with core(program, root):
        pass  # the tables are made
    database = open_home(root)[0].database_file
    if not (root / "filled").exists():
        start = time.perf_counter()
        fill(database, chosen.entities, chosen.analyze)
        (root / "filled").touch()
        size = database.stat().st_size / 1e6
        print(f"  filled in {time.perf_counter() - start:.0f} s, {size:.0f} MB", flush=True)
    with closing(sqlite3.connect(database)) as db:
        (entity,) = db.execute("SELECT id FROM entities WHERE row_id = 7").fetchone()
    with core(program, root) as (_, client):
        return {
            name: milliseconds(client, target.format(entity=entity), chosen.times)
            for name, target in READS.items()
        }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--entities", type=int, default=2000)
    options.add_argument("--times", type=int, default=15, help="how often each page is asked for")
    options.add_argument("--other", type=Path, help="another checkout, with its .venv")
    options.add_argument("--analyze", action="store_true", help="with SQLite's own statistics of the rows")
    options.add_argument("--keep", type=Path, help="where the databases are kept, and found again")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        place = chosen.keep or Path(directory)
        before: dict[str, float] = {}
        if chosen.other is not None:
            before = measure(str(chosen.other / ".venv" / "bin" / "faceforge"), place / "there", chosen)
        here = measure(FACEFORGE, place / "here", chosen)
    for name, taken in here.items():
        there = f"{before[name]:9.1f} ms there" if name in before else ""
        print(f"  {name:36} {taken:8.1f} ms {there}")


if __name__ == "__main__":
    main()
