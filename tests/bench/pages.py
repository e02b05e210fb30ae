"""The pages of a large library: their weight, the server's time beside the API calls beneath them, and scrolling.

`dev.py bench pages` makes a small library; `.venv/bin/python tests/bench/pages.py --entities 200000` one of 200,000
entities and 600,000 assets, in two minutes. `--keep DIR` keeps it, and finds it again. Scrolling needs Chromium.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from lists import fill
from scrolling import scroll
from servers import FACEFORGE, Client
from somebody import somebody
from starlette.testclient import TestClient
from versions import core, cost, ratio

from faceforge_server.app import create_app
from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.home.home import open_home
from faceforge_ui.serving import View

FIRST = (
    "Mira",
    "Tarn",
    "Ysolde",
    "Layla",
    "Anna",
    "Quill",
    "Juno",
    "Saoirse",
    "Emeka",
    "Idris",
    "Wren",
    "Noa",
)
LAST = ("Okonkwo", "Veld", "Vantreight", "Yusuf", "Velesova", "Tamm", "Dhálaigh", "Halloran", "Kael", "Finch")
TOLD = """UPDATE entities SET
    display_name = pick_first(row_id) || ' ' || pick_last(row_id) || ' ' || (row_id * 7919 % 100000),
    aliases = json_array('The ' || pick_last(row_id + 5), pick_first(row_id + 3)),
    tags = json_array('group-' || (row_id % 20), 'arc-' || (row_id % 7), 'reference'),
    fields = json_object('height', 150 + row_id % 50, 'eye_colour', 'amber')"""
ID = re.compile(r"[0-9a-f]{64}")
FILE = re.compile(r'(?:src|href)="(/ui/[^"]+\.(?:js|css))"')
TIMES = 8
"""How often a page is asked for in a round: the clock of a process goes in steps of 10 ms."""
WIDTH = 36
"""Of the column with the addresses."""
FAR = 0.5
"""How far down the list the jump leads that is measured."""


@dataclass
class Asked:
    """What a page asked the schema."""

    document: str
    variables: dict[str, Any]


def library(root: Path, entities: int) -> None:
    """A home with so many entities and three times as many assets."""
    with core(FACEFORGE, root):
        pass  # the tables are made
    database = open_home(root)[0].database_file
    with closing(sqlite3.connect(database)) as db:
        if not (root / "filled").exists():
            start = time.perf_counter()
            fill(database, entities, analyze=False)
            db.create_function("pick_first", 1, lambda n: FIRST[n * 31 % len(FIRST)], deterministic=True)
            db.create_function("pick_last", 1, lambda n: LAST[n * 17 % len(LAST)], deterministic=True)
            db.execute("PRAGMA synchronous = OFF")
            db.execute(TOLD)  # allow statement: rows for a benchmark, beside Core
            db.commit()
            (root / "filled").touch()
            size = database.stat().st_size / 1e6
            print(f"  filled in {time.perf_counter() - start:.0f} s, {size:.0f} MB", flush=True)


def addresses_of(known: dict[str, str]) -> list[str]:
    """The pages that are measured; `known` are the ids of an entity of whom much is known, and of one of its files."""
    entity = f"/entities/{known['entity']}"
    tabs = ("", "/descriptors", "/descriptors?view=table", "/attachments", "/relationships", "/history")
    lists = ("/entities", "/entities?view=list", "/assets", "/trash", "/history")
    return [*lists, *(entity + tab for tab in tabs), f"/assets/{known['asset']}"]


def asked_by(root: Path, addresses: list[str]) -> dict[str, list[Asked]]:
    """What each page asks, seen in this process while nobody else uses the library."""
    home, settings = open_home(root)
    seen: list[Asked] = []
    ask = View.ask

    async def noted(view: View, operation: str, /, **variables: Any) -> dict[str, Any]:
        given = {name: value for name, value in variables.items() if value is not None}
        seen.append(Asked(view.document(operation), given))
        return await ask(view, operation, **variables)

    headers = {"Authorization": f"Bearer {settings.auth.install_token.get_secret_value()}"}
    found = {}
    View.ask = noted  # type: ignore[method-assign]  # to see what pages ask
    try:
        with TestClient(create_app(home, settings), base_url="http://127.0.0.1", headers=headers) as client:
            for address in addresses:
                seen.clear()
                client.get(address, headers={"Accept": "text/html"}).raise_for_status()
                found[address] = list(seen)
    finally:
        View.ask = ask  # type: ignore[method-assign]  # as it was
    return found


def get(client: Client, target: str, *, compressed: bool = False) -> bytes:
    """The bytes of a page."""
    request = client.prepare("GET", target)
    more = b"\r\nAccept: text/html\r\nSec-Fetch-Mode: navigate"
    more += b"\r\nAccept-Encoding: gzip\r\n" if compressed else b"\r\n"
    head, _, body = request.partition(b"\r\n\r\n")
    return client.ask(head + more + b"\r\n" + body).body


def named(address: str) -> str:
    """An address as it is printed: ids are long."""
    return ID.sub("…", address)


def weigh(client: Client, address: str) -> None:
    """Print what a browser loads for the first view of a page, compressed."""
    page = get(client, address, compressed=True)
    files: dict[str, list[int]] = {"css": [], "js": []}
    for name in sorted(set(FILE.findall(gzip.decompress(page).decode()))):
        files[name.rsplit(".", 1)[1]].append(len(gzip.compress(client.ask(client.prepare("GET", name)).body)))
    told = ", ".join(f"{sum(sizes) / 1000:.1f} kB {kind} in {len(sizes)}" for kind, sizes in files.items())
    print(f"  {named(address):{WIDTH}} {len(page) / 1000:5.1f} kB HTML, {told}", flush=True)


def compare(core: psutil.Process, client: Client, address: str, asked: list[Asked], rounds: int) -> None:
    """Print how long the server takes for a page, and for the same questions over GraphQL."""
    bodies = [json.dumps({"query": each.document, "variables": each.variables}).encode() for each in asked]
    calls = [client.prepare("POST", "/graphql", body) for body in bodies]

    def ask_all() -> None:
        for call in calls:
            client.ask_anew(call)  # no kept answer

    sides: list[Callable[[], object]] = [ask_all, partial(get, client, address)]
    both = [[cost(core, side, TIMES) for side in sides] for _ in range(rounds + 1)][1:]  # the first warms up
    api, page = (statistics.median(each[side][1] for each in both) / TIMES * 1000 for side in (0, 1))
    processor, waiting = (ratio([(old[part], new[part]) for old, new in both]) for part in (0, 1))
    print(
        f"  {named(address):{WIDTH}} {page:5.1f} ms, {len(asked):2} calls beneath {api:5.1f} ms: "
        f"waiting {waiting}, processor {processor}",
        flush=True,
    )


def jump(client: Client, entities: int) -> None:
    """Print how long a jump into the middle takes, which passes over half of the list."""
    first = get(client, "/entities").decode()
    after = re.search(r'data-next="([^"]+)"', first)
    if after is None:
        return
    start = time.perf_counter()
    get(client, f"{after[1].replace('&amp;', '&')}&skip={int(entities * FAR) // 100 * 100}&rows=100")
    print(f"  a jump over {entities * FAR:,.0f} rows: {time.perf_counter() - start:.2f} s", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--entities", type=int, default=2000)
    options.add_argument("--keep", type=Path, help="where the library is kept, and found again")
    options.add_argument("--rounds", type=int, default=10)
    options.add_argument(
        "--cells", type=int, default=1000, help="over how many cells is scrolled; 0 for none"
    )
    options.add_argument("--width", type=int, default=1280, help="of the window that is scrolled")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        root = chosen.keep or Path(directory)
        library(root, chosen.entities)
        with core(FACEFORGE, root) as (_, client):
            addresses = addresses_of(somebody(client, root))
        asked = asked_by(root, addresses)
        with core(FACEFORGE, root) as (process, client):
            print(" first view, compressed")
            for address in addresses:
                weigh(client, address)
            print(" the server's time, the page beside the same questions over the API, no kept answers")
            for address in addresses:
                compare(process, client, address, asked[address], chosen.rounds)
            jump(client, chosen.entities)
            if chosen.cells:
                token = open_home(root)[1].auth.install_token.get_secret_value()
                scroll(f"http://127.0.0.1:{client.port}", token, chosen.cells, chosen.width)


if __name__ == "__main__":
    main()
