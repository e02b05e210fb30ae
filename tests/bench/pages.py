"""The pages of a large library: their weight, the server's time beside the API calls beneath them, and scrolling.

`dev.py bench pages` makes a small library; `.venv/bin/python tests/bench/pages.py --entities 200000` one of 200,000
entities and 600,000 assets, in some minutes. `--keep DIR` keeps it, and finds it again. Needs Chromium for scrolling.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import closing
from pathlib import Path

from lists import fill
from servers import FACEFORGE
from versions import core

from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.home.home import open_home

FIRST = ["Mira", "Tarn", "Ysolde", "Layla", "Anna", "Quill", "Juno", "Saoirse", "Heron", "Emeka", "Idris", "Odalys", "Wren", "Cobalt", "Hollis", "Noa"]
LAST = ["Okonkwo", "Veld", "Vantreight", "Yusuf", "Velesova", "Tamm", "Dhálaigh", "Halloran", "Kael", "Marchetti", "Finch", "Rahimi"]
TOLD = """UPDATE entities SET
    display_name = pick_first(row_id) || ' ' || pick_last(row_id) || ' ' || (row_id * 7919 % 100000),
    aliases = json_array('The ' || pick_last(row_id + 5), pick_first(row_id + 3)),
    tags = json_array('group-' || (row_id % 20), 'arc-' || (row_id % 7), 'reference'),
    fields = json_object('height', 150 + row_id % 50, 'eye_colour', 'amber')"""


def library(root: Path, entities: int) -> Path:
    """A home with so many entities and three times as many assets; its database."""
    with core(FACEFORGE, root):
        pass  # the tables are made
    database = open_home(root)[0].database_file
    if (root / "filled").exists():
        return database
    start = time.perf_counter()
    fill(database, entities, analyze=False)
    with closing(sqlite3.connect(database)) as db:
        db.create_function("pick_first", 1, lambda n: FIRST[n * 31 % len(FIRST)], deterministic=True)
        db.create_function("pick_last", 1, lambda n: LAST[n * 17 % len(LAST)], deterministic=True)
        db.execute("PRAGMA synchronous = OFF")
        db.execute(TOLD)  # allow statement: rows for a benchmark, beside Core
        db.commit()
    (root / "filled").touch()
    print(f"  filled in {time.perf_counter() - start:.0f} s, {database.stat().st_size / 1e6:.0f} MB", flush=True)
    return database


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--entities", type=int, default=2000)
    options.add_argument("--keep", type=Path, help="where the library is kept, and found again")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        root = chosen.keep or Path(directory)
        library(root, chosen.entities)


if __name__ == "__main__":
    main()
