"""Entities upserted over HTTP in calls of a thousand: made, sent again, and after a kill; beside plain SQLite."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from servers import Client, free_port, new_home, running_core

from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.home.home import Home

ITEMS = 1000
"""Items a call."""
ADDRESS = "/v1/entities/bulk-upsert"


def item(number: int) -> dict[str, Any]:
    """What another system tells of an entity."""
    return {
        "display_name": f"Ada Lovelace {number}",
        "aliases": ["Countess of Lovelace", f"Ada {number}"],
        "tags": ["mathematician", "writer", f"group-{number % 20}"],
        "fields": {"born": "1815-12-10", "height": 165 + number % 30, "city": "London"},
        "external_ids": [
            {"namespace": "stash", "value": f"performer/{number}"},
            {"namespace": "imdb", "value": f"nm{number:07}"},
        ],
    }


def bodies(calls: int) -> list[bytes]:
    return [
        json.dumps({"items": [item(call * ITEMS + place) for place in range(ITEMS)]}).encode()
        for call in range(calls)
    ]


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processors; 0 where the system does not say."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def upsert(client: Client, pid: int, sent: list[bytes], expected: str) -> tuple[float, float]:
    """(seconds, seconds of the processors) of all calls; each item must be answered as `expected`."""
    cpu, start = cpu_seconds(pid), time.perf_counter()
    for body in sent:
        answer = client.ask(client.prepare("POST", ADDRESS, body)).json()
        if answer[expected] != ITEMS:
            raise SystemExit(f"not all are {expected}: {str(answer)[:500]}")
    return time.perf_counter() - start, cpu_seconds(pid) - cpu


def plain(path: Path, calls: int) -> tuple[float, float]:
    """The same rows by SQLite alone: one statement and one sync a call, no journal, no rules, no HTTP."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for rule in ("journal_mode = WAL", "synchronous = FULL"):
            db.execute(f"PRAGMA {rule}")
        db.execute("CREATE TABLE entities (row_id INTEGER PRIMARY KEY, id TEXT UNIQUE, document TEXT)")
        db.execute(
            "CREATE TABLE ids (namespace TEXT, value TEXT, entity INTEGER, PRIMARY KEY (namespace, value))"
        )
        cpu, start = time.process_time(), time.perf_counter()
        for call in range(calls):
            made = [item(call * ITEMS + place) for place in range(ITEMS)]
            db.execute("BEGIN IMMEDIATE")
            rows = ((os.urandom(32).hex(), json.dumps(each)) for each in made)
            db.executemany("INSERT INTO entities (id, document) VALUES (?, ?)", rows)
            ids = (
                (one["namespace"], one["value"], call * ITEMS + place + 1)
                for place, each in enumerate(made)
                for one in each["external_ids"]
            )
            db.executemany("INSERT INTO ids VALUES (?, ?, ?)", ids)
            db.execute("COMMIT")
        return time.perf_counter() - start, time.process_time() - cpu


def show(name: str, count: int, taken: tuple[float, float], reference: tuple[float, float]) -> None:
    seconds, cpu = taken
    print(
        f"  {name:18} {count / seconds:8.0f} items/s   {cpu / count * 1e6:6.1f} µs of the processors an item   takes "
        f"{seconds / reference[0]:.2f} times as long as plain SQLite ({cpu / reference[1]:.2f} of the processors)",
        flush=True,
    )


def measure(directory: Path, sent: list[bytes]) -> None:
    """Made, then sent again, each beside plain SQLite."""
    home, token = new_home(directory / "home")
    port, count = free_port(), len(sent) * ITEMS
    with running_core(home.root, port) as core, Client(port, token) as client:
        warm = json.dumps({"items": [{"display_name": f"warm {each}"} for each in range(ITEMS)]}).encode()
        for _ in range(3):
            client.ask(client.prepare("POST", ADDRESS, warm))
        reference = plain(directory / "plain.sqlite3", len(sent))
        show("created", count, upsert(client, core.pid, sent, "created"), reference)
        changesets = _count(home, "SELECT count(*) FROM changesets")
        for _ in range(3):
            show("unchanged", count, upsert(client, core.pid, sent, "unchanged"), reference)
        written = _count(home, "SELECT count(*) FROM changesets") - changesets
        print(f"  sending them again wrote {written} changesets")


def kill(directory: Path, sent: list[bytes]) -> None:
    """Core is killed while the calls come in; then all of them are sent to a new one."""
    home, token = new_home(directory / "killed")
    port = free_port()
    with running_core(home.root, port) as core:
        client = Client(port, token)
        answered = []

        def send() -> None:
            with suppress(SystemExit, OSError):
                for body in sent:
                    client.ask(client.prepare("POST", ADDRESS, body))
                    answered.append(body)

        sending = threading.Thread(target=send)
        sending.start()
        while len(answered) < len(sent) // 2:
            time.sleep(0.001)
        core.kill()
        sending.join()
    before = _count(home, "SELECT count(*) FROM entities")
    with running_core(home.root, port), Client(port, token) as client:
        for body in sent:
            client.ask(client.prepare("POST", ADDRESS, body))
    after = _count(home, "SELECT count(*) FROM entities")
    print(
        f"  killed after {len(answered) * ITEMS} items were answered: {before} were there, and {after} after all "
        f"{len(sent) * ITEMS} were sent again"
    )


def _count(home: Home, question: str) -> int:
    with closing(sqlite3.connect(home.database_file)) as kept:
        return int(kept.execute(question).fetchone()[0])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=50)
    sent = bodies(options.parse_args().calls)
    with tempfile.TemporaryDirectory() as directory:
        measure(Path(directory), sent)
        kill(Path(directory), sent)


if __name__ == "__main__":
    main()
