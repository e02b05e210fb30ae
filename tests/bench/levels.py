"""The executor beside graphql-core's own: 100 fields of one object, the memory of a large answer, many callers."""

from __future__ import annotations

import argparse
import gc
import json
import tempfile
import threading
import time
import tracemalloc
from contextlib import closing
from pathlib import Path

from figures import Side, by_turns, print_rates
from graphql import build_schema, execute, parse, print_schema
from loaders import Loaders
from nested import DEEP, LINKED, THERE_ARE, InProcess
from samples import add_graph
from servers import Client, free_port, new_home, running_core

from faceforge_executor import COLUMN, BreadthFirstExecutor
from faceforge_storage.database.dialects.sqlite_library import sqlite3

FIELDS, CALLERS, ASKED = 100, 20, 15
MANY, EACH = 500, 100


def wide(rounds: int) -> None:
    """100 fields of one object: nothing is gained by levels here."""
    schema = build_schema(
        "type Query { one: One } type One { " + " ".join(f"f{n}: String" for n in range(FIELDS)) + " }"
    )
    document = parse("{ one { " + " ".join(f"f{n}" for n in range(FIELDS)) + " } }")
    root = {"one": {f"f{n}": f"value {n}" for n in range(FIELDS)}}
    offered = build_schema(print_schema(schema))
    for name, field in offered.type_map["One"].fields.items():  # type: ignore[attr-defined]  # an object type
        field.extensions[COLUMN] = name
    sides = [
        Side(
            "by levels, columns",
            lambda: execute(offered, document, root, executor_class=BreadthFirstExecutor),
        ),
        Side(
            "by levels, resolvers",
            lambda: execute(schema, document, root, executor_class=BreadthFirstExecutor),
        ),
        Side("graphql-core", lambda: execute(schema, document, root)),
    ]
    by_turns(sides, rounds, times=50, warm_up=50)
    print(f" {FIELDS} fields of one object")
    print_rates(sides)


def memory(root: Path) -> None:
    """The peak of what is allocated for an answer of 50,000 objects, by levels and by graphql-core."""
    home, _ = new_home(root)
    add_graph(home.database_file, MANY, EACH)
    own = InProcess(home.root)
    query = f"{{ entities(first: {MANY}) {{ nodes {{ id assets(first: {EACH}) {{ nodes {{ id filename }} }} }} }} }}"
    data = json.loads(own.ask(query))["data"]
    with closing(sqlite3.connect(home.database_file)) as db:
        loaded = Loaders(db)
        peaks = []
        for act in (own.ask, loaded.ask):
            act(query)
            gc.collect()
            tracemalloc.start()
            act(query)
            peaks.append(tracemalloc.get_traced_memory()[1] / 2**20)
            tracemalloc.stop()
    objects = sum(1 + len(each["assets"]["nodes"]) for each in data["entities"]["nodes"])
    print(f" {objects} objects, from the rows to the bytes: at most {peaks[0]:.0f} MiB by levels,")
    print(f"  {peaks[1]:.0f} MiB by graphql-core with DataLoaders: {peaks[0] / peaks[1]:.2f} of it")


def callers(root: Path) -> None:
    """Many at once, each asking for a deep query, one after the other."""
    home, token = new_home(root)
    add_graph(home.database_file, THERE_ARE, LINKED)
    port = free_port()
    taken: list[float] = []

    def ask(client: Client, request: bytes) -> None:
        for _ in range(ASKED):
            start = time.perf_counter()
            client.ask(request)
            taken.append(time.perf_counter() - start)

    with running_core(home.root, port):
        clients = [Client(port, token) for _ in range(CALLERS)]
        request = clients[0].prepare("POST", "/graphql", json.dumps({"query": DEEP}).encode())
        clients[0].ask(request)
        threads = [threading.Thread(target=ask, args=(each, request)) for each in clients]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    taken.sort()
    p50, p99 = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    print(f" {CALLERS} callers of the deep query at once: p99 is {p99 / p50:.2f} times p50")
    print(f"  ({p50 * 1000:.0f} ms and {p99 * 1000:.0f} ms)")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=10)
    rounds = options.parse_args().rounds
    wide(rounds)
    with tempfile.TemporaryDirectory() as directory:
        memory(Path(directory) / "many")
        callers(Path(directory) / "few")


if __name__ == "__main__":
    main()
