"""10,000 entities made one request at a time, the journal on, beside as many bare commits of one row by SQLite."""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
from contextlib import closing
from pathlib import Path

from figures import Side, by_turns, print_rates
from samples import entity
from servers import Client, free_port, new_home, running_core

from faceforge_storage.database.dialects.sqlite_library import sqlite3

TIMES = 250
"""Entities a round."""


def bare_database(path: Path) -> sqlite3.Connection:
    """A database with Core's own promise: a commit has reached the disk."""
    db = sqlite3.connect(path, isolation_level=None)
    for rule in ("journal_mode = WAL", "synchronous = FULL"):
        db.execute(f"PRAGMA {rule}")
    db.execute("CREATE TABLE entities (row_id INTEGER PRIMARY KEY, id TEXT UNIQUE, document TEXT)")
    return db


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=10_000)
    count = options.parse_args().count
    with tempfile.TemporaryDirectory() as directory:
        home, token = new_home(Path(directory) / "home")
        port, numbers, bare_numbers = free_port(), itertools.count(), itertools.count()
        with (
            running_core(home.root, port),
            Client(port, token) as core,
            closing(bare_database(Path(directory) / "bare.sqlite3")) as db,
        ):

            def create() -> None:
                body = json.dumps(entity(next(numbers))).encode()
                core.ask(core.prepare("POST", "/v1/entities", body), 201)

            def insert() -> None:
                number = next(bare_numbers)
                document = json.dumps(entity(number))
                db.execute("BEGIN IMMEDIATE")
                db.execute("INSERT INTO entities (id, document) VALUES (?, ?)", (f"{number:064x}", document))
                db.execute("COMMIT")

            sides = [Side("POST /v1/entities", create), Side("a bare commit", insert)]
            by_turns(sides, rounds=max(count // TIMES, 1), times=TIMES)
            print(f"  {len(sides[0].seconds)} entities in {sides[0].total:.1f} s")
            print_rates(sides)
            with closing(sqlite3.connect(home.database_file)) as kept:
                changesets = kept.execute("SELECT count(*) FROM changesets").fetchone()[0]
            print(f"  the journal has {changesets} changesets")


if __name__ == "__main__":
    main()
