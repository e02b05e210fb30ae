"""One entity and a list of 50 over REST, beside bare FastAPI routes that run the same SQL and answer the same bytes."""

from __future__ import annotations

import argparse
import base64
import json
import sys
import tempfile
import threading
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from figures import Side, by_turns, print_rates
from samples import add_entities, statements_of
from servers import Client, free_port, listening, new_home, running, running_core

from faceforge_storage import entities
from faceforge_storage.database import records
from faceforge_storage.database.database import Database
from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.database.keyset import Order, Page, fetch

ENTITIES, PAGE, CONNECTIONS = 2000, 50, 8
JSON_COLUMNS = frozenset({"aliases", "tags", "fields", "external_ids", "plugin_data"})
RENAMED = {"entity_id": "id"}


@dataclass
class BareTask:
    """What the bare routes must know to answer as Core does."""

    database: str
    one: str
    page: str
    page_values: tuple[Any, ...]
    keys: list[str]
    mark: str


def serve(port: int, task: BareTask, threads: bool) -> None:
    """The bare routes, on Uvicorn with Core's settings; as plain functions in threads, or on the loop itself."""
    import uvicorn
    from fastapi import FastAPI
    from fastapi.responses import JSONResponse

    app, kept = FastAPI(), threading.local()

    def rows_of(statement: str, values: tuple[Any, ...]) -> tuple[list[str], list[tuple[Any, ...]]]:
        if not hasattr(kept, "db"):
            kept.db = sqlite3.connect(task.database, isolation_level=None)
        found = kept.db.execute(statement, values)
        return [each[0] for each in found.description], found.fetchall()

    def shown(row: tuple[Any, ...], names: list[str]) -> dict[str, Any]:
        values = dict(zip(names, row, strict=True))
        return {
            key: json.loads(values[key]) if key in JSON_COLUMNS else values[RENAMED.get(key, key)]
            for key in task.keys
        }

    def single(entity_id: str) -> JSONResponse:
        names, rows = rows_of(task.one, (entity_id,))
        return JSONResponse(shown(rows[0], names))

    def many() -> JSONResponse:
        names, rows = rows_of(task.page, task.page_values)
        last = dict(zip(names, rows[PAGE - 1], strict=True))
        mark = json.dumps([task.mark, last["created_at"], last["row_id"]], separators=(",", ":")).encode()
        cursor = base64.urlsafe_b64encode(mark).decode().rstrip("=") if len(rows) > PAGE else None
        items = [shown(row, names) for row in rows[:PAGE]]
        return JSONResponse({"items": items, "next_cursor": cursor, "total": None})

    async def single_on_loop(entity_id: str) -> JSONResponse:
        return single(entity_id)

    async def many_on_loop() -> JSONResponse:
        return many()

    app.get("/v1/entities/{entity_id}")(single if threads else single_on_loop)
    app.get("/v1/entities")(many if threads else many_on_loop)
    uvicorn.run(
        app,
        port=port,
        http="httptools",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )


def bare_task(database_file: Path, entity_id: str, core: Client) -> BareTask:
    """The very statements that Core runs, and how its answers are spelt."""
    with closing(Database(database_file)) as database, statements_of(database.readers) as seen:
        database.reading(records.find, entities.matching(), "id", entity_id)
        database.reading(fetch, entities.matching(), Page(Order("created_at", descending=True), PAGE))
    (one, one_values), (page, page_values) = seen
    assert one_values == (entity_id,)
    first = core.ask(core.prepare("GET", f"/v1/entities/{entity_id}")).json()
    cursor = str(core.ask(core.prepare("GET", f"/v1/entities?limit={PAGE}")).json()["next_cursor"])
    mark = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))[0]
    return BareTask(str(database_file), one, page, page_values, list(first), mark)


def bare_command(port: int, task: Path, threads: bool) -> list[str]:
    return [sys.executable, __file__, "--serve", str(port), str(task), "threads" if threads else "loop"]


def measure(directory: Path, rounds: int) -> None:
    home, token = new_home(directory / "home")
    ids = add_entities(home.database_file, ENTITIES)
    core_port, thread_port, loop_port = free_port(), free_port(), free_port()
    task = directory / "task.json"
    with running_core(home.root, core_port), Client(core_port, token) as core:
        task.write_text(json.dumps(asdict(bare_task(home.database_file, ids[7], core))), encoding="utf-8")
        with (
            running(bare_command(thread_port, task, threads=True), lambda: listening(thread_port)),
            running(bare_command(loop_port, task, threads=False), lambda: listening(loop_port)),
        ):
            ports = {"Core": core_port, "bare, on the loop": loop_port, "bare, in a thread": thread_port}
            one = f"/v1/entities/{ids[7]}"
            for name, target, times in (
                ("one entity", one, 200),
                (f"a list of {PAGE}", f"/v1/entities?limit={PAGE}", 40),
            ):
                compare(name, target, ports, token, rounds, times)


def compare(name: str, target: str, ports: dict[str, int], token: str, rounds: int, times: int) -> None:
    """Print how fast each server answers `target`: one request after the other, and several at once."""
    clients = {server: [Client(port, token) for _ in range(CONNECTIONS)] for server, port in ports.items()}
    requests = {server: several[0].prepare("GET", target) for server, several in clients.items()}
    answers = {server: several[0].ask(requests[server]).body for server, several in clients.items()}
    if len(set(answers.values())) != 1:
        raise SystemExit(f"The servers answer {name} differently: {answers}")
    alone = [Side(s, partial(clients[s][0].ask, requests[s])) for s in ports]
    together = [Side(s, partial(ask_together, clients[s], requests[s])) for s in ports]
    by_turns(alone, rounds, times, warm_up=times // 2)
    print(f" {name} ({len(answers['Core'])} bytes), one request after the other")
    print_rates(alone)
    by_turns(together, rounds, max(times // CONNECTIONS, 2), warm_up=2)
    print(f" {name}, {CONNECTIONS} connections at once")
    print_rates(together, each=CONNECTIONS)
    for client in (each for several in clients.values() for each in several):
        client.socket.close()


def ask_together(clients: list[Client], request: bytes) -> None:
    for client in clients:
        client.send(request)
    for client in clients:
        client.receive()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=10)
    options.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.serve:
        port, task, where = asked.serve
        serve(int(port), BareTask(**json.loads(Path(task).read_text("utf-8"))), where == "threads")
        return
    with tempfile.TemporaryDirectory() as directory:
        measure(Path(directory), asked.rounds)


if __name__ == "__main__":
    main()
